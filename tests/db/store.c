/* The store against a real PostgreSQL: identity, duplicates, conflicts, trust and sums, in every
   order of delivery and every cut into batches. */
#include <stdlib.h>
#include <string.h>

#include "ingest/limits.h"
#include "ingest/report_body.h"
#include "sql/db.h"
#include "sql/migrate.h"
#include "sql/store.h"
#include "tests/db/database.h"

#define DAY_START INT64_C(1772323200) /* 2026-03-01T00:00:00Z */

static char *url;

/* ---- what arrives ---- */

struct spec {
	const char *id;     /* report-id */
	const char *domain; /* of its policy; NULL: none is told */
	const char *second; /* domain of a second policy; NULL: there is none */
	int success, failure;
	enum trust trust;
	int key; /* which arrival it is */
	bool over_cap;
	int salt;            /* makes another content under the same identity */
	const char *details; /* text of "failure-details" */
};

static char *
policy_json(const struct spec *spec, const char *domain)
{
	g_autofree char *told = domain != NULL
					? g_strdup_printf(",\"policy-domain\":\"%s\"", domain)
					: g_strdup("");
	return g_strdup_printf(
		"{\"policy\":{\"policy-type\":\"sts\",\"policy-string\":[\"version: "
		"STSv1\",\"mode: "
		"testing\",\"mx: mx.%s\",\"max_age: 86400\"]%s},\"summary\":{\"total-successful-"
		"session-count\":%d,\"total-failure-session-count\":%d},\"failure-details\":[%s]}",
		domain != NULL ? domain : "example", told, spec->success, spec->failure,
		spec->details != NULL ? spec->details : "");
}

static struct arrival *
arrive(const struct spec *spec)
{
	g_autofree char *first = policy_json(spec, spec->domain);
	g_autofree char *second = spec->second != NULL ? policy_json(spec, spec->second) : NULL;
	g_autofree char *json =
		g_strdup_printf("{\"organization-name\":\"Sender\",\"contact-info\":\"tls@sender."
				"example\",\"report-id\":"
				"\"%s\",\"date-range\":{\"start-datetime\":\"2026-03-01T00:00:"
				"00Z\",\"end-datetime\":"
				"\"2026-03-01T23:59:59Z\"},\"salt\":%d,\"policies\":[%s%s%s]}",
			spec->id, spec->salt, first, second != NULL ? "," : "",
			second != NULL ? second : "");
	GError *error = NULL;
	struct arrival *arrival = arrival_new();
	arrival->report = report_body_read((const uint8_t *)json, strlen(json), NULL, &error);
	g_assert_no_error(error);
	arrival->body = g_bytes_new(json, strlen(json));
	arrival->trust = spec->trust;
	arrival->channel = spec->trust == TRUST_HTTPS ? CHANNEL_HTTPS : CHANNEL_MAIL;
	arrival->received_at = DAY_START + 86400 + spec->key;
	arrival->key = (uint64_t)spec->key;
	arrival->over_cap = spec->over_cap;
	return arrival;
}

/* ---- what the tables hold ---- */

static char *
ask(struct db *db, const char *sql)
{
	struct statement statement = { sql, sql, 1, 0 };
	g_autoptr(db_result) result = NULL;
	GError *error = NULL;
	db_run(db, &statement, NULL, &result, &error);
	g_assert_no_error(error);
	return g_strdup(db_text(result, 0, 0));
}

static const char counted_sql[] =
	"select coalesce(string_agg(format('%s %s %s %s', domain, report_id, trust,"
	" cardinality(arrivals)), '; ' order by domain, report_id), '') from report where counted";
static const char sessions_sql[] =
	"select coalesce(string_agg(format('%s %s %s/%s', domain, trust, success, failure), '; '"
	" order by domain, trust), '') from (select domain, trust, sum(success) success,"
	" sum(failure) failure from day_policy group by domain, trust having sum(reports) <> 0) t";
static const char others_sql[] = "select count(*)::text from report where not counted";

