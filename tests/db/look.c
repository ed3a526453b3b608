/* Looking at what the store holds: domains, reports and failures, and every filter. */
#include <string.h>

#include "ingest/report_body.h"
#include "sql/look.h"
#include "sql/migrate.h"
#include "sql/store.h"
#include "tests/db/database.h"

#define FIRST_DAY INT64_C(1772323200) /* 2026-03-01T00:00:00Z */
#define DAY_SECONDS 86400

static char *url;

/* ---- what arrived ---- */

#define EXPIRED(sessions)                                                                          \
	"{\"result-type\":\"certificate-expired\",\"receiving-mx-hostname\":\"mx.d.example\","     \
	"\"receiving-ip\":\"192.0.2.1\",\"failed-session-count\":" #sessions "}"
#define UNSAID "{\"result-type\":\"validation-failure\",\"failure-reason-code\":\"CODE\"}"

struct policy {
	const char *type, *domain;
	int success, failure;
	const char *details;
};

static const struct {
	const char *organization; /* NULL: not said, and no contact either */
	const char *id;
	int day;
	enum trust trust;
	struct policy policies[3];
} arrived[] = {
	{ "Gull", "both-types", 0, TRUST_DKIM,
		{ { "sts", "d.example", 10, 3, EXPIRED(2) }, { "tlsa", "d.example", 8, 0, "" } } },
	{ "Gull", "both-types", 0, TRUST_DKIM, /* the same once more, in another message */
		{ { "sts", "d.example", 10, 3, EXPIRED(2) }, { "tlsa", "d.example", 8, 0, "" } } },
	{ "Gull", "both-types", 0, TRUST_HTTPS, /* forged under its identity */
		{ { "sts", "d.example", 0, 400, EXPIRED(400) } } },
	{ "Heron", "tlsa-most", 1, TRUST_MAIL,
		{ { "sts", "d.example", 1, 0, "" }, { "tlsa", "d.example", 5, 0, "" },
			{ "tlsa", "d.example", 2, 0, "" } } },
	{ "Heron", "unsaid", 2, TRUST_FILE, { { "sts", "e.example", 0, 3, UNSAID } } },
	{ NULL, "nobody", 3, TRUST_FILE, { { "sts", "e.example", 4, 0, "" } } },
};

static char *
report_json(size_t i)
{
	GString *json = g_string_new("{");
	g_autofree char *day = g_strdup_printf("2026-03-%02d", arrived[i].day + 1);
	if (arrived[i].organization != NULL) {
		g_autofree char *lower = g_ascii_strdown(arrived[i].organization, -1);
		g_string_append_printf(json,
			"\"organization-name\":\"%s\",\"contact-info\":\"tls@%s.example\",",
			arrived[i].organization, lower);
	}
	g_string_append_printf(json,
		"\"report-id\":\"%s\",\"date-range\":{\"start-datetime\":\"%sT00:00:00Z\","
		"\"end-datetime\":\"%sT23:59:59Z\"},\"policies\":[",
		arrived[i].id, day, day);
	for (const struct policy *policy = arrived[i].policies;
		policy < arrived[i].policies + 3 && policy->type != NULL; policy++)
		g_string_append_printf(json,
			"%s{\"policy\":{\"policy-type\":\"%s\",\"policy-domain\":\"%s\"},"
			"\"summary\":{\"total-successful-session-count\":%d,"
			"\"total-failure-session-count\":%d},\"failure-details\":[%s]}",
			policy > arrived[i].policies ? "," : "", policy->type, policy->domain,
			policy->success, policy->failure, policy->details);
	return g_string_free(g_string_append(json, "]}"), FALSE);
}

static struct arrival *
arrive(size_t i)
{
	GError *error = NULL;
	g_autofree char *json = report_json(i);
	struct arrival *arrival = arrival_new();
	arrival->report = report_body_read((const uint8_t *)json, strlen(json), NULL, &error);
	g_assert_no_error(error);
	arrival->body = g_bytes_new(json, strlen(json));
	arrival->trust = arrived[i].trust;
	arrival->channel = CHANNEL_MAIL;
	arrival->received_at = FIRST_DAY + (arrived[i].day + 1) * DAY_SECONDS;
	arrival->key = i + 1;
	return arrival;
}

