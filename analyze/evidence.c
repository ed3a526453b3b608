/* Gathering evidence. */
#include "analyze/evidence.h"

#include <stdio.h>
#include <string.h>

#include "analyze/command.h"
#include "analyze/seen_check.h"
#include "ingest/arrival.h"
#include "ingest/instant.h"
#include "ingest/json_scan.h"
#include "sql/evidence.h"

#define DAY_SECONDS INT64_C(86400)

/* No check is longer: hosts, addresses and texts are capped where they are looked at. */
#define MOST_CHECK_BYTES (8 << 20)

/* ---- checks out of files ---- */

struct saved_checks {
	struct arena *arena;
	GHashTable *by_domain; /* to GArray of struct seen_check */
};

static void
free_checks(gpointer checks)
{
	g_array_unref(checks);
}

struct saved_checks *
saved_checks_new(void)
{
	struct saved_checks *saved = g_new(struct saved_checks, 1);
	saved->arena = arena_new();
	saved->by_domain = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_checks);
	return saved;
}

void
saved_checks_free(struct saved_checks *saved)
{
	if (saved == NULL)
		return;
	g_hash_table_unref(saved->by_domain);
	arena_free(saved->arena);
	g_free(saved);
}

bool
saved_checks_add(struct saved_checks *saved, const char *json, size_t length, GError **error)
{
	g_autoptr(GByteArray) scanned = g_byte_array_new();
	struct seen_check seen;
	const char *domain;
	unsigned quirks;
	if (!json_scan((const uint8_t *)json, length, scanned, &quirks, error))
		return false;
	const char *copy = arena_strndup(
		saved->arena, (const char *)scanned->data, strlen((char *)scanned->data));
	if (!seen_check_read(saved->arena, copy, strlen(copy), &seen, &domain, error))
		return false;
	GArray *checks = g_hash_table_lookup(saved->by_domain, domain);
	if (checks == NULL) {
		checks = g_array_new(FALSE, FALSE, sizeof(struct seen_check));
		g_hash_table_insert(saved->by_domain, (gpointer)domain, checks);
	}
	g_array_append_val(checks, seen);
	return true;
}

static bool
read_lines(struct saved_checks *saved, const char *path, FILE *file)
{
	g_autoptr(GError) error = NULL;
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	bool fine = true;
	for (unsigned number = 1; fine && (length = getline(&line, &room, file)) >= 0; number++) {
		if (length > MOST_CHECK_BYTES)
			g_set_error(&error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "too long");
		else if (strspn(line, " \t\r\n") == (size_t)length)
			continue;
		fine = error == NULL && saved_checks_add(saved, line, (size_t)length, &error);
		if (!fine) {
			g_autofree char *what = g_strdup_printf("%s, line %u", path, number);
			command_complain(what, error->message);
		}
	}
	free(line);
	return fine;
}

bool
saved_checks_read(struct saved_checks *saved, const char *path)
{
	bool standard = strcmp(path, "-") == 0;
	FILE *file = standard ? stdin : fopen(path, "r");
	if (file == NULL) {
		command_complain(path, g_strerror(errno));
		return false;
	}
	bool fine = read_lines(saved, path, file);
	if (!standard)
		fclose(file);
	return fine;
}

/* ---- rows ---- */

struct gather {
	struct evidence *evidence;
	struct arena *arena;
	GHashTable *places; /* policy key and type, as text, to place + 1 */
	GHashTable *words;  /* each text once */
	GArray *policies, *days, *reporters, *failures, *checks;
	GError *error;
};

/* The arena's copy of a text, made once. */
static const char *
keep(struct gather *gather, const char *text)
{
	const char *kept = g_hash_table_lookup(gather->words, text);
	if (kept == NULL) {
		kept = arena_strdup(gather->arena, text);
		g_hash_table_add(gather->words, (gpointer)kept);
	}
	return kept;
}

static const char *
keep_or_null(struct gather *gather, const char *text)
{
	return *text != '\0' ? keep(gather, text) : NULL;
}

static enum belief
belief_of(const char *trust)
{
	enum trust parsed;
	return trust_parse(trust, &parsed) && trust_rank(parsed) > 0 ? BELIEF_VOUCHED
								     : BELIEF_ANYBODY;
}

