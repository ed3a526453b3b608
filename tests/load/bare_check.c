/* The bare limit that `stsready check --no-probe` is measured against: c-ares and libcurl on one
   event loop, the roots read once; two TXT, one MX, one A and one policy a domain; nothing is
   parsed, judged or printed.

   usage: bare_check RESOLVER CA-FILE POLICY-PORT AT-ONCE < domains   prints domains, seconds,
   failures */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <curl/curl.h>
#include <glib.h>
#include <uv.h>

struct domain {
	char name[256];
	int pending;
	char resolve[512];
	struct curl_slist *list;
};

static uv_loop_t *loop;
static uv_timer_t curl_timer, ares_timer;
static CURLM *multi;
static CURL *model;
static ares_channel channel;
static GHashTable *ares_polls;
static int policy_port, most, under_way;
static unsigned long done, failed;
static char line[256];

static void start_some(void);

static void
release(struct domain *domain)
{
	if (--domain->pending > 0)
		return;
	curl_slist_free_all(domain->list);
	free(domain);
	done++;
	under_way--;
	start_some();
}

/* ---- libcurl ---- */

static size_t
swallow(char *bytes, size_t size, size_t count, void *user)
{
	(void)bytes;
	(void)user;
	return size * count;
}

static void
collect(void)
{
	int left;
	for (CURLMsg *message; (message = curl_multi_info_read(multi, &left)) != NULL;) {
		struct domain *domain;
		long status = 0;
		CURL *handle = message->easy_handle;
		curl_easy_getinfo(handle, CURLINFO_PRIVATE, &domain);
		curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
		failed += message->data.result != CURLE_OK || status != 200;
		curl_multi_remove_handle(multi, handle);
		curl_easy_cleanup(handle);
		release(domain);
	}
}

static void
curl_ready(uv_poll_t *poll, int status, int events)
{
	int running, fd;
	uv_fileno((uv_handle_t *)poll, &fd);
	curl_multi_socket_action(multi, fd,
		status < 0 ? CURL_CSELECT_ERR
			   : (events & UV_READABLE ? CURL_CSELECT_IN : 0) |
				     (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0),
		&running);
	collect();
}

static void
curl_due(uv_timer_t *timer)
{
	int running;
	(void)timer;
	curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect();
}

static int
curl_timeout(CURLM *handle, long milliseconds, void *user)
{
	(void)handle;
	(void)user;
	if (milliseconds < 0)
		uv_timer_stop(&curl_timer);
	else
		uv_timer_start(&curl_timer, curl_due, (uint64_t)milliseconds, 0);
	return 0;
}

static void
freed(uv_handle_t *handle)
{
	free(handle);
}

static int
curl_socket(CURL *handle, curl_socket_t fd, int what, void *user, void *assigned)
{
	uv_poll_t *poll = assigned;
	(void)handle;
	(void)user;
	if (what == CURL_POLL_REMOVE) {
		if (poll != NULL)
			uv_close((uv_handle_t *)poll, freed);
		curl_multi_assign(multi, fd, NULL);
		return 0;
	}
	if (poll == NULL) {
		poll = calloc(1, sizeof *poll);
		uv_poll_init_socket(loop, poll, fd);
		curl_multi_assign(multi, fd, poll);
	}
	uv_poll_start(poll,
		(what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0),
		curl_ready);
	return 0;
}

static void
fetch(struct domain *domain, const char *address)
{
	char url[600];
	CURL *handle = curl_easy_duphandle(model);
	snprintf(url, sizeof url, "https://mta-sts.%s:%d/.well-known/mta-sts.txt", domain->name,
		policy_port);
	snprintf(domain->resolve, sizeof domain->resolve, "+mta-sts.%s:%d:%s", domain->name,
		policy_port, address);
	domain->list = curl_slist_append(NULL, domain->resolve);
	curl_easy_setopt(handle, CURLOPT_URL, url);
	curl_easy_setopt(handle, CURLOPT_RESOLVE, domain->list);
	curl_easy_setopt(handle, CURLOPT_PRIVATE, domain);
	curl_multi_add_handle(multi, handle);
}

/* ---- c-ares ---- */

static void set_ares_timer(void);

static void
ares_due(uv_timer_t *timer)
{
	(void)timer;
	ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	set_ares_timer();
}

static void
set_ares_timer(void)
{
	struct timeval left;
	if (ares_timeout(channel, NULL, &left) == NULL)
		uv_timer_stop(&ares_timer);
	else
		uv_timer_start(&ares_timer, ares_due,
			(uint64_t)left.tv_sec * 1000 + (uint64_t)left.tv_usec / 1000 + 1, 0);
}

