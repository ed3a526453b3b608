/* The policy's HTTPS request. */
#include "checker/fetch.h"

#include <string.h>

/* A header as long as the body may be is no header. */
#define MOST_HEADER_BYTES FETCH_MOST_BYTES

#define CONNECT_SECONDS 15

/* A host that sends less than this in so many seconds is waited for no longer. */
#define LOW_SPEED_BYTES 1
#define LOW_SPEED_SECONDS 20

struct fetch {
	struct fetch_result result;
	struct certificate_watch watch;
	char *host;
	size_t header_bytes;
	bool too_large;
	bool certificate_only;
	struct curl_slist *resolve;
	char error[CURL_ERROR_SIZE];
	void (*done)(void *user, struct fetch_result *result);
	void *user;
};

static size_t
take_body(char *bytes, size_t size, size_t count, void *user)
{
	struct fetch *fetch = user;
	size_t length = size * count;
	if (fetch->result.body->len + length > FETCH_MOST_BYTES) {
		fetch->too_large = true;
		return 0;
	}
	g_byte_array_append(fetch->result.body, (const guint8 *)bytes, (guint)length);
	return length;
}

static size_t
take_header(char *bytes, size_t size, size_t count, void *user)
{
	struct fetch *fetch = user;
	(void)bytes;
	fetch->header_bytes += size * count;
	if (fetch->header_bytes <= MOST_HEADER_BYTES)
		return size * count;
	fetch->too_large = true;
	return 0;
}

static CURLcode
set_context(CURL *handle, void *ssl_ctx, void *user)
{
	struct fetch *fetch = user;
	(void)handle;
	certificate_watch_context(ssl_ctx, &fetch->watch);
	return CURLE_OK;
}

/* ---- what came of it ---- */

static void end(struct fetch *fetch, enum fetch_outcome outcome, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

static void
end(struct fetch *fetch, enum fetch_outcome outcome, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	fetch->result.outcome = outcome;
	fetch->result.why = g_strdup_vprintf(format, values);
	va_end(values);
}

static void
judge_failure(struct fetch *fetch, CURL *handle, CURLcode result)
{
	const struct certificate *seen = fetch->result.certificate;
	g_autofree char *words = transfers_words(handle, result, fetch->error);
	if (fetch->too_large)
		end(fetch, FETCH_TOO_LARGE, "more than %u bytes came", FETCH_MOST_BYTES);
	else if (seen != NULL && seen->faults != 0)
		end(fetch, FETCH_CERTIFICATE, "its certificate does not hold");
	else if (result == CURLE_OPERATION_TIMEDOUT)
		end(fetch, FETCH_TIMED_OUT, "%s", words);
	else if (result == CURLE_COULDNT_CONNECT)
		end(fetch, FETCH_UNREACHABLE, "%s", words);
	else if (result == CURLE_UNSUPPORTED_PROTOCOL || result == CURLE_WEIRD_SERVER_REPLY)
		end(fetch, FETCH_NO_HTTP, "what it says is no HTTP");
	else if (result == CURLE_SSL_CONNECT_ERROR || result == CURLE_PEER_FAILED_VERIFICATION)
		end(fetch, FETCH_TLS, "%s", words);
	else
		end(fetch, FETCH_BROKEN, "%s", words);
}

static void
judge_status(struct fetch *fetch)
{
	long status = fetch->result.http_status;
	if (status >= 300 && status < 400)
		end(fetch, FETCH_REDIRECT, "status %ld, a redirect", status);
	else if (status != 200)
		end(fetch, FETCH_STATUS, "status %ld", status);
}

/* A copy of a string that libcurl keeps; NULL stays NULL. */
static char *
told(CURL *handle, CURLINFO which)
{
	char *text = NULL;
	curl_easy_getinfo(handle, which, &text);
	return text != NULL ? g_utf8_make_valid(text, -1) : NULL;
}

static void
finished(void *user, CURL *handle, CURLcode result)
{
	struct fetch *fetch = user;
	fetch->result.certificate = g_steal_pointer(&fetch->watch.seen);
	curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &fetch->result.http_status);
	fetch->result.content_type = told(handle, CURLINFO_CONTENT_TYPE);
	fetch->result.location = told(handle, CURLINFO_REDIRECT_URL);
	if (result != CURLE_OK)
		judge_failure(fetch, handle, result);
	else if (!fetch->certificate_only)
		judge_status(fetch);
	fetch->done(fetch->user, &fetch->result);

	certificate_free(fetch->result.certificate);
	g_byte_array_unref(fetch->result.body);
	g_free(fetch->result.why);
	g_free(fetch->result.content_type);
	g_free(fetch->result.location);
	curl_slist_free_all(fetch->resolve);
	g_free(fetch->host);
	g_free(fetch);
}

/* ---- setting it up ---- */

/* "+": not kept longer than what is resolved; libcurl then asks nobody about the host. */
static struct curl_slist *
resolve_list(const struct fetch_options *options)
{
	g_autoptr(GString) entry = g_string_new(NULL);
	g_string_append_printf(entry, "+%s:%d:", options->host, options->port);
	for (size_t i = 0; options->addresses[i] != NULL; i++) {
		bool six = strchr(options->addresses[i], ':') != NULL;
		g_string_append_printf(entry, "%s%s%s%s", i > 0 ? "," : "", six ? "[" : "",
			options->addresses[i], six ? "]" : "");
	}
	return curl_slist_append(NULL, entry->str);
}

static void
set_up(CURL *handle, struct fetch *fetch, const struct fetch_options *options)
{
	g_autofree char *url =
		g_strdup_printf("https://%s:%d%s", options->host, options->port, options->path);
	curl_easy_setopt(handle, CURLOPT_URL, url);
	curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(handle, CURLOPT_USERAGENT, "stsready/" STSREADY_VERSION);
	curl_easy_setopt(handle, CURLOPT_RESOLVE, fetch->resolve);
	/* RFC 8461 3.3 and 7.2 */
	curl_easy_setopt(handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, set_context);
	curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, fetch);
	curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	curl_easy_setopt(handle, CURLOPT_TIMEOUT, (long)options->seconds);
	curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, (long)LOW_SPEED_BYTES);
	curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, (long)LOW_SPEED_SECONDS);
	curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(handle, CURLOPT_WRITEDATA, fetch);
	curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(handle, CURLOPT_HEADERDATA, fetch);
	curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, fetch->error);
	if (options->certificate_only) {
		curl_easy_setopt(handle, CURLOPT_CONNECT_ONLY, 1L);
		curl_easy_setopt(handle, CURLOPT_FORBID_REUSE, 0L); /* closed with its handle */
	}
}

void
fetch_start(struct transfers *transfers, const struct fetch_options *options,
	void (*done)(void *user, struct fetch_result *result), void *user)
{
	struct fetch *fetch = g_new0(struct fetch, 1);
	CURL *handle = transfers_handle(transfers);
	fetch->host = g_strdup(options->host);
	fetch->watch = (struct certificate_watch){ .host = fetch->host };
	fetch->result.body = g_byte_array_new();
	fetch->resolve = resolve_list(options);
	fetch->certificate_only = options->certificate_only;
	fetch->done = done;
	fetch->user = user;
	set_up(handle, fetch, options);
	transfers_start(transfers, handle, finished, fetch);
}
