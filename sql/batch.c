/* One batch of parts written inside one transaction: reports first, since they decide what is new;
   then the parts of the new ones, the sums, and what of conflicts has to be settled. */
#include "sql/batch.h"

#include <string.h>

#include "ingest/instant.h"
#include "ingest/limits.h"
#include "ingest/policy_key.h"
#include "sql/pack.h"
#include "sql/pruned.h"
#include "sql/rollup.h"
#include "sql/statements.h"
#include "sql/trust_raise.h"

/* From so many rows on, COPY costs less although each waits twice for an answer. */
#define COPY_FROM_ROWS 256

/* Columns of the parts of a report. */
#define POLICY_COLUMNS 11
#define DETAIL_COLUMNS 12
#define PAYLOAD_COLUMNS 14

struct batch {
	struct db *db;
	GArray *parts;
	GHashTable *rows;     /* struct part *, by domain and digest */
	enum part_state mark; /* what parts in an answer become */
};

/* ---- finding the part that an answer's row speaks of ---- */

struct row_key {
	const char *domain;
	const uint8_t *digest;
};

static guint
row_key_hash(gconstpointer data)
{
	const struct row_key *key = data;
	guint32 head;
	memcpy(&head, key->digest, sizeof head);
	return head ^ g_str_hash(key->domain);
}

static gboolean
row_key_equal(gconstpointer a, gconstpointer b)
{
	const struct row_key *one = a, *other = b;
	return memcmp(one->digest, other->digest, REPORT_DIGEST_BYTES) == 0 &&
	       strcmp(one->domain, other->domain) == 0;
}

static GHashTable *
index_parts(GArray *parts)
{
	GHashTable *rows = g_hash_table_new_full(row_key_hash, row_key_equal, g_free, NULL);
	for (guint i = 0; i < parts->len; i++) {
		struct part *part = &g_array_index(parts, struct part, i);
		struct row_key *key = g_new(struct row_key, 1);
		*key = (struct row_key){ part->domain, part->arrival->report->digest };
		g_hash_table_insert(rows, key, part);
	}
	return rows;
}

static struct part *
part_of(const struct batch *batch, const struct db_result *result, int row)
{
	size_t length;
	struct row_key key = { db_text(result, row, 0), db_bytes(result, row, 1, &length) };
	return g_hash_table_lookup(batch->rows, &key);
}

/* ---- reports ---- */

static void
put_report(struct row_values *values, const struct part *part, bool counted)
{
	const struct arrival *arrival = part->arrival;
	const struct report *report = arrival->report;

	row_text(values, part->domain);
	row_bytes(values, report->digest, REPORT_DIGEST_BYTES);
	row_text(values, report->organization);
	row_text(values, report->submitter != NULL ? report->submitter : "");
	row_text(values, report->report_id);
	row_text(values, report->contact);
	row_timestamp(values, report->start);
	row_timestamp(values, report->end);
	row_date(values, report_day(report));
	row_timestamp(values, arrival->received_at);
	row_text(values, channel_name(arrival->channel));
	row_text(values, arrival->remote);
	row_text(values, trust_name(arrival->trust));
	row_int2(values, (int16_t)trust_rank(arrival->trust));
	row_int8_array(
		values, (const int64_t *)part->keys->data, MIN(part->keys->len, LIMIT_ARRIVALS));
	row_text_array(values, report->notes, report->reader_notes);
	row_text_array(values, report->notes + report->reader_notes,
		report->n_notes - report->reader_notes);
	row_bool(values, counted);
	row_bool(values, part->over_cap);
	row_int8(values, part_reading(part));
}

static void
mark_part(void *user, const struct db_result *result, int row)
{
	struct batch *batch = user;
	struct part *part = part_of(batch, result, row);
	if (part != NULL)
		part->state = part->over_cap ? PART_OVER_CAP : batch->mark;
}

/* Inserts the parts that are still open; those that the answer names become mark. */
static bool
insert_reports(struct batch *batch, bool counted, enum part_state mark, GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	for (guint i = 0; i < batch->parts->len; i++) {
		const struct part *part = &g_array_index(batch->parts, struct part, i);
		if (part->state == PART_OPEN && !(counted && part->over_cap))
			put_report(values, part, counted);
	}
	batch->mark = mark;
	return db_run_rows(batch->db, &sql_report_insert, values, mark_part, batch, error);
}