static void
ares_ready(uv_poll_t *poll, int status, int events)
{
	int fd;
	uv_fileno((uv_handle_t *)poll, &fd);
	ares_process_fd(channel, status < 0 || (events & UV_READABLE) ? fd : ARES_SOCKET_BAD,
		events & UV_WRITABLE ? fd : ARES_SOCKET_BAD);
	set_ares_timer();
}

static void
ares_socket(void *user, ares_socket_t fd, int readable, int writable)
{
	uv_poll_t *poll = g_hash_table_lookup(ares_polls, GINT_TO_POINTER(fd));
	(void)user;
	if (!readable && !writable) {
		g_hash_table_remove(ares_polls, GINT_TO_POINTER(fd));
		if (poll != NULL)
			uv_close((uv_handle_t *)poll, freed);
		return;
	}
	if (poll == NULL) {
		poll = calloc(1, sizeof *poll);
		uv_poll_init_socket(loop, poll, fd);
		g_hash_table_insert(ares_polls, GINT_TO_POINTER(fd), poll);
	}
	uv_poll_start(
		poll, (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0), ares_ready);
}

static void
answered(void *user, int status, int timeouts, unsigned char *bytes, int length)
{
	(void)timeouts;
	(void)bytes;
	(void)length;
	failed += status != ARES_SUCCESS;
	release(user);
}

static void
address_answered(void *user, int status, int timeouts, unsigned char *bytes, int length)
{
	struct ares_addrttl address;
	int count = 1;
	char text[INET_ADDRSTRLEN];
	(void)timeouts;
	if (status != ARES_SUCCESS ||
		ares_parse_a_reply(bytes, length, NULL, &address, &count) != ARES_SUCCESS) {
		failed++;
		release(user);
		return;
	}
	fetch(user, inet_ntop(AF_INET, &address.ipaddr, text, sizeof text));
}

static void
ask(struct domain *domain, const char *prefix, int type, ares_callback callback)
{
	char name[300];
	snprintf(name, sizeof name, "%s%s", prefix, domain->name);
	domain->pending++;
	ares_query(channel, name, ns_c_in, type, callback, domain);
}

static void
start_some(void)
{
	while (under_way < most && fgets(line, sizeof line, stdin) != NULL) {
		struct domain *domain = calloc(1, sizeof *domain);
		line[strcspn(line, "\n")] = '\0';
		snprintf(domain->name, sizeof domain->name, "%s", line);
		under_way++;
		domain->pending = 1;
		ask(domain, "_mta-sts.", ns_t_txt, answered);
		ask(domain, "_smtp._tls.", ns_t_txt, answered);
		ask(domain, "", ns_t_mx, answered);
		ask(domain, "mta-sts.", ns_t_a, address_answered);
		set_ares_timer();
		release(domain);
	}
	if (under_way == 0)
		uv_stop(loop);
}

int
main(int argc, char **argv)
{
	if (argc != 5)
		return 64;
	struct ares_options options = { .flags = ARES_FLAG_STAYOPEN | ARES_FLAG_NOSEARCH |
						 ARES_FLAG_EDNS,
		/* as the program waits: one answer that is lost must not decide */
		.timeout = 2000,
		.tries = 3,
		.socket_receive_buffer_size = 1 << 20,
		.sock_state_cb = ares_socket };
	struct timespec from, to;
	loop = uv_default_loop();
	policy_port = atoi(argv[3]);
	most = atoi(argv[4]);
	ares_polls = g_hash_table_new(NULL, NULL);
	uv_timer_init(loop, &curl_timer);
	uv_timer_init(loop, &ares_timer);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	multi = curl_multi_init();
	curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, curl_socket);
	curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, curl_timeout);
	model = curl_easy_init();
	curl_easy_setopt(model, CURLOPT_WRITEFUNCTION, swallow);
	curl_easy_setopt(model, CURLOPT_CAINFO, argv[2]);
	curl_easy_setopt(model, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(model, CURLOPT_CA_CACHE_TIMEOUT, -1L);
	curl_easy_setopt(model, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(model, CURLOPT_TIMEOUT, 60L);
	if (ares_init_options(&channel, &options,
		    ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_RCVBUF |
			    ARES_OPT_SOCK_STATE_CB) != ARES_SUCCESS ||
		ares_set_servers_ports_csv(channel, argv[1]) != ARES_SUCCESS)
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &from);
	start_some();
	uv_run(loop, UV_RUN_DEFAULT);
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("domains %lu seconds %.3f failed %lu\n", done,
		(double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9,
		failed);
	return 0;
}
