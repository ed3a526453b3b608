/* Sums by day, gathered over a batch so that each row is touched once. */
#include "sql/rollup.h"

#include <string.h>

#include "ingest/policy_key.h"
#include "sql/statements.h"

/* What one policy or detail may add: no sender has a million million sessions with a domain in a
   day, and the sums of nine million such still fit a bigint.  Both ways into the sums clamp. */
#define MOST_SESSIONS INT64_C(1000000000000)

/* A row of sums under its key, the key's columns as bytes in order. */
struct sum {
	GByteArray *key; /* owned; sorts the rows, so that all writers lock them in one order */
	const struct part *part; /* an example of what the row stands for */
	const struct report_policy *policy;
	const struct report_detail *detail; /* failures only */
	const struct part *last;            /* the part that added last: counts a report once */
	uint8_t policy_key[POLICY_KEY_BYTES];
	int64_t reports, success, failure;
	int64_t details, sessions, unsaid;
};

/* Rows by key: GByteArray * to struct sum *. */
struct sums {
	GHashTable *by_key;
	GByteArray *probe;
};

static guint
key_hash(gconstpointer data)
{
	const GByteArray *key = data;
	guint hash = 5381;
	for (guint i = 0; i < key->len; i++)
		hash = hash * 33 + key->data[i];
	return hash;
}

static gboolean
key_equal(gconstpointer a, gconstpointer b)
{
	const GByteArray *one = a, *other = b;
	return one->len == other->len && memcmp(one->data, other->data, one->len) == 0;
}

static void
sum_free(gpointer data)
{
	struct sum *sum = data;
	g_byte_array_unref(sum->key);
	g_free(sum);
}

static void
sums_init(struct sums *sums)
{
	sums->by_key = g_hash_table_new_full(key_hash, key_equal, NULL, sum_free);
	sums->probe = g_byte_array_new();
}

static void
sums_clear(struct sums *sums)
{
	g_hash_table_unref(sums->by_key);
	g_byte_array_unref(sums->probe);
}

static void
key_text(GByteArray *key, const char *text)
{
	const char *value = text != NULL ? text : "";
	g_byte_array_append(key, (const uint8_t *)value, (guint)strlen(value) + 1);
}

static void
key_day(GByteArray *key, int32_t day)
{
	uint32_t wire = GUINT32_TO_BE((uint32_t)day);
	g_byte_array_append(key, (const uint8_t *)&wire, sizeof wire);
}

/* The row under sums->probe, made where it is new. */
static struct sum *
find(struct sums *sums, const struct part *part, const struct report_policy *policy,
	const uint8_t *policy_key)
{
	struct sum *sum = g_hash_table_lookup(sums->by_key, sums->probe);
	if (sum != NULL)
		return sum;
	sum = g_new0(struct sum, 1);
	sum->key = sums->probe;
	sums->probe = g_byte_array_new();
	sum->part = part;
	sum->policy = policy;
	memcpy(sum->policy_key, policy_key, POLICY_KEY_BYTES);
	g_hash_table_insert(sums->by_key, sum->key, sum);
	return sum;
}

static void
add_policy(struct sums *sums, const struct part *part, const struct report_policy *policy,
	const uint8_t *policy_key)
{
	GByteArray *key = sums->probe;
	g_byte_array_set_size(key, 0);
	key_text(key, part->domain);
	key_day(key, report_day(part->arrival->report));
	key_text(key, trust_name(part->arrival->trust));
	key_text(key, part->arrival->report->submitter);
	key_text(key, policy->type);
	g_byte_array_append(key, policy_key, POLICY_KEY_BYTES);

	struct sum *sum = find(sums, part, policy, policy_key);
	if (sum->last != part)
		sum->reports++;
	sum->last = part;
	sum->success += MIN(policy->success, MOST_SESSIONS);
	sum->failure += MIN(policy->failure, MOST_SESSIONS);
}

static void
add_detail(struct sums *sums, const struct part *part, const struct report_policy *policy,
	const uint8_t *policy_key, const struct report_detail *detail)
{
	GByteArray *key = sums->probe;
	g_byte_array_set_size(key, 0);
	key_text(key, part->domain);
	key_day(key, report_day(part->arrival->report));
	key_text(key, trust_name(part->arrival->trust));
	key_text(key, part->arrival->report->submitter);
	key_text(key, policy->type);
	g_byte_array_append(key, policy_key, POLICY_KEY_BYTES);
	key_text(key, detail->result_type);
	key_text(key, detail->receiving_mx_hostname);
	key_text(key, detail->receiving_ip);

	struct sum *sum = find(sums, part, policy, policy_key);
	sum->detail = detail;
	sum->details++;
	if (detail->sessions < 0)
		sum->unsaid++;
	else
		sum->sessions += MIN(detail->sessions, MOST_SESSIONS);
}

