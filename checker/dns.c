/* Questions to the resolver: queue, send, share. */
#include "checker/dns.h"

#include <string.h>
#include <sys/random.h>

#include <ares.h>
#include <arpa/nameser.h>
#include <gio/gio.h>

/* Milliseconds for the first try, doubled for each further one: 14 s in all. */
#define FIRST_TIMEOUT 2000
#define TRIES 3

/* EDNS: what crosses the internet unfragmented (DNS flag day 2020); more comes by TCP. */
#define UDP_BYTES 1232

/* Shared answers that are kept: a run over 100,000 domains meets most MX hosts early. */
#define MOST_KEPT 20000

/* The byte of a message's header that has the AD bit, and that (RFC 6840 5.7: set in a question, it
   asks for it in the answer). */
#define AD_BYTE 3
#define AD_BIT 0x20

/* One question, and who waits for its answer. */
struct question {
	struct dns *dns;
	char *name;
	enum dns_type type;
	bool shared;
	GSList *waiting;           /* struct asker, newest first */
	struct dns_answer *answer; /* shared ones, once known */
	bool telling;              /* it must not be forgotten while it tells */
};

struct asker {
	void (*done)(void *user, struct dns_answer *answer);
	void *user;
};

struct dns {
	struct loop *loop;
	ares_channel channel;
	struct timer *timer;
	GHashTable *watches; /* fd to struct watch */
	GHashTable *shared;  /* struct question, by itself */
	GQueue queue;        /* of struct question: not sent yet */
	unsigned under_way, most_at_once;
	bool trusted;
	bool sending; /* c-ares may answer before a send returns */
	uint64_t questions;
	uint16_t ids[512]; /* random ones, drawn at a time */
	size_t ids_left;
};

/* ---- sockets and time-outs ---- */

static void
set_timer(struct dns *dns)
{
	struct timeval left;
	if (ares_timeout(dns->channel, NULL, &left) == NULL)
		timer_stop(dns->timer);
	else
		timer_set(dns->timer,
			(uint64_t)left.tv_sec * 1000 + (uint64_t)left.tv_usec / 1000 + 1);
}

