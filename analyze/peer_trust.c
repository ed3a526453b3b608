/* Looking up who posted. */
#include "analyze/peer_trust.h"

#include "checker/peer_names.h"
#include "sql/peers.h"

#define DAY INT64_C(86400)

/* Reports that are looked at, and how long a name is believed: who has an address changes seldom,
   and what was found once stays with the report. */
#define REPORTS_SINCE (30 * DAY)
#define KNOWN_SINCE (7 * DAY)

/* Addresses a run: a flood of posts must not become a flood of questions. */
#define MOST_ADDRESSES 1000

struct update {
	struct db *db;
	int64_t now;
	GError *failure;
};

static void
keep_names(void *user, const char *address, char *const *names)
{
	struct update *update = user;
	if (names == NULL || update->failure != NULL)
		return; /* nobody could tell: asked again next time */
	peers_set(update->db, address, (const char *const *)names, g_strv_length((char **)names),
		update->now, &update->failure);
}

bool
peer_trust_update(
	struct db *db, const char *resolver, int64_t now, uint64_t *raised, GError **error)
{
	struct update update = { db, now, NULL };
	g_autoptr(GPtrArray) addresses =
		peers_unknown(db, now - REPORTS_SINCE, now - KNOWN_SINCE, MOST_ADDRESSES, error);
	if (addresses == NULL || !peer_names_run(resolver, addresses, keep_names, &update, error))
		return false;
	if (update.failure != NULL) {
		g_propagate_error(error, update.failure);
		return false;
	}
	return peers_raise(db, now - REPORTS_SINCE, raised, error);
}
