/* Reading stored originals and the quarantine again. */
#include "sql/reread.h"

#include <string.h>

#include "ingest/instant.h"
#include "ingest/report_body.h"
#include "sql/batch.h"
#include "sql/pack.h"
#include "sql/part.h"
#include "sql/pruned.h"
#include "sql/rollup.h"
#include "sql/settle.h"
#include "sql/statements.h"
#include "sql/transaction.h"

/* Keys fetched at once. */
#define PAGE 500

struct reread {
	struct db *db;
	const char *domain;
	const atomic_int *stop;
	void (*progress)(void *user, const struct reread_counts *counts);
	void *user;
	struct reread_counts *counts;
};

struct key {
	char *domain;
	uint8_t digest[REPORT_DIGEST_BYTES];
};

/* A stored report, and its original read anew. */
struct rereading {
	const struct key *key;
	struct arrival *arrival;
	GArray *keys; /* of all arrivals */
	int64_t reading;
	char *submitter, *report_id;
	int64_t start, end;
};

static void
put_key(struct row_values *values, const struct key *key)
{
	row_text(values, key->domain);
	row_bytes(values, key->digest, sizeof key->digest);
}

static bool
run_on_key(struct db *db, const struct statement *statement, const struct key *key,
	struct db_result **result, GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	put_key(values, key);
	return db_run(db, statement, values, result, error);
}

static void
key_read(struct key *key, const struct db_result *result, int row)
{
	size_t length;
	const uint8_t *digest = db_bytes(result, row, 1, &length);
	g_free(key->domain);
	key->domain = g_strdup(db_text(result, row, 0));
	memcpy(key->digest, digest, MIN(length, sizeof key->digest));
}

static void
rereading_clear(struct rereading *rereading)
{
	arrival_free(rereading->arrival);
	if (rereading->keys != NULL)
		g_array_unref(rereading->keys);
	g_free(rereading->submitter);
	g_free(rereading->report_id);
}

/* Reads the arrival's body anew; a body that is no report leaves report NULL and sets failure. */
static void
read_body(struct arrival *arrival)
{
	size_t length;
	const uint8_t *bytes = g_bytes_get_data(arrival->body, &length);
	arrival->report = report_body_read(bytes, length, &arrival->context, &arrival->failure);
}

static void
restore_trust_notes(struct report *report, char **notes)
{
	for (char **note = notes; *note != NULL; note++)
		report_note(report, "%s", *note);
}

/* Makes an arrival of a row as reread_row.sql gives it.  A packed original that is damaged counts
   as unreadable. */
static void
rereading_load(struct rereading *rereading, const struct db_result *result)
{
	struct arrival *arrival = rereading->arrival = arrival_new();
	size_t length;
	const uint8_t *body = db_bytes(result, 0, 12, &length);
	g_auto(GStrv) notes = db_text_array(result, 0, 6);

	rereading->reading = db_int(result, 0, 0);
	trust_parse(db_text(result, 0, 1), &arrival->trust);
	channel_parse(db_text(result, 0, 2), &arrival->channel);
	arrival->remote = g_strdup(db_text(result, 0, 3));
	arrival->received_at = db_instant(result, 0, 4);
	arrival->over_cap = db_bool(result, 0, 7);
	rereading->keys = db_int8_array(result, 0, 5);
	arrival->key =
		rereading->keys->len > 0 ? (uint64_t)g_array_index(rereading->keys, int64_t, 0) : 0;
	rereading->submitter = g_strdup(db_text(result, 0, 8));
	rereading->report_id = g_strdup(db_text(result, 0, 9));
	rereading->start = db_instant(result, 0, 10);
	rereading->end = db_instant(result, 0, 11);
	pack_get_context(&arrival->context, result, 0, 14);
	arrival->body = unpack_body(body, length, db_bool(result, 0, 13), &arrival->failure);
	if (arrival->body == NULL)
		return;
	read_body(arrival);
	if (arrival->report != NULL)
		restore_trust_notes(arrival->report, notes);
}

static GArray *
split(const struct rereading *rereading)
{
	GArray *parts = part_split(&rereading->arrival, 1);
	for (guint i = 0; i < parts->len; i++) {
		struct part *part = &g_array_index(parts, struct part, i);
		g_array_set_size(part->keys, 0);
		g_array_append_vals(part->keys, rereading->keys->data, rereading->keys->len);
	}
	return parts;
}

/* Whether the original gives the row that is stored. */
static bool
reads_alike(const struct rereading *rereading)
{
	g_autoptr(GArray) parts = split(rereading);
	for (guint i = 0; i < parts->len; i++) {
		const struct part *part = &g_array_index(parts, struct part, i);
		if (g_str_equal(part->domain, rereading->key->domain))
			return part_reading(part) == rereading->reading;
	}
	return false;
}

static bool
remove_stored(struct db *db, const struct key *key, GError **error)
{
	g_autoptr(db_result) locked = NULL;
	if (!run_on_key(db, &sql_report_lock, key, &locked, error))
		return false;
	bool counted = db_rows(locked) > 0 && db_bool(locked, 0, 0);
	return (!counted ||
		       rollup_move(db, key->domain, key->digest, sizeof key->digest, -1, error)) &&
	       run_on_key(db, &sql_failure_detail_delete, key, NULL, error) &&
	       run_on_key(db, &sql_report_policy_delete, key, NULL, error) &&
	       run_on_key(db, &sql_payload_delete, key, NULL, error) &&
	       run_on_key(db, &sql_report_delete, key, NULL, error);
}