static void
timed_out(void *user)
{
	struct dns *dns = user;
	ares_process_fd(dns->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	set_timer(dns);
}

static void
socket_ready(void *user, int fd, bool readable, bool writable)
{
	struct dns *dns = user;
	ares_process_fd(
		dns->channel, readable ? fd : ARES_SOCKET_BAD, writable ? fd : ARES_SOCKET_BAD);
	set_timer(dns);
}

static void
socket_state(void *user, ares_socket_t fd, int readable, int writable)
{
	struct dns *dns = user;
	struct watch *watch = g_hash_table_lookup(dns->watches, GINT_TO_POINTER(fd));
	if (!readable && !writable) {
		g_hash_table_remove(dns->watches, GINT_TO_POINTER(fd));
		return;
	}
	if (watch == NULL) {
		watch = watch_new(dns->loop, fd, socket_ready, dns);
		g_hash_table_insert(dns->watches, GINT_TO_POINTER(fd), watch);
	}
	watch_set(watch, readable, writable);
}

/* ---- questions ---- */

static guint
question_hash(gconstpointer data)
{
	const struct question *question = data;
	return g_str_hash(question->name) ^ (guint)question->type;
}

static gboolean
question_equal(gconstpointer a, gconstpointer b)
{
	const struct question *one = a, *other = b;
	return one->type == other->type && strcmp(one->name, other->name) == 0;
}

static void
question_free(gpointer data)
{
	struct question *question = data;
	dns_answer_release(question->answer);
	g_free(question->name);
	g_free(question);
}

static struct question *
question_new(struct dns *dns, const char *name, enum dns_type type, bool shared)
{
	struct question *question = g_new0(struct question, 1);
	question->dns = dns;
	question->name = g_strdup(name);
	question->type = type;
	question->shared = shared;
	return question;
}

static void
tell(struct question *question, struct dns_answer *answer)
{
	GSList *waiting = g_slist_reverse(g_steal_pointer(&question->waiting));
	question->telling = true;
	for (GSList *link = waiting; link != NULL; link = link->next) {
		struct asker *asker = link->data;
		asker->done(asker->user, answer);
	}
	g_slist_free_full(waiting, g_free);
	question->telling = false;
}

/* Forgets shared answers when there are too many; those still asked for stay. */
static void
forget_some(struct dns *dns)
{
	GHashTableIter iter;
	gpointer data;
	if (g_hash_table_size(dns->shared) < MOST_KEPT)
		return;
	g_hash_table_iter_init(&iter, dns->shared);
	while (g_hash_table_iter_next(&iter, &data, NULL)) {
		const struct question *question = data;
		if (question->answer != NULL && !question->telling)
			g_hash_table_iter_remove(&iter);
	}
}

static void send_some(struct dns *dns);

/* Takes over answer. */
static void
answered(struct question *question, struct dns_answer *answer)
{
	struct dns *dns = question->dns;
	dns->under_way--;
	answer->authentic = answer->authentic && dns->trusted;
	if (question->shared)
		question->answer = dns_answer_hold(answer);
	tell(question, answer);
	dns_answer_release(answer);
	if (!question->shared)
		question_free(question);
	send_some(dns);
}

/* An answer that is known at once is told in the next turn all the same: who asks counts on it. */
struct late {
	struct timer *timer;
	struct question *question;
	struct dns_answer *answer;
};

static void
tell_late(void *user)
{
	struct late *late = user;
	timer_free(late->timer);
	answered(late->question, late->answer);
	g_free(late);
}

/* Takes over answer. */
static void
answer_late(struct question *question, struct dns_answer *answer)
{
	struct late *late = g_new(struct late, 1);
	late->question = question;
	late->answer = answer;
	late->timer = timer_new(question->dns->loop, tell_late, late);
	timer_set(late->timer, 0);
}

static const char *
failure_words(int status)
{
	switch (status) {
	case ARES_ETIMEOUT:
		return "the DNS server did not answer in time";
	case ARES_ECONNREFUSED:
		return "no DNS server answers there";
	}
	return ares_strerror(status);
}

static void
response(void *user, int status, int timeouts, unsigned char *bytes, int length)
{
	struct question *question = user;
	(void)timeouts;
	struct dns_answer *answer =
		status == ARES_SUCCESS
			? dns_message_read(bytes, (size_t)length, question->name, question->type)
			: dns_answer_failed(g_strdup(failure_words(status)));
	if (question->dns->sending)
		answer_late(question, answer);
	else
		answered(question, answer);
}

/* Unpredictable, so that nobody off the path can answer for the resolver (RFC 5452 9.2). */
static uint16_t
draw_id(struct dns *dns)
{
	if (dns->ids_left == 0) {
		if (getrandom(dns->ids, sizeof dns->ids, 0) != sizeof dns->ids)
			g_error("no random numbers");
		dns->ids_left = G_N_ELEMENTS(dns->ids);
	}
	return dns->ids[--dns->ids_left];
}

static void
send_one(struct dns *dns, struct question *question)
{
	unsigned char *message = NULL;
	int length = 0;
	dns->under_way++;
	dns->questions++;
	int status = ares_create_query(question->name, ns_c_in, (int)question->type, draw_id(dns),
		1, &message, &length, UDP_BYTES);
	if (status != ARES_SUCCESS) {
		answer_late(question, dns_answer_failed(g_strdup(ares_strerror(status))));
		return;
	}
	message[AD_BYTE] |= AD_BIT;
	ares_send(dns->channel, message, length, response, question);
	ares_free_string(message);
	set_timer(dns);
}

static void
send_some(struct dns *dns)
{
	dns->sending = true;
	while (dns->under_way < dns->most_at_once && dns->queue.length > 0)
		send_one(dns, g_queue_pop_head(&dns->queue));
	dns->sending = false;
}

/* ---- for callers ---- */

/* The shared question that was asked before; NULL: none. */
static struct question *
find_shared(struct dns *dns, const char *name, enum dns_type type)
{
	struct question probe = { .name = (char *)name, .type = type };
	return g_hash_table_lookup(dns->shared, &probe);
}

void
dns_ask(struct dns *dns, const char *name, enum dns_type type, bool shared,
	void (*done)(void *user, struct dns_answer *answer), void *user)
{
	struct asker asker = { done, user };
	struct question *question = shared ? find_shared(dns, name, type) : NULL;
	struct dns_answer *known = question != NULL ? question->answer : NULL;
	bool fresh = question == NULL || known != NULL;
	if (fresh)
		question = question_new(dns, name, type, shared && known == NULL);
	question->waiting = g_slist_prepend(question->waiting, g_memdup2(&asker, sizeof asker));
	if (known != NULL) {
		dns->under_way++;
		answer_late(question, dns_answer_hold(known));
	} else if (fresh) {
		if (shared) {
			forget_some(dns);
			g_hash_table_add(dns->shared, question);
		}
		g_queue_push_tail(&dns->queue, question);
		send_some(dns);
	}
}

uint64_t
dns_questions(const struct dns *dns)
{
	return dns->questions;
}

bool
dns_is_trusted(const struct dns *dns)
{
	return dns->trusted;
}

/* Whether all resolvers of the system are on this machine. */
static bool
all_local(ares_channel channel)
{
	struct ares_addr_port_node *servers = NULL;
	if (ares_get_servers_ports(channel, &servers) != ARES_SUCCESS)
		return false;
	bool local = servers != NULL;
	for (const struct ares_addr_port_node *server = servers; server != NULL;
		server = server->next)
		local = local &&
			(server->family == AF_INET ? (ntohl(server->addr.addr4.s_addr) >> 24) == 127
						   : memcmp(&server->addr.addr6, &in6addr_loopback,
							     sizeof in6addr_loopback) == 0);
	ares_free_data(servers);
	return local;
}

static int
open_channel(struct dns *dns)
{
	struct ares_options options = {
		.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_STAYOPEN | ARES_FLAG_NOSEARCH |
			 ARES_FLAG_NOALIASES | ARES_FLAG_EDNS,
		.timeout = FIRST_TIMEOUT,
		.tries = TRIES,
		.ednspsz = UDP_BYTES,
		.socket_receive_buffer_size = 1 << 20,
		.sock_state_cb = socket_state,
		.sock_state_cb_data = dns,
	};
	return ares_init_options(&dns->channel, &options,
		ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ |
			ARES_OPT_SOCK_RCVBUF | ARES_OPT_SOCK_STATE_CB);
}

struct dns *
dns_new(struct loop *loop, const struct dns_options *options, GError **error)
{
	struct dns *dns = g_new0(struct dns, 1);
	int status = open_channel(dns);
	if (status == ARES_SUCCESS && options->resolver != NULL)
		status = ares_set_servers_ports_csv(dns->channel, options->resolver);
	if (status != ARES_SUCCESS) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "resolver%s%s: %s",
			options->resolver != NULL ? " " : "",
			options->resolver != NULL ? options->resolver : "", ares_strerror(status));
		if (dns->channel != NULL)
			ares_destroy(dns->channel);
		g_free(dns);
		return NULL;
	}
	dns->loop = loop;
	dns->trusted = options->resolver != NULL || all_local(dns->channel);
	dns->most_at_once = options->most_at_once;
	dns->timer = timer_new(loop, timed_out, dns);
	dns->watches = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)watch_free);
	dns->shared = g_hash_table_new_full(question_hash, question_equal, question_free, NULL);
	g_queue_init(&dns->queue);
	return dns;
}

void
dns_free(struct dns *dns)
{
	if (dns == NULL)
		return;
	g_assert(dns->under_way == 0 && dns->queue.length == 0);
	ares_destroy(dns->channel);
	timer_free(dns->timer);
	g_hash_table_unref(dns->watches);
	g_hash_table_unref(dns->shared);
	g_free(dns);
}
