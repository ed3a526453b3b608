/* The SMTP probe. */
#include "checker/probe.h"

#include <stdlib.h>
#include <string.h>

/* For the connection and the greeting together: some servers pause before they greet, to catch
   those who talk first. */
#define CONNECT_SECONDS 20

/* Reply lines in all: a server that has more to say before TLS is not worth waiting for. */
#define MOST_LINES 500

struct probe {
	struct probe_result result;
	struct certificate_watch watch;
	char *host;
	struct curl_slist *connect_to;
	char error[CURL_ERROR_SIZE];
	enum { SAID_NOTHING, SAID_EHLO, SAID_STARTTLS, SAID_EHLO_AGAIN } said;
	unsigned lines;
	int greeting, starttls; /* reply codes; 0: none came */
	bool too_much;
	void (*done)(void *user, struct probe_result *result);
	void *user;
};

/* ---- listening in ---- */

static void
take_line(struct probe *probe, const char *line, size_t length)
{
	probe->too_much = ++probe->lines > MOST_LINES;
	int code = length >= 3 && g_ascii_isdigit(line[0]) ? atoi(line) : 0;
	switch (probe->said) {
	case SAID_NOTHING:
		probe->greeting = code;
		break;
	case SAID_STARTTLS:
		probe->starttls = code;
		break;
	case SAID_EHLO:
	case SAID_EHLO_AGAIN:
		break;
	}
}

static int
listen_in(CURL *handle, curl_infotype what, char *bytes, size_t length, void *user)
{
	struct probe *probe = user;
	(void)handle;
	if (what == CURLINFO_HEADER_OUT && length >= 4) {
		if (g_ascii_strncasecmp(bytes, "EHLO", 4) == 0)
			probe->said = probe->said < SAID_STARTTLS ? SAID_EHLO : SAID_EHLO_AGAIN;
		else if (g_ascii_strncasecmp(bytes, "STAR", 4) == 0)
			probe->said = SAID_STARTTLS;
	} else if (what == CURLINFO_HEADER_IN) {
		take_line(probe, bytes, length);
	}
	return 0;
}

/* libcurl asks now and then whether to go on. */
static int
check_progress(void *user, curl_off_t all_down, curl_off_t down, curl_off_t all_up, curl_off_t up)
{
	const struct probe *probe = user;
	(void)all_down;
	(void)down;
	(void)all_up;
	(void)up;
	return probe->too_much;
}

static CURLcode
set_context(CURL *handle, void *ssl_ctx, void *user)
{
	struct probe *probe = user;
	(void)handle;
	certificate_watch_context(ssl_ctx, &probe->watch);
	certificate_allow_old(ssl_ctx);
	return CURLE_OK;
}

/* ---- what came of it ---- */

static void end(struct probe *probe, enum probe_outcome outcome, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

static void
end(struct probe *probe, enum probe_outcome outcome, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	probe->result.outcome = outcome;
	probe->result.why = g_strdup_vprintf(format, values);
	va_end(values);
}

static void
judge_failure(struct probe *probe, CURL *handle, CURLcode result)
{
	g_autofree char *words = transfers_words(handle, result, probe->error);
	if (probe->too_much)
		end(probe, PROBE_REFUSED, "it talks without end");
	else if (result == CURLE_OPERATION_TIMEDOUT)
		end(probe, PROBE_TIMED_OUT, "%s", words);
	else if (probe->said == SAID_NOTHING && probe->lines == 0 &&
		 result == CURLE_COULDNT_CONNECT)
		end(probe, PROBE_UNREACHABLE, "%s", words);
	else if (probe->said == SAID_NOTHING && probe->greeting != 0)
		end(probe, PROBE_REFUSED, "it greets with %d", probe->greeting);
	else if (probe->said <= SAID_EHLO && result == CURLE_USE_SSL_FAILED)
		end(probe, PROBE_NO_STARTTLS, "it does not offer STARTTLS");
	else if (probe->said <= SAID_EHLO)
		end(probe, PROBE_REFUSED, "%s", words);
	else if (probe->starttls >= 500)
		end(probe, PROBE_NO_STARTTLS, "it offers STARTTLS, and refuses it with %d",
			probe->starttls);
	else if (probe->starttls >= 400)
		end(probe, PROBE_LATER, "it offers STARTTLS, and refuses it for now with %d",
			probe->starttls);
	else
		end(probe, PROBE_TLS, "%s", words);
}

/* The connection is encrypted; politeness is all that is left. */
static void
say_good_bye(CURL *handle)
{
	static const char quit[] = "QUIT\r\n";
	size_t sent;
	curl_easy_send(handle, quit, sizeof quit - 1, &sent);
}

static void
finished(void *user, CURL *handle, CURLcode result)
{
	struct probe *probe = user;
	probe->result.certificate = g_steal_pointer(&probe->watch.seen);
	if (result == CURLE_OK) {
		probe->result.tls_version = probe->watch.tls_version;
		say_good_bye(handle);
	} else {
		judge_failure(probe, handle, result);
	}
	probe->done(probe->user, &probe->result);

	certificate_free(probe->result.certificate);
	g_free(probe->result.why);
	curl_slist_free_all(probe->connect_to);
	g_free(probe->host);
	g_free(probe);
}

/* ---- setting it up ---- */

static void
set_up(CURL *handle, struct probe *probe, const struct probe_options *options)
{
	g_autofree char *url =
		g_strdup_printf("smtp://%s:%d/%s", options->host, options->port, options->ehlo);
	curl_easy_setopt(handle, CURLOPT_URL, url);
	curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp");
	curl_easy_setopt(handle, CURLOPT_CONNECT_TO, probe->connect_to);
	curl_easy_setopt(handle, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
	curl_easy_setopt(handle, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(handle, CURLOPT_FORBID_REUSE, 0L); /* it is closed with its handle */
	curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, set_context);
	curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, probe);
	curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	curl_easy_setopt(handle, CURLOPT_TIMEOUT, (long)options->seconds);
	curl_easy_setopt(handle, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(handle, CURLOPT_DEBUGFUNCTION, listen_in);
	curl_easy_setopt(handle, CURLOPT_DEBUGDATA, probe);
	curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, check_progress);
	curl_easy_setopt(handle, CURLOPT_XFERINFODATA, probe);
	curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, probe->error);
}

void
probe_start(struct transfers *transfers, const struct probe_options *options,
	void (*done)(void *user, struct probe_result *result), void *user)
{
	struct probe *probe = g_new0(struct probe, 1);
	CURL *handle = transfers_handle(transfers);
	bool six = strchr(options->address, ':') != NULL;
	g_autofree char *to =
		g_strdup_printf(six ? "::[%s]:%d" : "::%s:%d", options->address, options->port);
	probe->host = g_strdup(options->host);
	probe->watch = (struct certificate_watch){ .host = probe->host, .go_on = true };
	probe->connect_to = curl_slist_append(NULL, to);
	probe->done = done;
	probe->user = user;
	set_up(handle, probe, options);
	transfers_start(transfers, handle, finished, probe);
}