static char *
place_name(const char *type, const uint8_t *key)
{
	GString *name = g_string_new(type);
	for (int i = 0; i < POLICY_KEY_BYTES; i++)
		g_string_append_printf(name, "/%02x", key[i]);
	return g_string_free(name, FALSE);
}

static size_t
add_policy(struct gather *gather, const char *type, const uint8_t *key,
	const struct applied_policy *policy)
{
	g_array_append_val(gather->policies, *policy);
	g_hash_table_insert(gather->places, place_name(type, key),
		GSIZE_TO_POINTER((gsize)gather->policies->len));
	return gather->policies->len - 1;
}

/* The place of a policy; one whose text is not told has a place, too. */
static size_t
place_of(struct gather *gather, const char *type, const uint8_t *key)
{
	g_autofree char *name = place_name(type, key);
	size_t place = GPOINTER_TO_SIZE(g_hash_table_lookup(gather->places, name));
	if (place > 0)
		return place - 1;
	const struct applied_policy untold = {
		.type = keep(gather, type), .first_day = INT32_MIN, .last_day = INT32_MIN
	};
	return add_policy(gather, type, key, &untold);
}

static bool
take_policy(void *user, const struct evidence_policy_row *row)
{
	struct gather *gather = user;
	struct applied_policy policy = { .type = keep(gather, row->policy_type),
		.told = true,
		.first_day = row->first_day,
		.last_day = row->last_day };
	if (strcmp(row->policy_type, "sts") == 0) {
		g_autofree char *text = g_strjoinv("\r\n", row->policy_string);
		policy.sts = sts_policy_read(gather->arena, text, strlen(text));
	}
	add_policy(gather, row->policy_type, row->policy_key, &policy);
	return true;
}

static bool
take_day(void *user, const struct evidence_day_row *row)
{
	struct gather *gather = user;
	const struct day_sum day = { .day = row->day,
		.belief = belief_of(row->trust),
		.policy = place_of(gather, row->policy_type, row->policy_key),
		.reports = row->reports,
		.success = row->success,
		.failure = row->failure,
		.submitters = row->submitters };
	g_array_append_val(gather->days, day);
	return true;
}

static bool
take_reporter(void *user, const struct evidence_reporter_row *row)
{
	struct gather *gather = user;
	const struct reporter reporter = { .submitter = keep(gather, row->submitter),
		.belief = belief_of(row->trust),
		.first_day = row->first_day,
		.last_day = row->last_day,
		.days = row->days,
		.reports = row->reports,
		.success = row->success,
		.failure = row->failure };
	g_array_append_val(gather->reporters, reporter);
	return true;
}

static bool
take_failure(void *user, const struct evidence_failure_row *row)
{
	struct gather *gather = user;
	const struct day_failure failure = { .day = row->day,
		.belief = belief_of(row->trust),
		.submitter = keep(gather, row->submitter),
		.policy = place_of(gather, row->policy_type, row->policy_key),
		.result_type = keep_or_null(gather, row->result_type),
		.mx = keep_or_null(gather, row->mx),
		.ip = keep_or_null(gather, row->ip),
		.sessions = MAX(1, row->sessions + row->unsaid) };
	g_array_append_val(gather->failures, failure);
	return true;
}

static bool
take_check(void *user, const struct evidence_check_row *row)
{
	struct gather *gather = user;
	struct seen_check seen;
	const char *domain, *json = arena_strdup(gather->arena, row->snapshot);
	if (!seen_check_read(gather->arena, json, strlen(json), &seen, &domain, &gather->error))
		return false;
	seen.first_at = row->first_at;
	seen.last_at = row->last_at;
	g_array_append_val(gather->checks, seen);
	return true;
}

/* ---- the whole ---- */