static void
fill(void)
{
	GError *error = NULL;
	struct store *store = store_open(url, &error);
	g_assert_no_error(error);
	struct sink *sink = store_sink(store);
	for (size_t i = 0; i < G_N_ELEMENTS(arrived); i++) {
		enum sink_outcome outcome;
		g_autoptr(Arrival) arrival = arrive(i);
		struct arrival *batch[] = { arrival };
		g_assert_true(sink->write(sink->state, batch, 1, &outcome, &error));
		g_assert_no_error(error);
	}
	store_close(store);
}

static struct db *
open_database(void)
{
	GError *error = NULL;
	struct db *db = db_open(url, &error);
	g_assert_no_error(error);
	return db;
}

static void
assert_text(const char *name, const GString *got, const char *want)
{
	if (!g_str_equal(got->str, want))
		g_error("%s:\n got %s\nwant %s", name, got->str, want);
}

/* ---- reports ---- */

static bool
note_report(void *user, const struct look_report *report)
{
	g_string_append_printf(user, "%s %s %s %ld/%ld of %ld, %ld details, came %ld%s; ",
		report->domain, report->report_id, report->trust, (long)report->success,
		(long)report->failure, (long)report->policies, (long)report->details,
		(long)report->arrivals, report->counted ? "" : ", not counted");
	return true;
}

#define FORGED "d.example both-types https 0/400 of 1, 1 details, came 1, not counted; "
#define GENUINE "d.example both-types dkim 10/3 of 2, 1 details, came 2; "
#define TLSA_MOST "d.example tlsa-most mail 7/0 of 3, 0 details, came 1; "
#define UNSAID_REPORT "e.example unsaid file 0/3 of 1, 1 details, came 1; "
#define NOBODY "e.example nobody file 4/0 of 1, 0 details, came 1; "

#define ALL .since = INT64_MIN, .until = INT64_MAX
#define DAY(n) (FIRST_DAY + (n)*DAY_SECONDS)

static const struct {
	const char *name;
	struct look_filter filter;
	const char *want;
} report_cases[] = {
	{ "newest first, one policy type's sessions", { ALL, .domain = "e.example" },
		NOBODY UNSAID_REPORT },
	{ "a domain that nothing came about", { ALL, .domain = "f.example" }, "" },
	{ "by submitter", { ALL, .submitter = "heron.example" }, UNSAID_REPORT TLSA_MOST },
	{ "by submitter, in capitals", { ALL, .submitter = "HERON.example" },
		UNSAID_REPORT TLSA_MOST },
	{ "by organization, any case", { ALL, .submitter = "heRON" }, UNSAID_REPORT TLSA_MOST },
	{ "no submitter is not everybody", { ALL, .submitter = "nobody.example" }, "" },
	{ "by trust", { ALL, .trust = "file" }, NOBODY UNSAID_REPORT },
	{ "what does not count is listed", { ALL, .trust = "https" }, FORGED },
	{ "since includes its instant", { .since = DAY(2), .until = INT64_MAX },
		NOBODY UNSAID_REPORT },
	{ "until does not", { .since = INT64_MIN, .until = DAY(1), .trust = "dkim" }, GENUINE },
	{ "a window between", { .since = DAY(1), .until = DAY(2) }, TLSA_MOST },
	{ "the limit cuts the oldest", { ALL, .limit = 3 }, NOBODY UNSAID_REPORT TLSA_MOST },
	{ "filters add up", { ALL, .domain = "d.example", .submitter = "heron", .trust = "mail" },
		TLSA_MOST },
};

static void
test_reports(void)
{
	struct db *db = open_database();
	for (size_t i = 0; i < G_N_ELEMENTS(report_cases); i++) {
		GError *error = NULL;
		g_autoptr(GString) got = g_string_new(NULL);
		g_assert_true(look_reports(db, &report_cases[i].filter, note_report, got, &error));
		g_assert_no_error(error);
		assert_text(report_cases[i].name, got, report_cases[i].want);
	}
	db_close(db);
}