/* The body of a transaction: the stored report goes, the new reading comes, and where the old
   identity is now without a report that counts, another takes its place.  One that is about to be
   pruned stays as it is. */
static bool
replace(struct db *db, void *user, GError **error)
{
	const struct rereading *rereading = user;
	int32_t kept_from;
	if (!pruned_before(db, &kept_from, error))
		return false;
	if (instant_day(rereading->start) < kept_from ||
		report_day(rereading->arrival->report) < kept_from)
		return true;
	g_autoptr(GArray) parts = split(rereading);
	struct identity before = { rereading->key->domain, rereading->submitter,
		rereading->report_id, rereading->start, rereading->end };
	return remove_stored(db, rereading->key, error) && batch_write(db, parts, error) &&
	       settle_identity(db, &before, error);
}

static bool
reread_report(struct reread *reread, const struct key *key, GError **error)
{
	g_autoptr(db_result) result = NULL;
	if (!run_on_key(reread->db, &sql_reread_row, key, &result, error))
		return false;
	if (db_rows(result) == 0)
		return true; /* deleted since the page was made */

	struct rereading rereading = { .key = key };
	bool fine = true;
	rereading_load(&rereading, result);
	reread->counts->read++;
	if (rereading.arrival->report == NULL) {
		reread->counts->failed++;
	} else if (!reads_alike(&rereading)) {
		fine = transaction_run(reread->db, replace, &rereading, error);
		reread->counts->changed += fine;
	}
	rereading_clear(&rereading);
	return fine;
}

/* The body of a transaction: what was in quarantine becomes a report. */
static bool
recover(struct db *db, void *user, GError **error)
{
	const struct rereading *rereading = user;
	g_autoptr(GArray) parts = part_split(&rereading->arrival, 1);
	return batch_write(db, parts, error) &&
	       run_on_key(db, &sql_quarantine_delete, rereading->key, NULL, error);
}

static void
quarantined_load(struct arrival *arrival, const struct db_result *result)
{
	size_t length;
	const uint8_t *body = db_bytes(result, 0, 5, &length);
	arrival->received_at = db_instant(result, 0, 0);
	channel_parse(db_text(result, 0, 1), &arrival->channel);
	arrival->remote = g_strdup(db_text(result, 0, 2));
	trust_parse(db_text(result, 0, 3), &arrival->trust);
	arrival->key = (uint64_t)db_int(result, 0, 4);
	arrival->body = g_bytes_new(body, length);
	pack_get_context(&arrival->context, result, 0, 6);
	read_body(arrival);
}

static bool
reread_quarantined(struct reread *reread, const struct key *key, GError **error)
{
	g_autoptr(db_result) result = NULL;
	if (!run_on_key(reread->db, &sql_quarantine_row, key, &result, error))
		return false;
	if (db_rows(result) == 0)
		return true;

	g_autoptr(Arrival) arrival = arrival_new();
	struct rereading rereading = { .key = key, .arrival = arrival };
	GError *failure = NULL;
	quarantined_load(arrival, result);
	reread->counts->quarantine++;
	if (arrival->report == NULL)
		return true;
	if (transaction_run(reread->db, recover, &rereading, &failure)) {
		reread->counts->recovered++;
		return true;
	}
	if (g_error_matches(failure, DB_ERROR, DB_ERROR_VALUE)) {
		g_error_free(failure); /* what the store would not take then, it does not now */
		return true;
	}
	g_propagate_error(error, failure);
	return false;
}

/* Goes through all keys that statement pages through. */
static bool
go_through(struct reread *reread, const struct statement *statement,
	bool (*one)(struct reread *, const struct key *, GError **), GError **error)
{
	struct key key = { .domain = g_strdup("") };
	bool fine = true, more = true;
	while (fine && more && !atomic_load(reread->stop)) {
		g_autoptr(row_values) values = row_values_new();
		g_autoptr(db_result) page = NULL;
		put_key(values, &key);
		row_text(values, reread->domain);
		row_int4(values, PAGE);
		fine = db_run(reread->db, statement, values, &page, error);
		more = fine && db_rows(page) == PAGE;
		for (int row = 0; fine && row < db_rows(page) && !atomic_load(reread->stop);
			row++) {
			key_read(&key, page, row);
			fine = one(reread, &key, error);
			if (reread->progress != NULL)
				reread->progress(reread->user, reread->counts);
		}
	}
	g_free(key.domain);
	return fine;
}

bool
reread_run(struct db *db, const char *domain, const atomic_int *stop,
	void (*progress)(void *user, const struct reread_counts *counts), void *user,
	struct reread_counts *counts, GError **error)
{
	struct reread reread = { db, domain, stop, progress, user, counts };
	*counts = (struct reread_counts){ 0 };
	return go_through(&reread, &sql_reread_keys, reread_report, error) &&
	       go_through(&reread, &sql_quarantine_keys, reread_quarantined, error);
}