/* Rows of sums that differ from what the reports that count add up to. */
static const char policy_drift_sql[] =
	"select count(*)::text from (select domain, day, trust, submitter, policy_type, policy_key,"
	" count(distinct digest) reports, sum(least(success, 1000000000000)) success,"
	" sum(least(failure, 1000000000000)) failure from report join report_policy using (domain,"
	" digest) where counted group by 1, 2, 3, 4, 5, 6) t full join (select * from day_policy "
	"where"
	" (reports, success, failure) <> (0, 0, 0)) d using (domain, day, trust, submitter, "
	"policy_type, policy_key)"
	" where (t.reports, t.success, t.failure) is distinct from (d.reports, d.success, "
	"d.failure)";
static const char failure_drift_sql[] =
	"select count(*)::text from (select r.domain, day, trust, submitter, policy_type, "
	"policy_key,"
	" result_type, coalesce(receiving_mx_hostname, '') receiving_mx_hostname,"
	" coalesce(receiving_ip, '') receiving_ip, count(*) details, coalesce(sum(sessions), 0) "
	"sessions,"
	" count(*) filter (where sessions is null) unsaid from report r join report_policy p using"
	" (domain, digest) join failure_detail f on f.domain = p.domain and f.digest = p.digest and"
	" f.policy_seq = p.seq where counted group by 1, 2, 3, 4, 5, 6, 7, 8, 9) t full join "
	"(select *"
	" from day_failure where (details, sessions, unsaid) <> (0, 0, 0)) d using (domain, day, "
	"trust,"
	" submitter, policy_type, policy_key, result_type, receiving_mx_hostname, receiving_ip) "
	"where"
	" (t.details, t.sessions, t.unsaid) is distinct from (d.details, d.sessions, d.unsaid)";
/* Reports without their original, or originals and policies without their report. */
static const char orphans_sql[] = "select count(*)::text from report r full join payload p using "
				  "(domain, digest) where r.day is"
				  " null or p.packed is null";

static void
assert_consistent(struct db *db, const char *name)
{
	g_autofree char *policies = ask(db, policy_drift_sql),
			*failures = ask(db, failure_drift_sql);
	g_autofree char *orphans = ask(db, orphans_sql);
	if (!g_str_equal(policies, "0") || !g_str_equal(failures, "0") ||
		!g_str_equal(orphans, "0"))
		g_error("%s: sums drifted: policies %s, failures %s, orphans %s", name, policies,
			failures, orphans);
}

static void
clear(struct db *db)
{
	GError *error = NULL;
	db_script(db,
		"truncate report, report_policy, failure_detail, payload, quarantine, day_policy,"
		" day_failure, policy_text",
		&error);
	g_assert_no_error(error);
}

/* ---- scenarios ---- */

#define MOST_ARRIVALS 4

