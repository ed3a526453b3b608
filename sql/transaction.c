/* A transaction that is tried again where another writer was in its way. */
#include "sql/transaction.h"

/* Tries before it is given up, and the longest pause before another, in microseconds. */
#define MOST_TRIES 10
#define MOST_PAUSE 50000

static bool
run_once(struct db *db, bool (*body)(struct db *, void *, GError **), void *user, GError **error)
{
	db_begin(db);
	if (body(db, user, error) && db_commit(db, error))
		return true;
	db_rollback(db);
	return false;
}

bool
transaction_run(
	struct db *db, bool (*body)(struct db *, void *, GError **), void *user, GError **error)
{
	for (int tries = 1;; tries++) {
		GError *failure = NULL;
		if (run_once(db, body, user, &failure))
			return true;
		if (!g_error_matches(failure, DB_ERROR, DB_ERROR_RETRY) || tries == MOST_TRIES) {
			g_propagate_error(error, failure);
			return false;
		}
		g_error_free(failure);
		/* a random pause, so that two writers do not meet again */
		g_usleep((gulong)g_random_int_range(MOST_PAUSE / 10, MOST_PAUSE));
	}
}