static void
add_text(struct sums *sums, const struct part *part, const struct report_policy *policy,
	const uint8_t *policy_key)
{
	if (policy->policy_strings == 0)
		return;
	g_byte_array_set_size(sums->probe, 0);
	key_text(sums->probe, part->domain);
	g_byte_array_append(sums->probe, policy_key, POLICY_KEY_BYTES);
	find(sums, part, policy, policy_key);
}

static int
compare_sums(gconstpointer a, gconstpointer b)
{
	const GByteArray *one = (*(struct sum *const *)a)->key,
			 *other = (*(struct sum *const *)b)->key;
	int by = memcmp(one->data, other->data, MIN(one->len, other->len));
	return by != 0 ? by : (int)one->len - (int)other->len;
}

static GPtrArray *
sorted(const struct sums *sums)
{
	GPtrArray *rows = g_ptr_array_sized_new(g_hash_table_size(sums->by_key));
	GHashTableIter iter;
	gpointer sum;
	g_hash_table_iter_init(&iter, sums->by_key);
	while (g_hash_table_iter_next(&iter, NULL, &sum))
		g_ptr_array_add(rows, sum);
	g_ptr_array_sort(rows, compare_sums);
	return rows;
}

static void
put_key(struct row_values *values, const struct sum *sum)
{
	const char *submitter = sum->part->arrival->report->submitter;
	row_text(values, sum->part->domain);
	row_date(values, report_day(sum->part->arrival->report));
	row_text(values, trust_name(sum->part->arrival->trust));
	row_text(values, submitter != NULL ? submitter : "");
}

static void
put_policy(struct row_values *values, const struct sum *sum)
{
	put_key(values, sum);
	row_text(values, sum->policy->type);
	row_bytes(values, sum->policy_key, POLICY_KEY_BYTES);
	row_int8(values, sum->reports);
	row_int8(values, sum->success);
	row_int8(values, sum->failure);
}

static void
put_failure(struct row_values *values, const struct sum *sum)
{
	const char *host = sum->detail->receiving_mx_hostname, *ip = sum->detail->receiving_ip;
	put_key(values, sum);
	row_text(values, sum->policy->type);
	row_bytes(values, sum->policy_key, POLICY_KEY_BYTES);
	row_text(values, sum->detail->result_type);
	row_text(values, host != NULL ? host : "");
	row_text(values, ip != NULL ? ip : "");
	row_int8(values, sum->details);
	row_int8(values, sum->sessions);
	row_int8(values, sum->unsaid);
}

static void
put_text(struct row_values *values, const struct sum *sum)
{
	row_text(values, sum->part->domain);
	row_bytes(values, sum->policy_key, POLICY_KEY_BYTES);
	row_text(values, sum->policy->type);
	row_text_array(values, sum->policy->policy_string, sum->policy->policy_strings);
}

static void
post_sums(struct db *db, const struct sums *sums, const struct statement_rows *statement,
	void (*put)(struct row_values *, const struct sum *))
{
	g_autoptr(GPtrArray) rows = sorted(sums);
	struct row_values *values = row_values_new();
	for (guint i = 0; i < rows->len; i++)
		put(values, g_ptr_array_index(rows, i));
	db_post_rows(db, statement, values);
}

void
rollup_add(struct db *db, const GArray *parts)
{
	struct sums policies, failures, texts;
	sums_init(&policies);
	sums_init(&failures);
	sums_init(&texts);
	for (guint i = 0; i < parts->len; i++) {
		const struct part *part = &g_array_index(parts, struct part, i);
		const struct report *report = part->arrival->report;
		if (part->state != PART_COUNTED)
			continue;
		for (size_t p = 0; p < report->n_policies; p++) {
			const struct report_policy *policy = &report->policies[p];
			if (!part_has(part, policy))
				continue;
			uint8_t key[POLICY_KEY_BYTES];
			policy_key(policy, key);
			add_policy(&policies, part, policy, key);
			add_text(&texts, part, policy, key);
			for (size_t d = 0; d < policy->n_details; d++)
				add_detail(&failures, part, policy, key, &policy->details[d]);
		}
	}
	post_sums(db, &policies, &sql_day_policy_add, put_policy);
	post_sums(db, &failures, &sql_day_failure_add, put_failure);
	post_sums(db, &texts, &sql_policy_text_add, put_text);
	sums_clear(&policies);
	sums_clear(&failures);
	sums_clear(&texts);
}

bool
rollup_move(struct db *db, const char *domain, const uint8_t *digest, size_t digest_length,
	int sign, GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	row_text(values, domain);
	row_bytes(values, digest, digest_length);
	row_int8(values, sign);
	row_int8(values, MOST_SESSIONS);
	return db_run(db, &sql_day_policy_move, values, NULL, error) &&
	       db_run(db, &sql_day_failure_move, values, NULL, error);
}