static const struct scenario {
	const char *name;
	struct spec arrivals[MOST_ARRIVALS];
	bool ordered; /* the order decides: only the one given is tried */
	const char *counted, *sessions, *others;
} scenarios[] = {
	{ "one report", { { "a", "d.example", .success = 3, .trust = TRUST_MAIL, .key = 1 } },
		false, "d.example a mail 1", "d.example mail 3/0", "0" },
	{ "the same message twice",
		{ { "a", "d.example", .success = 3, .trust = TRUST_MAIL, .key = 1 },
			{ "a", "d.example", .success = 3, .trust = TRUST_MAIL, .key = 1 } },
		false, "d.example a mail 1", "d.example mail 3/0", "0" },
	{ "the same report in two messages",
		{ { "a", "d.example", .success = 3, .trust = TRUST_MAIL, .key = 1 },
			{ "a", "d.example", .success = 3, .trust = TRUST_MAIL, .key = 2 } },
		false, "d.example a mail 2", "d.example mail 3/0", "0" },
	{ "three arrivals, two channels: the best trust stays",
		{ { "a", "d.example", .success = 3, .failure = 1, .trust = TRUST_HTTPS, .key = 1 },
			{ "a", "d.example", .success = 3, .failure = 1, .trust = TRUST_DKIM,
				.key = 2 },
			{ "a", "d.example", .success = 3, .failure = 1, .trust = TRUST_MAIL,
				.key = 3 } },
		false, "d.example a dkim 3", "d.example dkim 3/1", "0" },
	{ "conflict, equal trust: the first counts",
		{ { "a", "d.example", .success = 3, .trust = TRUST_MAIL, .key = 1 },
			{ "a", "d.example", .success = 9, .trust = TRUST_MAIL, .key = 2,
				.salt = 1 } },
		true, "d.example a mail 1", "d.example mail 3/0", "1" },
	{ "conflict, https and unsigned mail are equally anybody's: the first counts",
		{ { "a", "d.example", .success = 3, .trust = TRUST_HTTPS, .key = 1 },
			{ "a", "d.example", .success = 9, .trust = TRUST_MAIL, .key = 2,
				.salt = 1 } },
		true, "d.example a https 1", "d.example https 3/0", "1" },
	{ "conflict, forged and signed: the signed one counts, whichever came first",
		{ { "a", "d.example", .success = 900, .trust = TRUST_HTTPS, .key = 1, .salt = 1,
			  .details = "{\"result-type\":\"certificate-expired\",\"failed-session-"
				     "count\":900}" },
			{ "a", "d.example", .success = 3, .failure = 2, .trust = TRUST_DKIM,
				.key = 2,
				.details = "{\"result-type\":\"certificate-expired\",\"failed-"
					   "session-count\":2}" } },
		false, "d.example a dkim 1", "d.example dkim 3/2", "1" },
	{ "conflict of three, best trust counts",
		{ { "a", "d.example", .success = 1, .trust = TRUST_HTTPS, .key = 1, .salt = 1 },
			{ "a", "d.example", .success = 2, .trust = TRUST_FILE, .key = 2,
				.salt = 2 },
			{ "a", "d.example", .success = 3, .trust = TRUST_DKIM, .key = 3,
				.salt = 3 } },
		false, "d.example a dkim 1", "d.example dkim 3/0", "2" },
	{ "conflict whose loser arrives again, signed",
		{ { "a", "d.example", .success = 9, .trust = TRUST_HTTPS, .key = 1, .salt = 1 },
			{ "a", "d.example", .success = 3, .trust = TRUST_HTTPS, .key = 2 },
			{ "a", "d.example", .success = 3, .trust = TRUST_DKIM, .key = 3 } },
		false, "d.example a dkim 2", "d.example dkim 3/0", "1" },
	{ "A6: two reports of one sender and day add up",
		{ { "x_idx1", "d.example", .success = 3, .trust = TRUST_DKIM, .key = 1 },
			{ "x_idx2", "d.example", .success = 4, .trust = TRUST_DKIM, .key = 2 } },
		false, "d.example x_idx1 dkim 1; d.example x_idx2 dkim 1", "d.example dkim 7/0",
		"0" },
	{ "A4: one report-id for two domains is two reports",
		{ { "a", "d.example", .success = 3, .trust = TRUST_DKIM, .key = 1 },
			{ "a", "e.example", .success = 4, .trust = TRUST_DKIM, .key = 2 } },
		false, "d.example a dkim 1; e.example a dkim 1",
		"d.example dkim 3/0; e.example dkim 4/0", "0" },
	{ "a report about two domains is split",
		{ { "a", "d.example", "e.example", .success = 3, .failure = 1, .trust = TRUST_DKIM,
			  .key = 1 },
			{ "a", "d.example", "e.example", .success = 3, .failure = 1,
				.trust = TRUST_DKIM, .key = 2 } },
		false, "d.example a dkim 2; e.example a dkim 2",
		"d.example dkim 3/1; e.example dkim 3/1", "0" },
	{ "over the cap: kept, never counted",
		{ { "a", "d.example", .success = 3, .trust = TRUST_HTTPS, .key = 1,
			  .over_cap = true },
			{ "a", "d.example", .success = 3, .trust = TRUST_HTTPS, .key = 2,
				.over_cap = true } },
		false, "", "", "1" },
	{ "over the cap, and once within it: counted",
		{ { "a", "d.example", .success = 3, .trust = TRUST_HTTPS, .key = 1,
			  .over_cap = true },
			{ "a", "d.example", .success = 3, .trust = TRUST_HTTPS, .key = 2 } },
		false, "d.example a https 2", "d.example https 3/0", "0" },
	{ "over the cap, and by signed mail too: counted",
		{ { "a", "d.example", .success = 3, .trust = TRUST_HTTPS, .key = 1,
			  .over_cap = true },
			{ "a", "d.example", .success = 3, .trust = TRUST_DKIM, .key = 2 } },
		false, "d.example a dkim 2", "d.example dkim 3/0", "0" },
	{ "over the cap takes no other's place",
		{ { "a", "d.example", .success = 900, .trust = TRUST_HTTPS, .key = 1, .salt = 1,
			  .over_cap = true },
			{ "a", "d.example", .success = 3, .trust = TRUST_HTTPS, .key = 2 },
			{ "a", "d.example", .success = 5, .trust = TRUST_DKIM, .key = 3,
				.salt = 3 } },
		false, "d.example a dkim 1", "d.example dkim 5/0", "2" },
	{ "no domain told", { { "a", NULL, .success = 3, .trust = TRUST_MAIL, .key = 1 } }, false,
		"unknown a mail 1", "unknown mail 3/0", "0" },
	{ "details with and without a count",
		{ { "a", "d.example", .success = 3, .failure = 5, .trust = TRUST_DKIM, .key = 1,
			.details = "{\"result-type\":\"certificate-expired\",\"failed-session-"
				   "count\":2},"
				   "{\"result-type\":\"certificate-expired\"},"
				   "{\"result-type\":\"starttls-not-supported\",\"failed-session-"
				   "count\":3,"
				   "\"receiving-mx-hostname\":\"mx.d.example\",\"receiving-ip\":"
				   "\"192.0.2.1\"}" } },
		false, "d.example a dkim 1", "d.example dkim 3/5", "0" },
};

