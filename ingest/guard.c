/* Caps and token buckets, in bounded memory. */
#include "ingest/guard.h"

#include <glib.h>

/* Addresses remembered; more than connections can be open, so that one without any can always be
   forgotten for a new one. */
#define MOST_ADDRESSES (1u << 17)

/* Domains counted a day.  An entry takes 20 bytes or so; beyond it domains not yet seen today are
   not counted, since a flood of names cannot be told from a large provider. */
#define MOST_DOMAINS (1u << 20)

/* A body up to this is small: real reports have 0.4 to 8 KiB. */
#define SMALL_BODY (64u << 10)

struct peer {
	double tokens;
	int64_t filled_at;
	unsigned connections;
	size_t bytes;
};

struct guard {
	struct guard_options options;
	GMutex lock;
	GHashTable *peers;   /* address_group -> struct peer */
	GHashTable *domains; /* hash -> count, in the pointers themselves */
	int32_t day;
	unsigned connections;
	size_t bytes;
};

struct guard *
guard_new(const struct guard_options *options)
{
	struct guard *guard = g_new0(struct guard, 1);
	guard->options = *options;
	g_mutex_init(&guard->lock);
	guard->peers = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	guard->domains = g_hash_table_new(NULL, NULL);
	return guard;
}

void
guard_free(struct guard *guard)
{
	if (guard == NULL)
		return;
	g_hash_table_unref(guard->peers);
	g_hash_table_unref(guard->domains);
	g_mutex_clear(&guard->lock);
	g_free(guard);
}

/* ---- addresses ---- */

static void
fill(const struct guard *guard, struct peer *peer, int64_t now)
{
	double seconds = (double)(now - peer->filled_at) / G_USEC_PER_SEC;
	if (seconds > 0)
		peer->tokens =
			MIN(guard->options.burst, peer->tokens + seconds * guard->options.rate);
	peer->filled_at = now;
}

struct forgetting {
	const struct guard *guard;
	int64_t now;
	bool all; /* also those that would be owed tokens */
};

static gboolean
forgettable(gpointer key, gpointer value, gpointer user)
{
	struct forgetting *forgetting = user;
	struct peer *peer = value;
	(void)key;
	if (peer->connections > 0 || peer->bytes > 0)
		return FALSE;
	fill(forgetting->guard, peer, forgetting->now);
	return forgetting->all || peer->tokens >= forgetting->guard->options.burst;
}

/* A peer with a full bucket and nothing in hand is as one never seen. */
static void
make_room(struct guard *guard, int64_t now)
{
	struct forgetting forgetting = { .guard = guard, .now = now };
	if (g_hash_table_foreach_remove(guard->peers, forgettable, &forgetting) > 0)
		return;
	forgetting.all = true;
	g_hash_table_foreach_remove(guard->peers, forgettable, &forgetting);
}

static struct peer *
find(struct guard *guard, const struct address *address)
{
	gint64 group = (gint64)address_group(address);
	return g_hash_table_lookup(guard->peers, &group);
}

static struct peer *
find_or_add(struct guard *guard, const struct address *address, int64_t now)
{
	struct peer *peer = find(guard, address);
	if (peer != NULL)
		return peer;
	if (g_hash_table_size(guard->peers) >= MOST_ADDRESSES)
		make_room(guard, now);
	gint64 group = (gint64)address_group(address);
	peer = g_new0(struct peer, 1);
	peer->tokens = guard->options.burst;
	peer->filled_at = now;
	g_hash_table_insert(guard->peers, g_memdup2(&group, sizeof group), peer);
	return peer;
}

/* ---- connections ---- */

enum guard_answer
guard_connect(struct guard *guard, const struct address *address, bool known, int64_t now)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&guard->lock);
	if (guard->connections >= guard->options.connections)
		return GUARD_FULL;
	if (!known) {
		struct peer *peer = find_or_add(guard, address, now);
		if (peer->connections >= guard->options.connections_per_address)
			return GUARD_ADDRESS_FULL;
		peer->connections++;
	}
	guard->connections++;
	return GUARD_FINE;
}

void
guard_disconnect(struct guard *guard, const struct address *address, bool known)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&guard->lock);
	struct peer *peer = known ? NULL : find(guard, address);
	if (peer != NULL)
		peer->connections--;
	guard->connections--;
}

unsigned
guard_connections(struct guard *guard)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&guard->lock);
	return guard->connections;
}

bool
guard_is_full(struct guard *guard)
{
	return guard_connections(guard) >= guard->options.connections;
}

bool
guard_crowded(struct guard *guard)
{
	unsigned most = guard->options.connections;
	return guard_connections(guard) >= most - most / 8;
}

/* ---- requests ---- */

bool
guard_admit(struct guard *guard, const struct address *address, int64_t now)
{
	if (guard->options.rate <= 0)
		return true;
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&guard->lock);
	struct peer *peer = find_or_add(guard, address, now);
	fill(guard, peer, now);
	if (peer->tokens < 1)
		return false;
	peer->tokens -= 1;
	return true;
}

void
guard_charge(struct guard *guard, const struct address *address, int64_t now, double requests)
{
	if (guard->options.rate <= 0)
		return;
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&guard->lock);
	struct peer *peer = find_or_add(guard, address, now);
	fill(guard, peer, now);
	/* a debt of one burst at the most, so that nobody is shut out for long */
	peer->tokens = MAX(-guard->options.burst, peer->tokens - requests);
}

/* ---- memory ---- */

enum guard_answer
guard_hold(
	struct guard *guard, const struct address *address, size_t held, size_t bytes, int64_t now)
{
	size_t most = guard->options.bytes;
	if (held + bytes > SMALL_BODY)
		most -= most / 4;
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&guard->lock);
	if (guard->bytes + bytes > most)
		return GUARD_FULL;
	struct peer *peer = find_or_add(guard, address, now);
	if (peer->bytes + bytes > guard->options.bytes_per_address)
		return GUARD_ADDRESS_FULL;
	peer->bytes += bytes;
	guard->bytes += bytes;
	return GUARD_FINE;
}

void
guard_release(struct guard *guard, const struct address *address, size_t bytes)
{
	if (bytes == 0)
		return;
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&guard->lock);
	struct peer *peer = find(guard, address);
	if (peer != NULL)
		peer->bytes -= bytes;
	guard->bytes -= bytes;
}

size_t
guard_held(struct guard *guard)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&guard->lock);
	return guard->bytes;
}

/* ---- domains ---- */

/* FNV-1a in 64 bits, so that honest names do not meet.  Who would make them meet can as well send
   reports about the other's name. */
static uint64_t
hash64(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325;
	for (; *text != '\0'; text++)
		hash = (hash ^ (uint8_t)*text) * 0x100000001b3;
	return hash;
}

uint64_t
guard_domain(struct guard *guard, const char *domain, int32_t day)
{
	gpointer key = (gpointer)(uintptr_t)hash64(domain);

	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&guard->lock);
	if (day != guard->day) {
		g_hash_table_remove_all(guard->domains);
		guard->day = day;
	}
	uintptr_t count = (uintptr_t)g_hash_table_lookup(guard->domains, key);
	if (count == 0 && g_hash_table_size(guard->domains) >= MOST_DOMAINS)
		return 0;
	g_hash_table_insert(guard->domains, key, (gpointer)++count);
	uint64_t most = guard->options.reports_per_domain;
	return count > most ? count - most : 0;
}
