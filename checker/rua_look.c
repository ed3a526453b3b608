/* Looking at report addresses. */
#include "checker/rua_look.h"

#include <string.h>

#include "checker/host_addresses.h"

/* Results that are kept. */
#define MOST_KEPT 20000

struct asker {
	void (*done)(void *user, enum check_status status, const char *why);
	void *user;
};

/* One mail domain, or one https host and port. */
struct target {
	struct rua_looks *looks;
	char *key;
	char *host;
	int port;
	GSList *waiting; /* struct asker, newest first */
	bool known;
	bool telling; /* it must not be forgotten while it tells */
	enum check_status status;
	char *why;
	struct timer *timer; /* tells what was known already */
};

struct rua_looks {
	struct dns *dns;
	struct transfers *transfers;
	struct rua_looks_options options;
	GHashTable *targets; /* key to struct target */
};

static void
target_free(gpointer data)
{
	struct target *target = data;
	g_assert(target->waiting == NULL);
	timer_free(target->timer);
	g_free(target->key);
	g_free(target->host);
	g_free(target->why);
	g_free(target);
}

static void
tell(void *user)
{
	struct target *target = user;
	GSList *waiting = g_slist_reverse(g_steal_pointer(&target->waiting));
	target->telling = true;
	for (GSList *link = waiting; link != NULL; link = link->next) {
		struct asker *asker = link->data;
		asker->done(asker->user, target->status, target->why);
	}
	g_slist_free_full(waiting, g_free);
	target->telling = false;
}

static void settle(struct target *target, enum check_status status, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

static void
settle(struct target *target, enum check_status status, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	target->known = true;
	target->status = status;
	target->why = format != NULL ? g_strdup_vprintf(format, values) : NULL;
	va_end(values);
	tell(target);
}

/* ---- mailto: the domain takes mail ---- */

static void
mail_host_found(void *user, const struct host_addresses *found)
{
	struct target *target = user;
	if (found->status == DNS_FINE)
		settle(target, CHECK_FINE, NULL);
	else if (found->status == DNS_FAILED)
		settle(target, CHECK_UNKNOWN, "%s: %s", target->host, found->why);
	else
		settle(target, CHECK_BAD, "%s takes no mail: it has neither MX nor address",
			target->host);
}

static void
mx_found(void *user, struct dns_answer *answer)
{
	struct target *target = user;
	const struct dns_record *first =
		answer->records->len > 0 ? answer->records->pdata[0] : NULL;
	if (answer->status == DNS_FAILED)
		settle(target, CHECK_UNKNOWN, "%s: %s", target->host, answer->why);
	else if (first != NULL && answer->records->len == 1 && first->name[0] == '\0')
		settle(target, CHECK_BAD, "%s says that it takes no mail (null MX)", target->host);
	else if (first != NULL)
		settle(target, CHECK_FINE, NULL);
	else
		host_addresses_ask(
			target->looks->dns, target->host, true, true, mail_host_found, target);
}

/* ---- https: the host answers with a certificate that holds ---- */

static void
handshake_seen(void *user, struct fetch_result *result)
{
	struct target *target = user;
	switch (result->outcome) {
	case FETCH_UNREACHABLE:
	case FETCH_TIMED_OUT:
	case FETCH_BROKEN:
		settle(target, CHECK_UNKNOWN, "%s: %s", target->host, result->why);
		break;
	case FETCH_TLS:
	case FETCH_CERTIFICATE:
		settle(target, CHECK_BAD, "%s: %s", target->host, result->why);
		break;
	default: /* no request was sent */
		settle(target, CHECK_FINE, NULL);
	}
}

static void
https_host_found(void *user, const struct host_addresses *found)
{
	struct target *target = user;
	const struct host_address *refused = host_addresses_refused(found);
	g_autofree char **allowed = host_addresses_allowed(found);
	if (found->status == DNS_FAILED) {
		settle(target, CHECK_UNKNOWN, "%s: %s", target->host, found->why);
	} else if (found->status != DNS_FINE) {
		settle(target, CHECK_BAD, "%s has no address", target->host);
	} else if (allowed[0] == NULL) {
		settle(target, CHECK_BAD, "%s has a %s address, %s, that nobody outside reaches",
			target->host, refused->refused, refused->ip);
	} else {
		struct fetch_options options = {
			.host = target->host,
			.port = target->port,
			.path = "/",
			.addresses = allowed,
			.seconds = target->looks->options.seconds,
			.certificate_only = true,
		};
		fetch_start(target->looks->transfers, &options, handshake_seen, target);
	}
}

/* ---- for callers ---- */

static void
forget_some(struct rua_looks *looks)
{
	GHashTableIter iter;
	gpointer data;
	if (g_hash_table_size(looks->targets) < MOST_KEPT)
		return;
	g_hash_table_iter_init(&iter, looks->targets);
	while (g_hash_table_iter_next(&iter, NULL, &data)) {
		const struct target *target = data;
		if (target->known && target->waiting == NULL && !target->telling)
			g_hash_table_iter_remove(&iter);
	}
}

static struct target *
add(struct rua_looks *looks, const struct tlsrpt_rua *rua, char *key)
{
	struct target *target = g_new0(struct target, 1);
	forget_some(looks);
	target->looks = looks;
	target->key = key;
	target->host = g_strdup(rua->host);
	target->port = rua->port;
	target->timer = timer_new(transfers_loop(looks->transfers), tell, target);
	g_hash_table_insert(looks->targets, target->key, target);
	return target;
}

void
rua_looks_ask(struct rua_looks *looks, const struct tlsrpt_rua *rua,
	void (*done)(void *user, enum check_status status, const char *why), void *user)
{
	struct asker asker = { done, user };
	bool mail = rua->scheme == TLSRPT_MAILTO;
	g_autofree char *key = g_strdup_printf("%s:%d", rua->host, mail ? 0 : rua->port);
	struct target *target = g_hash_table_lookup(looks->targets, key);
	bool asked = target != NULL;
	if (!asked)
		target = add(looks, rua, g_steal_pointer(&key));
	target->waiting = g_slist_prepend(target->waiting, g_memdup2(&asker, sizeof asker));
	if (target->known)
		timer_set(target->timer, 0);
	else if (!asked && mail)
		dns_ask(looks->dns, target->host, DNS_MX, true, mx_found, target);
	else if (!asked)
		host_addresses_ask(looks->dns, target->host, true, looks->options.allow_private,
			https_host_found, target);
}

struct rua_looks *
rua_looks_new(struct dns *dns, struct transfers *transfers, const struct rua_looks_options *options)
{
	struct rua_looks *looks = g_new0(struct rua_looks, 1);
	looks->dns = dns;
	looks->transfers = transfers;
	looks->options = *options;
	looks->targets = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, target_free);
	return looks;
}

void
rua_looks_free(struct rua_looks *looks)
{
	if (looks == NULL)
		return;
	g_hash_table_unref(looks->targets);
	g_free(looks);
}