static size_t
count_arrivals(const struct scenario *scenario)
{
	size_t count = 0;
	while (count < MOST_ARRIVALS && scenario->arrivals[count].id != NULL)
		count++;
	return count;
}

/* Writes the arrivals in an order, a new batch wherever cuts has a bit. */
static void
deliver(struct store *store, const struct scenario *scenario, const int *order, size_t count,
	unsigned cuts)
{
	struct sink *sink = store_sink(store);
	struct arrival *batch[MOST_ARRIVALS];
	enum sink_outcome outcomes[MOST_ARRIVALS];
	size_t filled = 0;
	for (size_t i = 0; i < count; i++) {
		GError *error = NULL;
		batch[filled++] = arrive(&scenario->arrivals[order[i]]);
		if (i + 1 < count && (cuts >> i & 1) == 0)
			continue;
		g_assert_true(sink->write(sink->state, batch, filled, outcomes, &error));
		g_assert_no_error(error);
		while (filled > 0)
			arrival_free(batch[--filled]);
	}
}

static void
assert_scenario(struct db *db, const struct scenario *scenario)
{
	g_autofree char *counted = ask(db, counted_sql), *sessions = ask(db, sessions_sql);
	g_autofree char *others = ask(db, others_sql);
	if (!g_str_equal(counted, scenario->counted) ||
		!g_str_equal(sessions, scenario->sessions) ||
		!g_str_equal(others, scenario->others))
		g_error("%s:\n got %s | %s | %s\nwant %s | %s | %s", scenario->name, counted,
			sessions, others, scenario->counted, scenario->sessions, scenario->others);
	assert_consistent(db, scenario->name);
}

/* The next permutation in lexical order; false after the last. */
static bool
permute(int *order, size_t count)
{
	size_t i = count - 1, j = count - 1;
	while (i > 0 && order[i - 1] > order[i])
		i--;
	if (i == 0)
		return false;
	while (order[j] < order[i - 1])
		j--;
	int swap = order[i - 1];
	order[i - 1] = order[j];
	order[j] = swap;
	for (j = count - 1; i < j; i++, j--) {
		swap = order[i];
		order[i] = order[j];
		order[j] = swap;
	}
	return true;
}

static void
test_scenarios(void)
{
	GError *error = NULL;
	struct store *store = store_open(url, &error);
	g_assert_no_error(error);
	struct db *db = db_open(url, &error);
	for (size_t i = 0; i < G_N_ELEMENTS(scenarios); i++) {
		const struct scenario *scenario = &scenarios[i];
		size_t count = count_arrivals(scenario);
		int order[MOST_ARRIVALS] = { 0, 1, 2, 3 };
		do
			for (unsigned cuts = 0; cuts < 1u << (count - 1); cuts++) {
				clear(db);
				deliver(store, scenario, order, count, cuts);
				assert_scenario(db, scenario);
				/* once more changes nothing */
				deliver(store, scenario, order, count, cuts);
				assert_scenario(db, scenario);
			}
		while (!scenario->ordered && permute(order, count));
	}
	db_close(db);
	store_close(store);
}

/* ---- outcomes and quarantine ---- */