/* What one row says beyond the sums. */
static bool
check_nobody(void *user, const struct look_report *report)
{
	g_assert_null(report->organization);
	g_assert_null(report->submitter);
	g_assert_null(report->contact);
	g_assert_null(report->remote);
	g_assert_cmpstr(report->channel, ==, "mail");
	g_assert_cmpuint(strlen(report->digest), ==, 64);
	g_assert_cmpint(report->start, ==, DAY(3));
	g_assert_cmpint(report->end, ==, DAY(4) - 1);
	g_assert_cmpint(report->received_at, ==, DAY(4));
	g_assert_true(
		g_strv_contains((const char *const *)report->notes, "organization-name: absent"));
	g_assert_cmpuint(g_strv_length(report->trust_notes), ==, 0);
	*(bool *)user = true;
	return true;
}

static void
test_report_members(void)
{
	GError *error = NULL;
	struct db *db = open_database();
	const struct look_filter newest = { ALL, .limit = 1 };
	bool seen = false;
	g_assert_true(look_reports(db, &newest, check_nobody, &seen, &error));
	g_assert_true(seen);
	db_close(db);
}

/* ---- failures ---- */

static bool
note_failure(void *user, const struct look_failure *failure)
{
	g_string_append_printf(user, "%s %s %s %ld %s %s %s; ", failure->domain, failure->submitter,
		failure->result_type, (long)failure->sessions,
		failure->receiving_mx_hostname != NULL ? failure->receiving_mx_hostname : "-",
		failure->receiving_ip != NULL ? failure->receiving_ip : "-",
		failure->failure_reason_code != NULL ? failure->failure_reason_code : "-");
	return true;
}

#define EXPLAINED "d.example gull.example certificate-expired 2 mx.d.example 192.0.2.1 -; "
#define UNEXPLAINED "d.example gull.example unexplained 1 - - -; "
#define NO_COUNT "e.example heron.example validation-failure -1 - - CODE; "

static const struct {
	const char *name;
	struct look_filter filter;
	const char *want;
} failure_cases[] = {
	{ "all: the forged report does not count, what no detail explains has a row", { ALL },
		NO_COUNT EXPLAINED UNEXPLAINED },
	{ "by domain", { ALL, .domain = "e.example" }, NO_COUNT },
	{ "by result type", { ALL, .result_type = "certificate-expired" }, EXPLAINED },
	{ "the unexplained ones", { ALL, .result_type = "unexplained" }, UNEXPLAINED },
	{ "by a result type that none has", { ALL, .result_type = "starttls-not-supported" }, "" },
	{ "by trust", { ALL, .trust = "https" }, "" },
	{ "by submitter", { ALL, .submitter = "heron" }, NO_COUNT },
	{ "by time", { .since = INT64_MIN, .until = DAY(1) }, EXPLAINED UNEXPLAINED },
	{ "the limit cuts the oldest", { ALL, .limit = 2 }, NO_COUNT EXPLAINED },
};

static void
test_failures(void)
{
	struct db *db = open_database();
	for (size_t i = 0; i < G_N_ELEMENTS(failure_cases); i++) {
		GError *error = NULL;
		g_autoptr(GString) got = g_string_new(NULL);
		g_assert_true(
			look_failures(db, &failure_cases[i].filter, note_failure, got, &error));
		g_assert_no_error(error);
		assert_text(failure_cases[i].name, got, failure_cases[i].want);
	}
	db_close(db);
}

/* A caller that has seen enough stops, and the connection can be used again. */
static bool
take_one(void *user, const struct look_failure *failure)
{
	(void)failure;
	return ++*(int *)user < 1;
}

static void
test_stop(void)
{
	struct db *db = open_database();
	const struct look_filter all = { ALL };
	for (int round = 0; round < 3; round++) {
		GError *error = NULL;
		int taken = 0;
		g_assert_true(look_failures(db, &all, take_one, &taken, &error));
		g_assert_no_error(error);
		g_assert_cmpint(taken, ==, 1);
	}
	db_close(db);
}

