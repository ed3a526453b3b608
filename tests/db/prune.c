/* Retention against a real PostgreSQL: what goes, what stays, and that what went is never counted
   again. */
#include <string.h>

#include "ingest/instant.h"
#include "ingest/report_body.h"
#include "sql/migrate.h"
#include "sql/prune.h"
#include "sql/reread.h"
#include "sql/store.h"
#include "tests/db/database.h"

/* The days that the tests speak of, from this one on. */
#define FIRST_DAY 20000 /* 2024-10-04 */
#define DAYS 100

static char *url;
static struct db *db;
static const atomic_int never;

/* A report about a day: ten sessions that went well, one failure with two details. */
static enum sink_outcome
put(int day, enum trust trust, int salt)
{
	char text[INSTANT_DAY_TEXT_BYTES];
	instant_day_text(FIRST_DAY + day, text);
	g_autofree char *body = g_strdup_printf(
		"{\"organization-name\":\"Sender\",\"contact-info\":\"tls@sender.example\","
		"\"report-id\":\"r%d\",\"salt\":%d,\"date-range\":{\"start-datetime\":"
		"\"%sT00:00:00Z\",\"end-datetime\":\"%sT23:59:59Z\"},\"policies\":[{\"policy\":"
		"{\"policy-type\":\"sts\",\"policy-domain\":\"%s.example\"},\"summary\":"
		"{\"total-successful-session-count\":10,\"total-failure-session-count\":1},"
		"\"failure-details\":[{\"result-type\":\"certificate-expired\","
		"\"failed-session-count\":1},{\"result-type\":\"validation-failure\","
		"\"failed-session-count\":1}]}]}",
		day, salt, text, text, day % 2 == 0 ? "even" : "odd");
	GError *error = NULL;
	enum sink_outcome outcome = SINK_NONE;
	struct store *store = store_open(url, &error);
	g_assert_no_error(error);
	struct arrival *arrival = arrival_new();
	arrival->report = report_body_read((const uint8_t *)body, strlen(body), NULL, &error);
	g_assert_no_error(error);
	arrival->body = g_bytes_new(body, strlen(body));
	arrival->trust = trust;
	arrival->channel = CHANNEL_MAIL;
	arrival->received_at = INT64_C(86400) * (FIRST_DAY + day + 1);
	arrival->key = (uint64_t)day;
	store_sink(store)->write(store_sink(store)->state, &arrival, 1, &outcome, &error);
	g_assert_no_error(error);
	arrival_free(arrival);
	store_close(store);
	return outcome;
}

static void
start_afresh(void)
{
	database_change(db,
		"truncate report, report_policy, failure_detail, payload, quarantine, day_policy,"
		" day_failure, policy_text, live_check, peer; update pruned set before = "
		"'1970-01-01'");
	for (int day = 0; day < DAYS; day++)
		g_assert_cmpint(put(day, TRUST_MAIL, 0), ==, SINK_NEW);
}

static struct prune_counts
prune(struct prune_days before, bool dry)
{
	struct prune run = { db, before, dry, &never, NULL, NULL };
	struct prune_counts counts;
	GError *error = NULL;
	prune_run(&run, &counts, &error);
	g_assert_no_error(error);
	return counts;
}

static const char rows_sql[] =
	"select concat_ws(' ', (select count(*) from report), (select count(*) from report_policy),"
	" (select count(*) from failure_detail), (select count(*) from payload),"
	" (select sum(success) from day_policy), (select sum(sessions) from day_failure))";

static const struct prune_days usual = {
	.payloads = FIRST_DAY + 90,
	.details = FIRST_DAY + 60,
	.reports = FIRST_DAY + 40,
	.rollups = FIRST_DAY + 10,
};

static void
test_each_kind(void)
{
	start_afresh();
	database_expect(db, rows_sql, "100 100 200 100 1000 200");
	struct prune_counts told = prune(usual, true);
	database_expect(db, rows_sql, "100 100 200 100 1000 200");
	database_expect(db, "select before::text from pruned", "1970-01-01");

	struct prune_counts gone = prune(usual, false);
	database_expect(db, rows_sql, "60 60 80 10 900 180");
	g_assert_cmpuint(gone.payloads, ==, 90);
	g_assert_cmpuint(gone.details, ==, 120);
	g_assert_cmpuint(gone.reports, ==, 40);
	g_assert_cmpuint(gone.rollups, ==, 30); /* ten of day_policy, twenty of day_failure */
	g_assert_cmpmem(&told, sizeof told, &gone, sizeof gone);

	struct prune_counts again = prune(usual, false);
	g_assert_cmpuint(again.payloads + again.details + again.reports + again.rollups, ==, 0);
	database_expect(db, rows_sql, "60 60 80 10 900 180");
}