static struct arrival *
unreadable(const char *bytes, int key)
{
	struct arrival *arrival = arrival_new();
	arrival->report =
		report_body_read((const uint8_t *)bytes, strlen(bytes), NULL, &arrival->failure);
	g_assert_null(arrival->report);
	arrival->body = g_bytes_new(bytes, strlen(bytes));
	arrival->trust = TRUST_MAIL;
	arrival->channel = CHANNEL_MAIL;
	arrival->received_at = DAY_START;
	arrival->key = (uint64_t)key;
	return arrival;
}

/* A report whose rows PostgreSQL refuses: an end before its first instant (SQLSTATE 22008). */
static struct arrival *
poisonous(const struct spec *spec)
{
	struct arrival *arrival = arrive(spec);
	arrival->report->end = INT64_C(-300000000000);
	return arrival;
}

static void
test_outcomes(void)
{
	const struct spec good = { "good", "d.example", .success = 1, .trust = TRUST_MAIL,
		.key = 1 };
	const struct spec other = { "good", "d.example", .success = 2, .trust = TRUST_MAIL,
		.key = 2, .salt = 1 };
	const struct spec bad = { "bad", "d.example", .success = 1, .trust = TRUST_MAIL, .key = 3 };
	const struct spec last = { "last", "d.example", .success = 1, .trust = TRUST_MAIL,
		.key = 4 };
	struct arrival *batch[] = { arrive(&good), poisonous(&bad), arrive(&good),
		unreadable("{}", 5), arrive(&other), arrive(&last),
		unreadable("{\"policies\":[", 6) };
	const enum sink_outcome want[] = { SINK_NEW, SINK_QUARANTINED, SINK_SEEN, SINK_QUARANTINED,
		SINK_CONFLICT, SINK_NEW, SINK_QUARANTINED };
	enum sink_outcome got[G_N_ELEMENTS(batch)];
	GError *error = NULL;
	struct store *store = store_open(url, &error);
	struct db *db = db_open(url, &error);
	g_assert_no_error(error);
	clear(db);

	struct sink *sink = store_sink(store);
	g_assert_true(sink->write(sink->state, batch, G_N_ELEMENTS(batch), got, &error));
	for (size_t i = 0; i < G_N_ELEMENTS(batch); i++) {
		g_assert_cmpint(got[i], ==, want[i]);
		arrival_free(batch[i]);
	}
	assert_consistent(db, "outcomes");
	g_autofree char *kept = ask(db, "select count(*)::text from quarantine");
	g_assert_cmpstr(kept, ==, "3");
	g_autofree char *body = ask(db, "select convert_from(body, 'UTF8') from quarantine order "
					"by size desc offset 1 limit 1");
	g_assert_cmpstr(body, ==, "{\"policies\":[");
	db_close(db);
	store_close(store);
}

/* A full quarantine takes no more, but knows what it holds; reports are stored all the same. */
static void
test_full_quarantine(void)
{
	const struct spec good = { "good", "d.example", .success = 1, .trust = TRUST_MAIL,
		.key = 1 };
	GError *error = NULL;
	struct db *db = db_open(url, &error);
	g_assert_no_error(error);
	clear(db);
	g_autofree char *fill =
		g_strdup_printf("insert into quarantine (domain, digest, received_at, channel, "
				"trust, arrival, reason, body,"
				" size, file_start, file_end) select 'unknown', int4send(i), "
				"'2026-01-01', 'mail', 'mail', i, 'x',"
				" '', 0, 0, 0 from generate_series(2, %d) i",
			LIMIT_QUARANTINE_ROWS);
	db_script(db, fill, &error);
	g_assert_no_error(error);

	struct arrival *batch[] = { unreadable("{}", 1), unreadable("{\"policies\":[", 2),
		arrive(&good), unreadable("{}", 1) };
	const enum sink_outcome want[] = { SINK_QUARANTINED, SINK_REFUSED, SINK_NEW,
		SINK_QUARANTINED };
	enum sink_outcome got[G_N_ELEMENTS(batch)];
	struct store *store = store_open(url, &error);
	struct sink *sink = store_sink(store);
	g_assert_true(sink->write(sink->state, batch, G_N_ELEMENTS(batch), got, &error));
	for (size_t i = 0; i < G_N_ELEMENTS(batch); i++) {
		g_assert_cmpint(got[i], ==, want[i]);
		arrival_free(batch[i]);
	}
	g_autofree char *rows = ask(db, "select count(*)::text from quarantine");
	g_assert_cmpint(atoi(rows), ==, LIMIT_QUARANTINE_ROWS);
	store_close(store);
	db_close(db);
}

