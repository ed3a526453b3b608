/* A post to a web address. */
#include "analyze/alert/webhook.h"

#include <string.h>

#include <gio/gio.h>

#include "analyze/alert/transfer.h"

#define POST_SECONDS 30L

char *
webhook_signature(const char *secret, int64_t at, const char *body)
{
	g_autofree char *head = g_strdup_printf("%" G_GINT64_FORMAT ".", at);
	GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA256, (const guchar *)secret, strlen(secret));
	g_hmac_update(hmac, (const guchar *)head, -1);
	g_hmac_update(hmac, (const guchar *)body, -1);
	char *value = g_strconcat("sha256=", g_hmac_get_string(hmac), NULL);
	g_hmac_unref(hmac);
	return value;
}

/* What is answered beside the status is of no use: not read, and the transfer ends here. */
static size_t
refuse(char *bytes, size_t size, size_t count, void *user)
{
	(void)bytes;
	(void)size;
	(void)count;
	(void)user;
	return 0;
}

static struct curl_slist *
add_header(struct curl_slist *headers, const char *name, const char *value)
{
	g_autofree char *line = g_strdup_printf("%s: %s", name, value);
	return curl_slist_append(headers, line);
}

static struct curl_slist *
make_headers(const struct webhook_options *options, const char *id, int64_t at, const char *body)
{
	g_autofree char *stamp = g_strdup_printf("%" G_GINT64_FORMAT, at);
	struct curl_slist *headers = add_header(NULL, "Content-Type", "application/json");
	headers = add_header(headers, "User-Agent", "stsready/" STSREADY_VERSION);
	headers = add_header(headers, "X-Stsready-Id", id);
	headers = add_header(headers, "X-Stsready-Timestamp", stamp);
	if (options->secret != NULL) {
		g_autofree char *signature = webhook_signature(options->secret, at, body);
		headers = add_header(headers, "X-Stsready-Signature", signature);
	}
	/* no waiting for a 100 */
	return add_header(headers, "Expect", "");
}

/* Whose it is; the path of such an address is often as good as a password. */
static char *
name_of(const char *url)
{
	g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
	return g_strdup(
		uri != NULL && g_uri_get_host(uri) != NULL ? g_uri_get_host(uri) : "webhook");
}

/* A status is an answer, whatever became of what follows it. */
static bool
judge(const char *url, const char *failure, long status, GError **error)
{
	g_autofree char *name = name_of(url);
	if (status >= 200 && status <= 299)
		return true;
	if (status >= 300)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: answered %ld", name, status);
	else
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", name, failure);
	return false;
}

bool
webhook_post(const struct webhook_options *options, const char *id, int64_t at, const char *body,
	GError **error)
{
	char failure[CURL_ERROR_SIZE];
	long status = 0;
	const struct transfer_limits limits = { .seconds = POST_SECONDS, .ended = options->ended };
	struct curl_slist *headers = make_headers(options, id, at, body);
	CURL *curl = curl_easy_init();
	curl_easy_setopt(curl, CURLOPT_URL, options->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, refuse);
	if (options->ca_file != NULL)
		curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca_file);
	transfer_perform(curl, &limits, failure);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	return judge(options->url, failure, status, error);
}
