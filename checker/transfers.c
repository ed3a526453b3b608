/* Running libcurl's multi interface by sockets and a timer. */
#include "checker/transfers.h"

struct transfers {
	struct loop *loop;
	CURLM *multi;
	struct timer *timer;
	CURL *model; /* every handle is a copy of it */
};

struct transfer {
	void (*done)(void *user, CURL *handle, CURLcode result);
	void *user;
};

/* ---- what libcurl asks of the loop ---- */

static void
end_finished(struct transfers *transfers)
{
	int left;
	for (CURLMsg *message; (message = curl_multi_info_read(transfers->multi, &left)) != NULL;) {
		struct transfer *transfer;
		CURL *handle = message->easy_handle;
		CURLcode result = message->data.result;
		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(handle, CURLINFO_PRIVATE, &transfer);
		transfer->done(transfer->user, handle, result);
		curl_multi_remove_handle(transfers->multi, handle);
		curl_easy_cleanup(handle);
		g_free(transfer);
	}
}

static void
act(struct transfers *transfers, curl_socket_t fd, int events)
{
	int running;
	curl_multi_socket_action(transfers->multi, fd, events, &running);
	end_finished(transfers);
}

static void
socket_ready(void *user, int fd, bool readable, bool writable)
{
	act(user, fd, (readable ? CURL_CSELECT_IN : 0) | (writable ? CURL_CSELECT_OUT : 0));
}

static void
timed_out(void *user)
{
	act(user, CURL_SOCKET_TIMEOUT, 0);
}

static int
socket_wanted(CURL *handle, curl_socket_t fd, int what, void *user, void *assigned)
{
	struct transfers *transfers = user;
	struct watch *watch = assigned;
	(void)handle;
	if (what == CURL_POLL_REMOVE) {
		watch_free(watch);
		curl_multi_assign(transfers->multi, fd, NULL);
		return 0;
	}
	if (watch == NULL) {
		watch = watch_new(transfers->loop, fd, socket_ready, transfers);
		curl_multi_assign(transfers->multi, fd, watch);
	}
	watch_set(watch, (what & CURL_POLL_IN) != 0, (what & CURL_POLL_OUT) != 0);
	return 0;
}

static int
timer_wanted(CURLM *multi, long milliseconds, void *user)
{
	struct transfers *transfers = user;
	(void)multi;
	if (milliseconds < 0)
		timer_stop(transfers->timer);
	else
		timer_set(transfers->timer, (uint64_t)milliseconds);
	return 0;
}

/* ---- handles ---- */

static CURL *
make_model(const char *ca_file)
{
	CURL *model = curl_easy_init();
	g_assert(model != NULL);
	curl_easy_setopt(model, CURLOPT_NOSIGNAL, 1L);
	/* as senders do: straight to the host */
	curl_easy_setopt(model, CURLOPT_PROXY, "");
	curl_easy_setopt(model, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(model, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(model, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(model, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	/* certificates are judged by certificate.h, names too */
	curl_easy_setopt(model, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(model, CURLOPT_SSL_VERIFYHOST, 0L);
	/* The roots are read once: without the time-out the cache ends after a day, and with a
	   CAPATH, which Debian sets, it is not used at all: 26 ms of CPU for each connection. */
	curl_easy_setopt(model, CURLOPT_CA_CACHE_TIMEOUT, -1L);
	curl_easy_setopt(model, CURLOPT_CAPATH, NULL);
	if (ca_file != NULL)
		curl_easy_setopt(model, CURLOPT_CAINFO, ca_file);
	return model;
}

struct transfers *
transfers_new(struct loop *loop, const char *ca_file)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		g_error("libcurl cannot start");
	struct transfers *transfers = g_new0(struct transfers, 1);
	transfers->loop = loop;
	transfers->multi = curl_multi_init();
	transfers->timer = timer_new(loop, timed_out, transfers);
	transfers->model = make_model(ca_file);
	curl_multi_setopt(transfers->multi, CURLMOPT_SOCKETFUNCTION, socket_wanted);
	curl_multi_setopt(transfers->multi, CURLMOPT_SOCKETDATA, transfers);
	curl_multi_setopt(transfers->multi, CURLMOPT_TIMERFUNCTION, timer_wanted);
	curl_multi_setopt(transfers->multi, CURLMOPT_TIMERDATA, transfers);
	return transfers;
}

void
transfers_free(struct transfers *transfers)
{
	if (transfers == NULL)
		return;
	curl_multi_cleanup(transfers->multi);
	curl_easy_cleanup(transfers->model);
	timer_free(transfers->timer);
	g_free(transfers);
	curl_global_cleanup();
}

struct loop *
transfers_loop(const struct transfers *transfers)
{
	return transfers->loop;
}

CURL *
transfers_handle(struct transfers *transfers)
{
	CURL *handle = curl_easy_duphandle(transfers->model);
	g_assert(handle != NULL);
	return handle;
}

char *
transfers_words(CURL *handle, CURLcode result, const char *error)
{
	long number = 0;
	if (result == CURLE_OPERATION_TIMEDOUT)
		return g_strdup("no answer in time");
	if (result == CURLE_COULDNT_CONNECT) {
		curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &number);
		return g_strdup(number != 0 ? g_strerror((int)number) : "no connection");
	}
	return g_utf8_make_valid(error[0] != '\0' ? error : curl_easy_strerror(result), -1);
}

void
transfers_start(struct transfers *transfers, CURL *handle,
	void (*done)(void *user, CURL *handle, CURLcode result), void *user)
{
	struct transfer *transfer = g_new(struct transfer, 1);
	*transfer = (struct transfer){ done, user };
	curl_easy_setopt(handle, CURLOPT_PRIVATE, transfer);
	CURLMcode added = curl_multi_add_handle(transfers->multi, handle);
	g_assert(added == CURLM_OK);
}