/* ---- domains ---- */

static bool
note_domain(void *user, const struct look_domain *domain)
{
	g_string_append_printf(user, "%s%s %ld by %ld %ld/%ld", domain->domain,
		domain->watched ? " watched" : "", (long)domain->reports, (long)domain->submitters,
		(long)domain->success, (long)domain->failure);
	if (domain->last_report_at != INT64_MIN)
		g_string_append_printf(user, " %ld %ld",
			(long)((domain->last_report_at - FIRST_DAY) / DAY_SECONDS),
			(long)(domain->last_day - FIRST_DAY / DAY_SECONDS));
	g_assert_cmpint(domain->watched, ==, domain->token != NULL);
	g_string_append(user, "; ");
	return true;
}

static void
assert_domains(struct db *db, const char *name, const char *only, const char *want)
{
	GError *error = NULL;
	g_autoptr(GString) got = g_string_new(NULL);
	g_assert_true(look_domains(db, only, note_domain, got, &error));
	g_assert_no_error(error);
	assert_text(name, got, want);
}

static char *
watch(struct db *db, const char *domain, bool want_added)
{
	GError *error = NULL;
	char *token = NULL;
	bool added;
	g_assert_true(look_domain_add(db, domain, FIRST_DAY, &token, &added, &error));
	g_assert_no_error(error);
	g_assert_cmpint(added, ==, want_added);
	g_assert_cmpuint(strlen(token), ==, 26);
	g_assert_cmpuint(strspn(token, "0123456789abcdefghjkmnpqrstvwxyz"), ==, 26);
	return token;
}

static void
unwatch(struct db *db, const char *domain, bool want_removed)
{
	GError *error = NULL;
	bool removed;
	g_assert_true(look_domain_remove(db, domain, &removed, &error));
	g_assert_no_error(error);
	g_assert_cmpint(removed, ==, want_removed);
}

/* Reports, submitters, sessions (of d: 11/3 under sts, 15/0 under tlsa), then days since the first:
   when the last came, what day it tells of. */
#define D_SUMS "2 by 2 15/0 2 1; "
#define E_SUMS "2 by 2 4/3 4 3; "

static void
test_domains(void)
{
	struct db *db = open_database();
	assert_domains(db, "none watched", NULL, "d.example " D_SUMS "e.example " E_SUMS);
	g_autofree char *first = watch(db, "e.example", true);
	g_autofree char *again = watch(db, "e.example", false);
	g_autofree char *other = watch(db, "w.example", true);
	g_assert_cmpstr(first, ==, again);
	g_assert_cmpstr(first, !=, other);
	assert_domains(db, "watched ones first, with or without reports", NULL,
		"e.example watched " E_SUMS "w.example watched 0 by 0 0/0; d.example " D_SUMS);
	assert_domains(db, "one that is watched", "e.example", "e.example watched " E_SUMS);
	assert_domains(db, "one that is not", "d.example", "d.example " D_SUMS);
	assert_domains(db, "one that nobody knows", "f.example", "");
	unwatch(db, "e.example", true);
	unwatch(db, "e.example", false);
	unwatch(db, "w.example", true);
	assert_domains(db, "reports stay", NULL, "d.example " D_SUMS "e.example " E_SUMS);
	g_autofree char *fresh = watch(db, "e.example", true);
	g_assert_cmpstr(first, !=, fresh);
	unwatch(db, "e.example", true);
	db_close(db);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	int applied;
	GError *error = NULL;
	url = database_make("look");
	struct db *db = open_database();
	g_assert_true(migrate_run(db, &applied, &error));
	g_assert_no_error(error);
	db_close(db);
	fill();
	g_test_add_func("/look/reports", test_reports);
	g_test_add_func("/look/report-members", test_report_members);
	g_test_add_func("/look/failures", test_failures);
	g_test_add_func("/look/stop", test_stop);
	g_test_add_func("/look/domains", test_domains);
	int status = g_test_run();
	database_drop(url);
	return status;
}
