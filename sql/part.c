/* Splitting reports by domain. */
#include "sql/part.h"

#include <string.h>

static const char *
policy_home(const struct report_policy *policy)
{
	return policy->domain != NULL ? policy->domain : PART_NO_DOMAIN;
}

bool
part_has(const struct part *part, const struct report_policy *policy)
{
	return strcmp(policy_home(policy), part->domain) == 0;
}

static void
part_clear(gpointer data)
{
	struct part *part = data;
	g_array_unref(part->keys);
	g_array_unref(part->brought);
}

/* The key of a row: domain and digest. */
static guint
row_hash(gconstpointer data)
{
	const struct part *part = data;
	guint32 head;
	memcpy(&head, part->arrival->report->digest, sizeof head);
	return head ^ g_str_hash(part->domain);
}

static gboolean
row_equal(gconstpointer a, gconstpointer b)
{
	const struct part *one = a, *other = b;
	return memcmp(one->arrival->report->digest, other->arrival->report->digest,
		       REPORT_DIGEST_BYTES) == 0 &&
	       strcmp(one->domain, other->domain) == 0;
}

static bool
has_key(const struct part *part, int64_t key)
{
	for (guint i = 0; i < part->keys->len; i++)
		if (g_array_index(part->keys, int64_t, i) == key)
			return true;
	return false;
}

static void
bring(struct part *part, const struct arrival *arrival, size_t index)
{
	int64_t key = (int64_t)arrival->key;
	if (!has_key(part, key))
		g_array_append_val(part->keys, key);
	g_array_append_val(part->brought, index);
	part->over_cap = part->over_cap && arrival->over_cap;
	if (trust_rank(arrival->trust) > trust_rank(part->arrival->trust))
		part->arrival = arrival;
}

static void
add_part(GPtrArray *parts, GHashTable *rows, const struct arrival *arrival, size_t index,
	const char *domain)
{
	struct part probe = { .arrival = arrival, .domain = domain };
	struct part *part = g_hash_table_lookup(rows, &probe);
	if (part == NULL) {
		part = g_new0(struct part, 1);
		part->arrival = arrival;
		part->domain = domain;
		part->keys = g_array_new(FALSE, FALSE, sizeof(int64_t));
		part->brought = g_array_new(FALSE, FALSE, sizeof(size_t));
		part->over_cap = true;
		part->order = parts->len;
		g_ptr_array_add(parts, part);
		g_hash_table_add(rows, part);
	}
	bring(part, arrival, index);
}

/* Whether an earlier policy of the report has the same home, so that its part is there already. */
static bool
home_seen(const struct report *report, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(policy_home(&report->policies[i]),
			    policy_home(&report->policies[index])) == 0)
			return true;
	return false;
}

static void
add_parts(GPtrArray *parts, GHashTable *rows, const struct arrival *arrival, size_t index)
{
	const struct report *report = arrival->report;
	if (report->n_policies == 0)
		add_part(parts, rows, arrival, index,
			report->domain != NULL ? report->domain : PART_NO_DOMAIN);
	for (size_t i = 0; i < report->n_policies; i++)
		if (!home_seen(report, i))
			add_part(parts, rows, arrival, index, policy_home(&report->policies[i]));
}

static int
compare_text(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

static int
compare_int(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int
compare_identity(gconstpointer a, gconstpointer b)
{
	const struct part *one = a, *other = b;
	const struct report *r = one->arrival->report, *s = other->arrival->report;
	int by;
	if ((by = strcmp(one->domain, other->domain)) != 0 ||
		(by = compare_text(r->submitter, s->submitter)) != 0 ||
		(by = strcmp(r->report_id, s->report_id)) != 0 ||
		(by = compare_int(r->start, s->start)) != 0 ||
		(by = compare_int(r->end, s->end)) != 0)
		return by;
	return compare_int((int64_t)one->order, (int64_t)other->order);
}

GArray *
part_split(struct arrival *const *arrivals, size_t count)
{
	g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GHashTable) rows = g_hash_table_new(row_hash, row_equal);
	for (size_t i = 0; i < count; i++)
		if (arrivals[i]->report != NULL)
			add_parts(parts, rows, arrivals[i], i);

	GArray *sorted = g_array_sized_new(FALSE, FALSE, sizeof(struct part), parts->len);
	g_array_set_clear_func(sorted, part_clear);
	for (guint i = 0; i < parts->len; i++)
		g_array_append_vals(sorted, g_ptr_array_index(parts, i), 1);
	g_array_sort(sorted, compare_identity);
	return sorted;
}

/* FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
#define FNV_START UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

static void
mix(uint64_t *hash, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	for (size_t i = 0; i < length; i++)
		*hash = (*hash ^ at[i]) * FNV_PRIME;
}

static void
mix_text(uint64_t *hash, const char *text)
{
	static const char absent[] = "\1";
	if (text == NULL)
		mix(hash, absent, sizeof absent);
	else
		mix(hash, text, strlen(text) + 1);
}

static void
mix_int(uint64_t *hash, int64_t number)
{
	mix(hash, &number, sizeof number);
}

static void
mix_detail(uint64_t *hash, const struct report_detail *detail)
{
	mix_text(hash, detail->result_type);
	mix_text(hash, detail->sending_mta_ip);
	mix_text(hash, detail->receiving_mx_hostname);
	mix_text(hash, detail->receiving_mx_helo);
	mix_text(hash, detail->receiving_ip);
	mix_int(hash, detail->sessions);
	mix_text(hash, detail->additional_information);
	mix_text(hash, detail->failure_reason_code);
}

static void
mix_policy(uint64_t *hash, const struct report_policy *policy)
{
	mix_text(hash, policy->type);
	mix_text(hash, policy->policy_domain);
	for (size_t i = 0; i < policy->policy_strings; i++)
		mix_text(hash, policy->policy_string[i]);
	for (size_t i = 0; i < policy->mx_hosts; i++)
		mix_text(hash, policy->mx_host[i]);
	mix_int(hash, policy->success);
	mix_int(hash, policy->failure);
	for (size_t i = 0; i < policy->n_details; i++)
		mix_detail(hash, &policy->details[i]);
}

int64_t
part_reading(const struct part *part)
{
	const struct report *report = part->arrival->report;
	uint64_t hash = FNV_START;
	mix_text(&hash, report->organization);
	mix_text(&hash, report->submitter);
	mix_text(&hash, report->report_id);
	mix_text(&hash, report->contact);
	mix_int(&hash, report->start);
	mix_int(&hash, report->end);
	for (size_t i = 0; i < report->reader_notes; i++)
		mix_text(&hash, report->notes[i]);
	for (size_t i = 0; i < report->n_policies; i++)
		if (part_has(part, &report->policies[i]))
			mix_policy(&hash, &report->policies[i]);
	return (int64_t)hash;
}
