/* DKIM key records from DNS, remembered for a while. */
#include "ingest/key_lookup.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "ingest/domain_name.h"

/* Names remembered; beyond it all are forgotten: a run meets a handful of senders. */
#define MOST_NAMES 10000

/* Temporary failures in a row before look-ups pause, and for how long. */
#define PATIENCE 3
#define PAUSE_SECONDS 60

/* How long an answer holds: keys are rotated by new selectors, so an hour is soon enough for one
   that was withdrawn or just published while a mailbox is followed for months. */
#define ANSWER_SECONDS INT64_C(3600)
#define TEMPORARY_SECONDS INT64_C(60)

#define MOST_ANSWER 8192

struct answer {
	enum key_answer answer;
	char *record;
	gint64 until; /* g_get_monotonic_time */
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

/* Splits "ADDR", "ADDR:PORT" or "[ADDR]:PORT" in place; *port is NULL where there is none. */
static bool
split_port(char *text, char **address, char **port)
{
	char *colon = strchr(text, ':');
	*address = text;
	*port = NULL;
	if (text[0] == '[') {
		char *close = strchr(text, ']');
		if (close == NULL || (close[1] != '\0' && close[1] != ':'))
			return false;
		*address = text + 1;
		*port = close[1] == ':' ? close + 2 : NULL;
		*close = '\0';
	} else if (colon != NULL && strchr(colon + 1, ':') == NULL) {
		*port = colon + 1;
		*colon = '\0';
	}
	return true;
}

static bool
parse_resolver(const char *text, struct sockaddr_storage *storage)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)storage;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)storage;
	g_autofree char *copy = g_strdup(text);
	char *address, *port;
	guint64 number = NS_DEFAULTPORT;
	if (!split_port(copy, &address, &port) ||
		(port != NULL && !g_ascii_string_to_unsigned(port, 10, 1, 65535, &number, NULL)))
		return false;
	if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)number);
		return true;
	}
	if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
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

/* Puts resolver in the place of the system's servers; glibc keeps those of IPv6 in an extension,
   allocated one by one, and res_nclose frees as many as nscount says. */
static void
use_resolver(res_state state, const struct sockaddr_storage *resolver)
{
	if (resolver->ss_family == AF_UNSPEC)
		return;
	for (int i = 0; i < MAXNS; i++)
		g_clear_pointer(&state->_u._ext.nsaddrs[i], free);
	if (resolver->ss_family == AF_INET) {
		memcpy(&state->nsaddr_list[0], resolver, sizeof(struct sockaddr_in));
		state->nscount = 1;
	} else if (resolver->ss_family == AF_INET6) {
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
	gint64 now = g_get_monotonic_time();
	const struct answer *known = g_hash_table_lookup(lookup->answers, name);
	bool paused = now < lookup->paused_until;
	if (known != NULL && now >= known->until)
		known = NULL;
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
	bool temporary = answer == KEY_TEMPORARY;
	gint64 now = g_get_monotonic_time();
	struct answer *known = g_new(struct answer, 1);
	*known = (struct answer){ answer, g_strdup(record),
		now + (temporary ? TEMPORARY_SECONDS : ANSWER_SECONDS) * G_USEC_PER_SEC };
	g_mutex_lock(&lookup->lock);
	lookup->failures = temporary ? lookup->failures + 1 : 0;
	if (lookup->failures >= PATIENCE)
		lookup->paused_until = now + PAUSE_SECONDS * G_USEC_PER_SEC;
	if (g_hash_table_size(lookup->answers) >= MOST_NAMES)
		g_hash_table_remove_all(lookup->answers);
	g_hash_table_replace(lookup->answers, g_strdup(name), known);
	g_mutex_unlock(&lookup->lock);
}

enum key_answer
key_lookup_ask(struct key_lookup *lookup, const char *selector, const char *domain, char **record)
{
	g_autofree char *text = g_strconcat(selector, "._domainkey.", domain, NULL);
	g_autofree char *name = domain_name_normalise(text, false);
	enum key_answer answer;
	*record = NULL;
	if (name == NULL)
		return KEY_ABSENT;
	if (recall(lookup, name, &answer, record))
		return answer;
	answer = query(lookup, name, record);
	remember(lookup, name, answer, *record);
	return answer;
}