/* A report that was there took note of the arrival. */
static void
take_arrival(void *user, const struct db_result *result, int row)
{
	struct part *part = part_of(user, result, row);
	if (part == NULL)
		return;
	part->better = trust_rank(part->arrival->trust) > db_int(result, row, 2) ||
		       (db_bool(result, row, 4) && !part->over_cap);
	part->counts = db_bool(result, row, 3);
}

/* Tells the reports that were there of the key_index-th key of each part; *more: some have more. */
static bool
note_arrivals(struct batch *batch, guint key_index, bool *more, GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	*more = false;
	for (guint i = 0; i < batch->parts->len; i++) {
		struct part *part = &g_array_index(batch->parts, struct part, i);
		if (part->state != PART_SEEN || key_index >= part->keys->len)
			continue;
		*more = *more || key_index + 1 < part->keys->len;
		row_text(values, part->domain);
		row_bytes(values, part->arrival->report->digest, REPORT_DIGEST_BYTES);
		row_int8(values, g_array_index(part->keys, int64_t, key_index));
		row_int2(values, (int16_t)trust_rank(part->arrival->trust));
		row_int4(values, LIMIT_ARRIVALS);
		row_bool(values, part->over_cap);
	}
	return db_run_rows(batch->db, &sql_report_arrive, values, take_arrival, batch, error);
}

/* Sets aside what is older than what is kept.  Nothing that began lately is, and where a batch has
   nothing else, nobody is asked. */
static bool
set_old_aside(struct batch *batch, GError **error)
{
	int32_t today = instant_day(g_get_real_time() / G_USEC_PER_SEC), kept_from;
	int32_t oldest = today;
	for (guint i = 0; i < batch->parts->len; i++)
		oldest = MIN(oldest,
			report_day(g_array_index(batch->parts, struct part, i).arrival->report));
	if (oldest > today - PRUNED_LEAST_DAYS)
		return true;
	if (!pruned_before(batch->db, &kept_from, error))
		return false;
	for (guint i = 0; i < batch->parts->len; i++) {
		struct part *part = &g_array_index(batch->parts, struct part, i);
		if (report_day(part->arrival->report) < kept_from)
			part->state = PART_PRUNED;
	}
	return true;
}

static bool
write_reports(struct batch *batch, GError **error)
{
	if (!set_old_aside(batch, error))
		return false;
	if (!insert_reports(batch, true, PART_COUNTED, error) ||
		!insert_reports(batch, false, PART_CONFLICT, error))
		return false;
	for (guint i = 0; i < batch->parts->len; i++) {
		struct part *part = &g_array_index(batch->parts, struct part, i);
		if (part->state == PART_OPEN)
			part->state = PART_SEEN;
	}
	bool more = true;
	for (guint key = 0; more; key++)
		if (!note_arrivals(batch, key, &more, error))
			return false;
	return true;
}

/* ---- the parts of new reports ---- */

static bool
is_new(const struct part *part)
{
	return part->state == PART_COUNTED || part->state == PART_CONFLICT ||
	       part->state == PART_OVER_CAP;
}

static void
put_row_key(struct row_values *values, const struct part *part)
{
	row_text(values, part->domain);
	row_bytes(values, part->arrival->report->digest, REPORT_DIGEST_BYTES);
}

static void
put_policy(struct row_values *values, const struct part *part, size_t seq)
{
	const struct report_policy *policy = &part->arrival->report->policies[seq];
	uint8_t key[POLICY_KEY_BYTES];
	policy_key(policy, key);

	put_row_key(values, part);
	row_int4(values, (int32_t)seq);
	row_text(values, policy->type);
	row_text(values, policy->policy_domain);
	row_bytes(values, key, sizeof key);
	row_text_array(values, policy->policy_string, policy->policy_strings);
	row_text(values, policy_mode(policy));
	row_text_array(values, policy->mx_host, policy->mx_hosts);
	row_int8(values, policy->success);
	row_int8(values, policy->failure);
}

static void
put_detail(struct row_values *values, const struct part *part, size_t policy_seq, size_t seq)
{
	const struct report_detail *detail =
		&part->arrival->report->policies[policy_seq].details[seq];

	put_row_key(values, part);
	row_int4(values, (int32_t)policy_seq);
	row_int4(values, (int32_t)seq);
	row_text(values, detail->result_type);
	row_text(values, detail->sending_mta_ip);
	row_text(values, detail->receiving_mx_hostname);
	row_text(values, detail->receiving_mx_helo);
	row_text(values, detail->receiving_ip);
	if (detail->sessions < 0)
		row_null(values);
	else
		row_int8(values, detail->sessions);
	row_text(values, detail->additional_information);
	row_text(values, detail->failure_reason_code);
}

