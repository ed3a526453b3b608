/* Peers. */
#include "sql/peers.h"

#include <string.h>

#include "ingest/arrival.h"
#include "ingest/domain_name.h"
#include "sql/statements.h"
#include "sql/transaction.h"
#include "sql/trust_raise.h"

static bool
take_address(void *user, const struct db_result *result, int row)
{
	g_ptr_array_add(user, g_strdup(db_text(result, row, 0)));
	return true;
}

GPtrArray *
peers_unknown(
	struct db *db, int64_t reports_since, int64_t known_since, int64_t most, GError **error)
{
	g_autoptr(GPtrArray) addresses = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(row_values) values = row_values_new();
	row_timestamp(values, reports_since);
	row_timestamp(values, known_since);
	row_int8(values, most);
	if (!db_stream(db, &sql_peer_unknown, values, take_address, addresses, error))
		return NULL;
	return g_steal_pointer(&addresses);
}

bool
peers_set(struct db *db, const char *address, const char *const *names, size_t count, int64_t now,
	GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	row_text(values, address);
	row_text_array(values, names, count);
	row_timestamp(values, now);
	return db_run(db, &sql_peer_set, values, NULL, error);
}

/* ---- raising ---- */

/* A report to raise; owns what it points to. */
struct candidate {
	char *domain, *submitter, *report_id, *note;
	uint8_t digest[REPORT_DIGEST_BYTES];
	int64_t start, end;
	bool over_cap;
	char **notes;
};

static void
candidate_free(gpointer data)
{
	struct candidate *candidate = data;
	g_free(candidate->domain);
	g_free(candidate->submitter);
	g_free(candidate->report_id);
	g_free(candidate->note);
	g_strfreev(candidate->notes);
	g_free(candidate);
}

/* The first name that lies in the submitter's domain; NULL: none. */
static const char *
fitting_name(char **names, const char *submitter)
{
	for (; *names != NULL; names++)
		if (domain_name_aligned(*names, submitter))
			return *names;
	return NULL;
}

static bool
take_candidate(void *user, const struct db_result *result, int row)
{
	g_auto(GStrv) names = db_text_array(result, row, 8);
	const char *name = fitting_name(names, db_text(result, row, 2));
	size_t length;
	if (name == NULL)
		return true;
	struct candidate *candidate = g_new0(struct candidate, 1);
	const uint8_t *digest = db_bytes(result, row, 1, &length);
	memcpy(candidate->digest, digest, MIN(length, sizeof candidate->digest));
	candidate->domain = g_strdup(db_text(result, row, 0));
	candidate->submitter = g_strdup(db_text(result, row, 2));
	candidate->report_id = g_strdup(db_text(result, row, 3));
	candidate->start = db_instant(result, row, 4);
	candidate->end = db_instant(result, row, 5);
	candidate->over_cap = db_bool(result, row, 6);
	candidate->notes = db_text_array(result, row, 7);
	candidate->note = g_strdup_printf("posted by %s", name);
	g_ptr_array_add(user, candidate);
	return true;
}

/* The body of a transaction. */
static bool
raise_one(struct db *db, void *user, GError **error)
{
	const struct candidate *candidate = user;
	g_autoptr(row_values) key = row_values_new();
	g_autoptr(db_result) locked = NULL;
	row_text(key, candidate->domain);
	row_bytes(key, candidate->digest, sizeof candidate->digest);
	/* whether it counts may have changed since it was found */
	if (!db_run(db, &sql_report_lock, key, &locked, error))
		return false;
	if (db_rows(locked) == 0)
		return true;
	g_autoptr(GPtrArray) notes = g_ptr_array_new();
	for (char **note = candidate->notes; *note != NULL; note++)
		g_ptr_array_add(notes, *note);
	g_ptr_array_add(notes, candidate->note);
	struct trust_raise raise = {
		.identity = { candidate->domain, candidate->submitter, candidate->report_id,
			candidate->start, candidate->end },
		.digest = candidate->digest,
		.digest_length = sizeof candidate->digest,
		.trust = trust_name(TRUST_HTTPS_RDNS),
		.rank = trust_rank(TRUST_HTTPS_RDNS),
		.notes = (const char *const *)notes->pdata,
		.n_notes = notes->len,
		.over_cap = candidate->over_cap,
		.counts = db_bool(locked, 0, 0),
	};
	return trust_raise(db, &raise, error);
}

bool
peers_raise(struct db *db, int64_t reports_since, uint64_t *raised, GError **error)
{
	g_autoptr(GPtrArray) candidates = g_ptr_array_new_with_free_func(candidate_free);
	g_autoptr(row_values) values = row_values_new();
	*raised = 0;
	row_timestamp(values, reports_since);
	if (!db_stream(db, &sql_peer_reports, values, take_candidate, candidates, error))
		return false;
	for (guint i = 0; i < candidates->len; i++, ++*raised)
		if (!transaction_run(db, raise_one, candidates->pdata[i], error))
			return false;
	return true;
}
