/* DKIM key records from DNS, remembered for the run. */
#include "ingest/key_lookup.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

/* Names remembered; beyond it all are forgotten: a run meets a handful of senders. */
#define MOST_NAMES 10000

/* Temporary failures in a row before look-ups pause, and for how long. */
#define PATIENCE 3
#define PAUSE_SECONDS 60

#define MOST_ANSWER 8192

struct answer {
	enum key_answer answer;
	char *record;
};

struct key_lookup {
	struct sockaddr_storage resolver; /* ss_family 0: the system's */
	int seconds;
	GMutex lock;
	GHashTable *answers; /* name -> struct answer */
	int failures;        /* temporary ones in a row */
	gint64 paused_until; /* g_get_monotonic_time */
};

static void
answer_free(gpointer data)
{
	struct answer *answer = data;
	g_free(answer->record);
	g_free(answer);
}

/* "192.0.2.1", "192.0.2.1:53", "[2001:db8::1]:53", "2001:db8::1" */
static bool
parse_resolver(const char *text, struct sockaddr_storage *storage)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)storage;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)storage;
	g_autofree char *host = g_strdup(text);
	char *port = NULL, *start = host;
	if (host[0] == '[') {
		char *close = strchr(host, ']');
		if (close == NULL)
			return false;
		*close = '\0';
		start = host + 1;
		port = close[1] == ':' ? close + 2 : NULL;
	} else if (strchr(host, ':') == strrchr(host, ':') && strchr(host, ':') != NULL) {
		port = strchr(host, ':') + 1;
		port[-1] = '\0';
	}
	int number = port != NULL ? atoi(port) : NS_DEFAULTPORT;
	if (number <= 0 || number > 65535)
		return false;
	if (inet_pton(AF_INET, start, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)number);
		return true;
	}
	if (inet_pton(AF_INET6, start, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)number);
		return true;
	}
	return false;
}

struct key_lookup *
key_lookup_new(const char *resolver, double seconds)
{
	struct key_lookup *lookup = g_new0(struct key_lookup, 1);
	g_mutex_init(&lookup->lock);
	lookup->answers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, answer_free);
	lookup->seconds = MAX(1, (int)seconds);
	if (resolver != NULL && !parse_resolver(resolver, &lookup->resolver)) {
		key_lookup_free(lookup);
		return NULL;
	}
	return lookup;
}

void
key_lookup_free(struct key_lookup *lookup)
{
	if (lookup == NULL)
		return;
	g_hash_table_unref(lookup->answers);
	g_mutex_clear(&lookup->lock);
	g_free(lookup);
}

static void
use_resolver(res_state state, const struct sockaddr_storage *resolver)
{
	if (resolver->ss_family == AF_INET) {
		memcpy(&state->nsaddr_list[0], resolver, sizeof(struct sockaddr_in));
		state->nscount = 1;
	} else if (resolver->ss_family == AF_INET6) {
		/* glibc takes IPv6 servers from the extension; res_nclose frees it */
		struct sockaddr_in6 *address = malloc(sizeof *address);
		memcpy(address, resolver, sizeof *address);
		memset(&state->nsaddr_list[0], 0, sizeof state->nsaddr_list[0]);
		state->_u._ext.nsaddrs[0] = address;
		state->nscount = 1;
	}
}

/* The strings of a TXT record's data joined without spaces (RFC 6376 3.6.2.2). */
static char *
join_strings(const unsigned char *data, size_t length)
{
	GString *text = g_string_new(NULL);
	for (size_t at = 0; at < length;) {
		size_t size = data[at++];
		size = MIN(size, length - at);
		g_string_append_len(text, (const char *)data + at, (gssize)size);
		at += size;
	}
	return g_string_free(text, FALSE);
}

/* The one TXT record of an answer; several: none can be meant. */
static enum key_answer
read_answer(const unsigned char *bytes, int length, char **record)
{
	ns_msg message;
	ns_rr rr;
	int found = 0;
	if (ns_initparse(bytes, length, &message) != 0)
		return KEY_TEMPORARY;
	for (int i = 0; i < ns_msg_count(message, ns_s_an); i++) {
		if (ns_parserr(&message, ns_s_an, i, &rr) != 0 || ns_rr_type(rr) != ns_t_txt)
			continue;
		if (found++ == 0)
			*record = join_strings(ns_rr_rdata(rr), ns_rr_rdlen(rr));
	}
	if (found == 1)
		return KEY_FOUND;
	g_clear_pointer(record, g_free);
	return KEY_ABSENT;
}

static enum key_answer
query(const struct key_lookup *lookup, const char *name, char **record)
{
	struct __res_state state = { 0 };
	unsigned char bytes[MOST_ANSWER];
	if (res_ninit(&state) != 0)
		return KEY_TEMPORARY;
	use_resolver(&state, &lookup->resolver);
	state.retrans = lookup->seconds;
	state.retry = 1;
	state.options &= ~(unsigned long)(RES_DNSRCH | RES_DEFNAMES);
	int length = res_nquery(&state, name, ns_c_in, ns_t_txt, bytes, sizeof bytes);
	int why = state.res_h_errno;
	res_nclose(&state);
	if (length >= 0)
		return read_answer(bytes, MIN(length, (int)sizeof bytes), record);
	return why == HOST_NOT_FOUND || why == NO_DATA ? KEY_ABSENT : KEY_TEMPORARY;
}

/* Whether the answer is known without asking. */
static bool
recall(struct key_lookup *lookup, const char *name, enum key_answer *answer, char **record)
{
	g_mutex_lock(&lookup->lock);
	const struct answer *known = g_hash_table_lookup(lookup->answers, name);
	bool paused = g_get_monotonic_time() < lookup->paused_until;
	if (known != NULL) {
		*answer = known->answer;
		*record = g_strdup(known->record);
	} else if (paused) {
		*answer = KEY_TEMPORARY;
	}
	g_mutex_unlock(&lookup->lock);
	return known != NULL || paused;
}

static void
remember(struct key_lookup *lookup, const char *name, enum key_answer answer, const char *record)
{
	g_mutex_lock(&lookup->lock);
	if (answer == KEY_TEMPORARY) {
		if (++lookup->failures >= PATIENCE)
			lookup->paused_until =
				g_get_monotonic_time() + PAUSE_SECONDS * G_USEC_PER_SEC;
	} else {
		struct answer *known = g_new(struct answer, 1);
		*known = (struct answer){ answer, g_strdup(record) };
		lookup->failures = 0;
		if (g_hash_table_size(lookup->answers) >= MOST_NAMES)
			g_hash_table_remove_all(lookup->answers);
		g_hash_table_replace(lookup->answers, g_strdup(name), known);
	}
	g_mutex_unlock(&lookup->lock);
}

enum key_answer
key_lookup_ask(struct key_lookup *lookup, const char *selector, const char *domain, char **record)
{
	g_autofree char *name = g_strconcat(selector, "._domainkey.", domain, NULL);
	enum key_answer answer;
	*record = NULL;
	if (recall(lookup, name, &answer, record))
		return answer;
	answer = query(lookup, name, record);
	remember(lookup, name, answer, *record);
	return answer;
}