static void
gather_init(struct gather *gather, struct arena *arena, struct evidence *evidence)
{
	*gather = (struct gather){ .evidence = evidence, .arena = arena };
	gather->places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	gather->words = g_hash_table_new(g_str_hash, g_str_equal);
	gather->policies = g_array_new(FALSE, FALSE, sizeof(struct applied_policy));
	gather->days = g_array_new(FALSE, FALSE, sizeof(struct day_sum));
	gather->reporters = g_array_new(FALSE, FALSE, sizeof(struct reporter));
	gather->failures = g_array_new(FALSE, FALSE, sizeof(struct day_failure));
	gather->checks = g_array_new(FALSE, FALSE, sizeof(struct seen_check));
}

static void
gather_clear(struct gather *gather)
{
	g_hash_table_unref(gather->places);
	g_hash_table_unref(gather->words);
	g_array_unref(gather->policies);
	g_array_unref(gather->days);
	g_array_unref(gather->reporters);
	g_array_unref(gather->failures);
	g_array_unref(gather->checks);
}

static bool
read_rows(struct db *db, struct gather *gather, const struct evidence_request *request,
	GError **error)
{
	const struct evidence *evidence = gather->evidence;
	const struct evidence_window window = { request->domain, evidence->first_day,
		evidence->last_day, evidence->ignored, evidence->n_ignored };
	if (!evidence_policies(db, &window, take_policy, gather, error) ||
		!evidence_days(db, &window, take_day, gather, error) ||
		!evidence_reporters(db, &window, take_reporter, gather, error) ||
		!evidence_failures(db, &window, take_failure, gather, error) ||
		!evidence_checks(db, request->domain, (int64_t)evidence->first_day * DAY_SECONDS,
			request->at, take_check, gather, error))
		return false;
	if (gather->error == NULL)
		return true;
	g_propagate_prefixed_error(error, gather->error, "a saved check: ");
	return false;
}

static gint
compare_checks(gconstpointer a, gconstpointer b)
{
	const struct seen_check *one = a, *other = b;
	if (one->last_at != other->last_at)
		return one->last_at < other->last_at ? -1 : 1;
	return one->first_at < other->first_at ? -1 : one->first_at > other->first_at;
}

static void
add_saved(struct gather *gather, const struct evidence_request *request)
{
	const GArray *saved =
		request->saved != NULL
			? g_hash_table_lookup(request->saved->by_domain, request->domain)
			: NULL;
	for (guint i = 0; saved != NULL && i < saved->len; i++) {
		const struct seen_check *check = &g_array_index(saved, struct seen_check, i);
		if (check->first_at <= request->at)
			g_array_append_val(gather->checks, *check);
	}
	g_array_sort(gather->checks, compare_checks);
}

static void *
keep_array(struct arena *arena, const GArray *array, size_t *count)
{
	guint size = g_array_get_element_size((GArray *)array);
	void *copy = arena_calloc(arena, array->len, size);
	*count = array->len;
	if (array->len > 0)
		memcpy(copy, array->data, (size_t)array->len * size);
	return copy;
}

struct evidence *
evidence_gather(
	struct db *db, struct arena *arena, const struct evidence_request *request, GError **error)
{
	struct evidence *evidence = arena_calloc(arena, 1, sizeof *evidence);
	struct gather gather;
	*evidence = (struct evidence){ .arena = arena,
		.domain = arena_strdup(arena, request->domain),
		.at = request->at,
		.planned = request->planned,
		.ignored = (const char *const *)request->ignore,
		.n_ignored = request->ignore != NULL ? g_strv_length(request->ignore) : 0,
		/* reports about a day come when it is over */
		.last_day = instant_day(request->at) - 1 };
	evidence->first_day = evidence->last_day - request->window_days + 1;
	gather_init(&gather, arena, evidence);
	bool fine = read_rows(db, &gather, request, error);
	if (fine) {
		add_saved(&gather, request);
		evidence->policies = keep_array(arena, gather.policies, &evidence->n_policies);
		evidence->days = keep_array(arena, gather.days, &evidence->n_days);
		evidence->reporters = keep_array(arena, gather.reporters, &evidence->n_reporters);
		evidence->failures = keep_array(arena, gather.failures, &evidence->n_failures);
		evidence->checks = keep_array(arena, gather.checks, &evidence->n_checks);
	}
	gather_clear(&gather);
	return fine ? evidence : NULL;
}