/* Reports that went, or lost their details, come again, the same and better ones: nothing moves. */
static void
test_what_comes_again(void)
{
	start_afresh();
	prune(usual, false);
	for (int day = 0; day < 60; day++) {
		g_assert_cmpint(put(day, TRUST_MAIL, 0), ==, SINK_PRUNED);
		g_assert_cmpint(put(day, TRUST_DKIM, 0), ==, SINK_PRUNED);
		g_assert_cmpint(put(day, TRUST_DKIM, 1), ==, SINK_PRUNED);
	}
	database_expect(db, rows_sql, "60 60 80 10 900 180");
	database_expect(db, "select string_agg(distinct trust, ' ') from day_failure", "mail");
	/* what is kept whole may still be bettered */
	g_assert_cmpint(put(60, TRUST_MAIL, 0), ==, SINK_SEEN);
	g_assert_cmpint(put(61, TRUST_DKIM, 1), ==, SINK_CONFLICT);
	database_expect(db, "select sum(success)::text from day_policy where trust = 'dkim'", "10");
}

/* The day moves on only, whoever asks for less. */
static void
test_the_day_stays(void)
{
	start_afresh();
	prune(usual, false);
	prune((struct prune_days){ .details = FIRST_DAY + 20, .reports = FIRST_DAY + 20 }, false);
	database_expect(db, "select (before - '1970-01-01'::date)::text from pruned", "20060");
}

static void
test_reread_leaves_what_goes(void)
{
	start_afresh();
	/* as if prune had ended right after it moved the day, and the reader had changed */
	database_change(db, "update pruned set before = '1970-01-01'::date + 20050; update report "
			    "set reading = "
			    "0");
	struct reread_counts counts;
	GError *error = NULL;
	reread_run(db, NULL, &never, NULL, NULL, &counts, &error);
	g_assert_no_error(error);
	database_expect(db, rows_sql, "100 100 200 100 1000 200");
	database_expect(db, "select count(*)::text from report where reading = 0", "50");
}

static void
test_nothing_goes(void)
{
	start_afresh();
	struct prune_counts counts = prune((struct prune_days){ 0 }, false);
	g_assert_cmpuint(counts.payloads + counts.details + counts.reports + counts.rollups +
				 counts.checks + counts.quarantine,
		==, 0);
	database_expect(db, rows_sql, "100 100 200 100 1000 200");
}

/* A stop ends it between two steps; the next run takes up the rest. */
static void
test_stop(void)
{
	static const atomic_int now = 1;
	start_afresh();
	struct prune run = { db, usual, false, &now, NULL, NULL };
	struct prune_counts counts;
	GError *error = NULL;
	g_assert_true(prune_run(&run, &counts, &error));
	database_expect(db, rows_sql, "100 100 200 100 1000 200");
	prune(usual, false);
	database_expect(db, rows_sql, "60 60 80 10 900 180");
}

static void
test_checks(void)
{
	start_afresh();
	database_change(db,
		"insert into live_check select d, timestamptz '2024-01-01 00:00Z' + n * interval "
		"'1 "
		"day',"
		" timestamptz '2024-01-01 12:00Z' + n * interval '1 day', 1, '\\x00', 0, '{}'"
		" from unnest('{a.example,b.example}'::text[]) d, generate_series(0, case d when"
		" 'a.example' then 9 else 4 end) n");
	/* 2024-01-06: five of a.example's ten, four of b.example's five */
	struct prune_counts counts = prune((struct prune_days){ .checks = 19728 }, false);
	g_assert_cmpuint(counts.checks, ==, 9);
	database_expect(db,
		"select string_agg(domain || ' ' || checked_at::date, ', ' order by domain,"
		" checked_at) from live_check where checked_at < '2024-01-07Z'",
		"a.example 2024-01-06, b.example 2024-01-05");
}

static void
test_quarantine(void)
{
	start_afresh();
	database_change(db,
		"insert into quarantine (domain, digest, received_at, channel, trust, arrival, "
		"reason, body,"
		" size, file_start, file_end) select 'unknown', int4send(n), timestamptz "
		"'2024-01-01 00:00Z'"
		" + n * interval '1 day', 'mail', 'mail', 1, 'x', 'x', 1, 0, 0 from "
		"generate_series(0, 9) n");
	struct prune_counts counts = prune((struct prune_days){ .quarantine = 19728 }, false);
	g_assert_cmpuint(counts.quarantine, ==, 5);
	database_expect(db, "select min(received_at)::date::text from quarantine", "2024-01-06");
}

int
main(int argc, char **argv)
{
	GError *error = NULL;
	int applied;
	g_test_init(&argc, &argv, NULL);
	url = database_make("prune");
	db = db_open(url, &error);
	g_assert_no_error(error);
	g_assert_true(migrate_run(db, &applied, &error));
	database_change(db, "set timezone to 'UTC'");
	g_test_add_func("/prune/each-kind", test_each_kind);
	g_test_add_func("/prune/what-comes-again", test_what_comes_again);
	g_test_add_func("/prune/the-day-stays", test_the_day_stays);
	g_test_add_func("/prune/reread-leaves-what-goes", test_reread_leaves_what_goes);
	g_test_add_func("/prune/nothing-goes", test_nothing_goes);
	g_test_add_func("/prune/stop", test_stop);
	g_test_add_func("/prune/checks", test_checks);
	g_test_add_func("/prune/quarantine", test_quarantine);
	int status = g_test_run();
	db_close(db);
	database_drop(url);
	return status;
}
