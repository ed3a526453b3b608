/* The store: batches to transactions, with the retries that make them sure. */
#include "sql/store.h"

#include "sql/batch.h"
#include "sql/migrate.h"
#include "sql/part.h"
#include "sql/quarantine.h"
#include "sql/transaction.h"

struct store {
	struct db *db;
	struct sink sink;
	struct quarantine quarantine;
};

/* What a failed write asks of whoever gave the arrivals. */
static enum sink_error
sink_meaning(const GError *error)
{
	return error->code == DB_ERROR_REFUSED || error->code == DB_ERROR_VALUE
		       ? SINK_ERROR_FATAL
		       : SINK_ERROR_TEMPORARY;
}

static void
propagate(GError *failure, GError **error)
{
	g_set_error_literal(error, SINK_ERROR, (int)sink_meaning(failure), failure->message);
	g_error_free(failure);
}

/* The body of the transaction: parts start afresh at each try. */
static bool
write_parts(struct db *db, void *user, GError **error)
{
	GArray *parts = user;
	for (guint i = 0; i < parts->len; i++) {
		struct part *part = &g_array_index(parts, struct part, i);
		part->state = PART_OPEN;
		part->better = false;
	}
	return batch_write(db, parts, error);
}

/* What happened to an arrival, worst part first, told to everyone who brought it. */
static void
tell_outcome(enum sink_outcome *outcomes, const struct part *part)
{
	for (guint i = 0; i < part->brought->len; i++) {
		enum sink_outcome outcome = part->state == PART_PRUNED ? SINK_PRUNED : SINK_SEEN;
		if (i == 0 && (part->state == PART_COUNTED || part->state == PART_OVER_CAP))
			outcome = SINK_NEW;
		if (i == 0 && part->state == PART_CONFLICT)
			outcome = SINK_CONFLICT;
		/* of several parts, "new" says more than "conflict" and that more than "seen";
		   all are of one day, so "pruned" is said of all */
		enum sink_outcome *told = &outcomes[g_array_index(part->brought, size_t, i)];
		if (*told == SINK_NONE || *told == SINK_SEEN || outcome == SINK_NEW)
			*told = outcome;
	}
}

static bool
quarantine_one(struct store *store, const struct arrival *arrival, const char *reason,
	enum sink_outcome *outcome, GError **error)
{
	bool kept;
	GError *failure = NULL;
	if (!quarantine_put(store->db, &store->quarantine, arrival, reason, &kept, &failure)) {
		propagate(failure, error);
		return false;
	}
	*outcome = kept ? SINK_QUARANTINED : SINK_REFUSED;
	return true;
}

/* Writes the readable ones of some arrivals; a batch that fails for its values is tried by halves,
   so that one poisonous report ends in quarantine and the others in their rows. */
static bool
write_readable(struct store *store, struct arrival *const *arrivals, size_t count,
	enum sink_outcome *outcomes, GError **error)
{
	g_autoptr(GArray) parts = part_split(arrivals, count);
	GError *failure = NULL;
	if (parts->len == 0)
		return true;
	if (transaction_run(store->db, write_parts, parts, &failure)) {
		for (guint i = 0; i < parts->len; i++)
			tell_outcome(outcomes, &g_array_index(parts, struct part, i));
		return true;
	}
	if (failure->code != DB_ERROR_VALUE) {
		propagate(failure, error);
		return false;
	}
	g_autoptr(GError) reason = failure;
	if (count == 1)
		return quarantine_one(store, arrivals[0], reason->message, outcomes, error);
	size_t half = count / 2;
	return write_readable(store, arrivals, half, outcomes, error) &&
	       write_readable(store, arrivals + half, count - half, outcomes + half, error);
}

static bool
write_unreadable(struct store *store, struct arrival *const *arrivals, size_t count,
	enum sink_outcome *outcomes, GError **error)
{
	for (size_t i = 0; i < count; i++)
		if (arrivals[i]->report == NULL &&
			!quarantine_one(store, arrivals[i], arrivals[i]->failure->message,
				&outcomes[i], error))
			return false;
	return true;
}

static bool
store_write(void *state, struct arrival *const *arrivals, size_t count, enum sink_outcome *outcomes,
	GError **error)
{
	struct store *store = state;
	GError *failure = NULL;
	for (size_t i = 0; i < count; i++)
		outcomes[i] = SINK_NONE;
	if (!db_alive(store->db) && !db_reconnect(store->db, &failure)) {
		propagate(failure, error);
		return false;
	}
	return write_readable(store, arrivals, count, outcomes, error) &&
	       write_unreadable(store, arrivals, count, outcomes, error);
}

struct store *
store_open(const char *url, GError **error)
{
	struct db *db = db_open(url, error);
	if (db == NULL)
		return NULL;
	if (!migrate_check(db, error)) {
		db_close(db);
		return NULL;
	}
	struct store *store = g_new0(struct store, 1);
	store->db = db;
	store->sink = (struct sink){ .state = store, .write = store_write };
	return store;
}

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	db_close(store->db);
	g_free(store);
}

struct sink *
store_sink(struct store *store)
{
	return &store->sink;
}
