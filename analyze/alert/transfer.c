/* One transfer by libcurl. */
#include "analyze/alert/transfer.h"

#include <glib.h>

#define CONNECT_SECONDS 15L
#define GRACE_SECONDS 5

struct transfer {
	const struct transfer_limits *limits;
	int64_t over_at; /* 0: not */
};

static bool
is_over(const struct transfer_limits *limits)
{
	return (limits->ended != NULL && limits->ended()) ||
	       (limits->through != NULL && limits->through(limits->user));
}

static int
watch(void *user, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up)
{
	struct transfer *transfer = user;
	(void)down_all;
	(void)down;
	(void)up_all;
	(void)up;
	if (!is_over(transfer->limits))
		return 0;
	if (transfer->over_at == 0)
		transfer->over_at = g_get_monotonic_time();
	return g_get_monotonic_time() - transfer->over_at >= GRACE_SECONDS * G_USEC_PER_SEC;
}

CURLcode
transfer_perform(CURL *curl, const struct transfer_limits *limits, char *failure)
{
	struct transfer transfer = { limits, 0 };
	*failure = '\0';
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, failure);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, limits->seconds);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, watch);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	/* the farewell belongs to it, not to the clearing up, which nothing limits */
	curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
	CURLcode code = curl_easy_perform(curl);
	if (*failure == '\0')
		g_strlcpy(failure, curl_easy_strerror(code), CURL_ERROR_SIZE);
	return code;
}