static void
put_policies(struct row_values *policies, struct row_values *details, const struct part *part)
{
	const struct report *report = part->arrival->report;
	for (size_t p = 0; p < report->n_policies; p++) {
		if (!part_has(part, &report->policies[p]))
			continue;
		put_policy(policies, part, p);
		for (size_t d = 0; d < report->policies[p].n_details; d++)
			put_detail(details, part, p, d);
	}
}

static void
put_payload(struct row_values *values, const struct part *part)
{
	bool packed;
	g_autoptr(GBytes) body = pack_body(part->arrival->body, &packed);
	size_t length;
	const void *bytes = g_bytes_get_data(body, &length);

	put_row_key(values, part);
	row_bytes(values, bytes, length);
	row_bool(values, packed);
	pack_put_context(values, &part->arrival->context);
}

/* Few rows cost least where nothing waits for them, many by COPY. */
static bool
write_rows(struct db *db, struct row_values **values, size_t width,
	const struct statement_rows *insert, const struct statement *copy, GError **error)
{
	if (row_values_count(*values) >= COPY_FROM_ROWS * width)
		return db_copy(db, copy, *values, width, error);
	db_post_rows(db, insert, g_steal_pointer(values));
	return true;
}

static bool
write_children(struct batch *batch, GError **error)
{
	g_autoptr(row_values) policies = row_values_new();
	g_autoptr(row_values) details = row_values_new();
	g_autoptr(row_values) payloads = row_values_new();
	for (guint i = 0; i < batch->parts->len; i++) {
		const struct part *part = &g_array_index(batch->parts, struct part, i);
		if (!is_new(part))
			continue;
		put_policies(policies, details, part);
		put_payload(payloads, part);
	}
	/* first what may be many rows: COPY sends everything posted before it */
	return write_rows(batch->db, &details, DETAIL_COLUMNS, &sql_failure_detail_insert,
		       &sql_failure_detail_copy, error) &&
	       write_rows(batch->db, &policies, POLICY_COLUMNS, &sql_report_policy_insert,
		       &sql_report_policy_copy, error) &&
	       write_rows(batch->db, &payloads, PAYLOAD_COLUMNS, &sql_payload_insert,
		       &sql_payload_copy, error);
}

/* ---- conflicts, and reports that arrived again by a better way ---- */

static struct identity
identity_of(const struct part *part)
{
	const struct report *report = part->arrival->report;
	return (struct identity){ part->domain, report->submitter != NULL ? report->submitter : "",
		report->report_id, report->start, report->end };
}

static bool
settle_part(struct batch *batch, const struct part *part, GError **error)
{
	struct identity identity = identity_of(part);
	return settle_identity(batch->db, &identity, error);
}

static bool
raise_part(struct batch *batch, const struct part *part, GError **error)
{
	const struct report *report = part->arrival->report;
	struct trust_raise raise = {
		.identity = identity_of(part),
		.digest = report->digest,
		.digest_length = REPORT_DIGEST_BYTES,
		.trust = trust_name(part->arrival->trust),
		.rank = trust_rank(part->arrival->trust),
		.notes = report->notes + report->reader_notes,
		.n_notes = report->n_notes - report->reader_notes,
		.over_cap = part->over_cap,
		.counts = part->counts,
	};
	return trust_raise(batch->db, &raise, error);
}

static bool
settle_all(struct batch *batch, GError **error)
{
	for (guint i = 0; i < batch->parts->len; i++) {
		const struct part *part = &g_array_index(batch->parts, struct part, i);
		if (part->state == PART_CONFLICT && !settle_part(batch, part, error))
			return false;
		if (part->state == PART_SEEN && part->better && !raise_part(batch, part, error))
			return false;
	}
	return true;
}

bool
batch_write(struct db *db, GArray *parts, GError **error)
{
	g_autoptr(GHashTable) rows = index_parts(parts);
	struct batch batch = { .db = db, .parts = parts, .rows = rows };
	if (!write_reports(&batch, error) || !write_children(&batch, error))
		return false;
	rollup_add(db, parts);
	return settle_all(&batch, error);
}
