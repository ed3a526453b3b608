/* Asking each MX address once. */
#include "checker/prober.h"

#include <string.h>

/* Results that are kept: each has the chain that was sent. */
#define MOST_KEPT 5000

struct asker {
	void (*done)(void *user, const struct probe_result *result);
	void *user;
};

/* One host at one address. */
struct target {
	struct prober *prober;
	char *host, *address;
	GSList *waiting; /* struct asker, newest first */
	bool known;
	bool telling; /* it must not be forgotten while it tells */
	struct probe_result result;
	struct timer *timer; /* tells what was known already */
};

struct prober {
	struct loop *loop;
	struct transfers *transfers;
	struct prober_options options;
	GHashTable *targets; /* struct target, by itself */
	GHashTable *busy;    /* address to how many probes run there */
	GQueue queue;        /* of struct target */
	unsigned under_way;
	uint64_t connections;
};

static guint
target_hash(gconstpointer data)
{
	const struct target *target = data;
	return g_str_hash(target->host) * 31 + g_str_hash(target->address);
}

static gboolean
target_equal(gconstpointer a, gconstpointer b)
{
	const struct target *one = a, *other = b;
	return strcmp(one->host, other->host) == 0 && strcmp(one->address, other->address) == 0;
}

static void
target_free(gpointer data)
{
	struct target *target = data;
	g_assert(target->waiting == NULL);
	timer_free(target->timer);
	certificate_free(target->result.certificate);
	g_free(target->result.why);
	g_free(target->host);
	g_free(target->address);
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
		asker->done(asker->user, &target->result);
	}
	g_slist_free_full(waiting, g_free);
	target->telling = false;
}

static unsigned
busy_at(struct prober *prober, const char *address)
{
	return GPOINTER_TO_UINT(g_hash_table_lookup(prober->busy, address));
}

static void
set_busy(struct prober *prober, const char *address, unsigned count)
{
	if (count > 0)
		g_hash_table_replace(prober->busy, g_strdup(address), GUINT_TO_POINTER(count));
	else
		g_hash_table_remove(prober->busy, address);
}

static void start_some(struct prober *prober);

static void
probed(void *user, struct probe_result *result)
{
	struct target *target = user;
	struct prober *prober = target->prober;
	target->known = true;
	target->result = *result;
	result->certificate = NULL; /* kept here */
	result->why = NULL;
	prober->under_way--;
	set_busy(prober, target->address, busy_at(prober, target->address) - 1);
	tell(target);
	start_some(prober);
}

static void
start(struct prober *prober, struct target *target)
{
	struct probe_options options = {
		.host = target->host,
		.address = target->address,
		.port = prober->options.port,
		.ehlo = prober->options.ehlo,
		.seconds = prober->options.seconds,
	};
	prober->under_way++;
	prober->connections++;
	set_busy(prober, target->address, busy_at(prober, target->address) + 1);
	probe_start(prober->transfers, &options, probed, target);
}

/* Starts what may be started, in order; what waits for its own address lets others pass. */
static void
start_some(struct prober *prober)
{
	for (GList *link = prober->queue.head, *next;
		link != NULL && prober->under_way < prober->options.most_at_once; link = next) {
		struct target *target = link->data;
		next = link->next;
		if (busy_at(prober, target->address) >= prober->options.most_a_host)
			continue;
		g_queue_delete_link(&prober->queue, link);
		start(prober, target);
	}
}

/* Forgets results when there are too many. */
static void
forget_some(struct prober *prober)
{
	GHashTableIter iter;
	gpointer data;
	if (g_hash_table_size(prober->targets) < MOST_KEPT)
		return;
	g_hash_table_iter_init(&iter, prober->targets);
	while (g_hash_table_iter_next(&iter, &data, NULL)) {
		const struct target *target = data;
		if (target->known && target->waiting == NULL && !target->telling)
			g_hash_table_iter_remove(&iter);
	}
}

static struct target *
find_or_add(struct prober *prober, const char *host, const char *address)
{
	struct target probe = { .host = (char *)host, .address = (char *)address };
	struct target *target = g_hash_table_lookup(prober->targets, &probe);
	if (target != NULL)
		return target;
	forget_some(prober);
	target = g_new0(struct target, 1);
	target->prober = prober;
	target->host = g_strdup(host);
	target->address = g_strdup(address);
	target->timer = timer_new(prober->loop, tell, target);
	g_hash_table_add(prober->targets, target);
	g_queue_push_tail(&prober->queue, target);
	return target;
}

void
prober_ask(struct prober *prober, const char *host, const char *address,
	void (*done)(void *user, const struct probe_result *result), void *user)
{
	struct asker asker = { done, user };
	struct target *target = find_or_add(prober, host, address);
	target->waiting = g_slist_prepend(target->waiting, g_memdup2(&asker, sizeof asker));
	if (target->known)
		timer_set(target->timer, 0);
	else
		start_some(prober);
}

uint64_t
prober_connections(const struct prober *prober)
{
	return prober->connections;
}

struct prober *
prober_new(struct loop *loop, struct transfers *transfers, const struct prober_options *options)
{
	struct prober *prober = g_new0(struct prober, 1);
	prober->loop = loop;
	prober->transfers = transfers;
	prober->options = *options;
	prober->targets = g_hash_table_new_full(target_hash, target_equal, target_free, NULL);
	prober->busy = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_queue_init(&prober->queue);
	return prober;
}

void
prober_free(struct prober *prober)
{
	if (prober == NULL)
		return;
	g_assert(prober->under_way == 0 && prober->queue.length == 0);
	g_hash_table_unref(prober->targets);
	g_hash_table_unref(prober->busy);
	g_free(prober);
}