/* ---- several writers at once ---- */

#define WRITERS 4
#define REPORTS 300

static gpointer
write_all(gpointer data)
{
	unsigned seed = GPOINTER_TO_UINT(data);
	GError *error = NULL;
	struct store *store = store_open(url, &error);
	g_assert_no_error(error);
	g_autoptr(GRand) dice = g_rand_new_with_seed(seed);
	struct sink *sink = store_sink(store);
	for (int start = 0; start < REPORTS;) {
		int size = g_rand_int_range(dice, 1, 60);
		size = MIN(size, REPORTS - start);
		struct arrival *batch[60];
		enum sink_outcome outcomes[60];
		for (int i = 0; i < size; i++) {
			g_autofree char *id = g_strdup_printf("r%d", (start + i) % 100);
			g_autofree char *domain =
				g_strdup_printf("d%d.example", (start + i) % 100 % 7);
			struct spec spec = { id, domain, .success = 1 + (start + i) / 100,
				.failure = 1,
				.trust = (start + i) / 100 == 2 ? TRUST_DKIM : TRUST_HTTPS,
				.key = start + i, .salt = (start + i) / 100,
				.details = "{\"result-type\":\"validation-failure\",\"failed-"
					   "session-count\":1}" };
			batch[i] = arrive(&spec);
		}
		/* each writer in an order of its own */
		for (int i = size - 1; i > 0; i--) {
			int j = g_rand_int_range(dice, 0, i + 1);
			struct arrival *swap = batch[i];
			batch[i] = batch[j];
			batch[j] = swap;
		}
		g_assert_true(sink->write(sink->state, batch, (size_t)size, outcomes, &error));
		g_assert_no_error(error);
		for (int i = 0; i < size; i++)
			arrival_free(batch[i]);
		start += size;
	}
	store_close(store);
	return NULL;
}

static void
test_writers(void)
{
	GError *error = NULL;
	struct db *db = db_open(url, &error);
	g_assert_no_error(error);
	clear(db);
	GThread *threads[WRITERS];
	for (unsigned i = 0; i < WRITERS; i++)
		threads[i] = g_thread_new("writer", write_all, GUINT_TO_POINTER(i + 1));
	for (unsigned i = 0; i < WRITERS; i++)
		g_thread_join(threads[i]);

	assert_consistent(db, "several writers");
	g_autofree char *rows = ask(db, "select count(*)::text from report");
	g_assert_cmpstr(rows, ==, "300");
	/* each identity came with three contents, of which one was signed: that one counts */
	g_autofree char *counted = ask(db, "select count(*)::text from report where counted");
	g_assert_cmpstr(counted, ==, "100");
	g_autofree char *beaten =
		ask(db, "select count(*)::text from report where counted and trust <> 'dkim'");
	g_assert_cmpstr(beaten, ==, "0");
	db_close(db);
}

/* ---- migrations ---- */

static gpointer
migrate(gpointer data)
{
	(void)data;
	GError *error = NULL;
	int applied;
	struct db *db = db_open(url, &error);
	g_assert_no_error(error);
	migrate_run(db, &applied, &error);
	g_assert_no_error(error);
	db_close(db);
	return GINT_TO_POINTER(applied);
}

/* Two machines run `stsready init` at once: every migration is applied once. */
static void
test_migrations(void)
{
	GThread *one = g_thread_new("init", migrate, NULL),
		*other = g_thread_new("init", migrate, NULL);
	int applied = GPOINTER_TO_INT(g_thread_join(one)) + GPOINTER_TO_INT(g_thread_join(other));
	g_assert_cmpint(applied, ==, migrate_newest());
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	url = database_make("store");
	g_test_add_func("/migrate/two-at-once", test_migrations);
	g_test_add_func("/store/scenarios", test_scenarios);
	g_test_add_func("/store/outcomes", test_outcomes);
	g_test_add_func("/store/full-quarantine", test_full_quarantine);
	g_test_add_func("/store/writers", test_writers);
	int status = g_test_run();
	database_drop(url);
	return status;
}
