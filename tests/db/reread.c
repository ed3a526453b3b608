/* Rereading against a real PostgreSQL: what an older reader left is replaced, and the sums stay
   right; and what each of the two roles may do. */
#include <string.h>

#include "ingest/report_body.h"
#include "sql/migrate.h"
#include "sql/reread.h"
#include "sql/store.h"
#include "tests/db/database.h"

static char *url;
static struct db *db;

static const char report_json[] =
	"{\"organization-name\":\"Sender\",\"contact-info\":\"tls@sender.example\",\"report-id\":"
	"\"r%d\","
	"\"date-range\":{\"start-datetime\":\"2026-03-01T00:00:00Z\",\"end-datetime\":"
	"\"2026-03-01T23:59:59Z\"},\"policies\":[{\"policy\":{\"policy-type\":\"sts\",\"policy-"
	"domain\":"
	"\"d.example\"},\"summary\":{\"total-successful-session-count\":%d,\"total-failure-session-"
	"count\":1"
	"},\"failure-details\":[{\"result-type\":\"certificate-expired\",\"failed-session-count\":"
	"1}]}]}";

static enum sink_outcome
put(const char *database, const char *body, const char *error_text)
{
	GError *error = NULL;
	enum sink_outcome outcome = SINK_NONE;
	struct store *store = store_open(database, &error);
	g_assert_no_error(error);
	struct arrival *arrival = arrival_new();
	arrival->report =
		report_body_read((const uint8_t *)body, strlen(body), NULL, &arrival->failure);
	arrival->body = g_bytes_new(body, strlen(body));
	arrival->trust = TRUST_DKIM;
	arrival->channel = CHANNEL_MAIL;
	arrival->key = arrival_key(body, strlen(body));
	if (arrival->report != NULL)
		report_note(arrival->report, "verified by d=sender.example");
	if (error_text != NULL && arrival->report != NULL) {
		/* as a reader that knew less would have left it */
		g_clear_pointer(&arrival->report, report_free);
		g_set_error_literal(
			&arrival->failure, REPORT_ERROR, REPORT_ERROR_BROKEN, error_text);
	}
	store_sink(store)->write(store_sink(store)->state, &arrival, 1, &outcome, &error);
	g_assert_no_error(error);
	arrival_free(arrival);
	store_close(store);
	return outcome;
}

static void
start_afresh(int reports)
{
	database_change(db,
		"truncate report, report_policy, failure_detail, payload, quarantine, day_policy,"
		" day_failure, policy_text");
	for (int i = 0; i < reports; i++) {
		g_autofree char *body = g_strdup_printf(report_json, i, 10 + i);
		g_assert_cmpint(put(url, body, NULL), ==, SINK_NEW);
	}
}

static struct reread_counts
reread(void)
{
	static const atomic_int never;
	struct reread_counts counts;
	GError *error = NULL;
	reread_run(db, NULL, &never, NULL, NULL, &counts, &error);
	g_assert_no_error(error);
	return counts;
}

static void
assert_totals(void)
{
	database_expect(db,
		"select string_agg(format('%s %s %s/%s', domain, trust, success, failure), '; ')"
		" from day_policy where reports <> 0",
		"d.example dkim 33/3");
	database_expect(db,
		"select string_agg(format('%s %s %s', domain, result_type, sessions), '; ') from"
		" day_failure where details <> 0",
		"d.example certificate-expired 3");
	database_expect(db,
		"select count(*)::text from report r join payload p using (domain, digest) where"
		" counted and trust_notes = '{\"verified by d=sender.example\"}'",
		"3");
}

static void
test_unchanged(void)
{
	start_afresh(3);
	struct reread_counts counts = reread();
	g_assert_cmpuint(counts.read, ==, 3);
	g_assert_cmpuint(counts.changed, ==, 0);
	assert_totals();
}

/* An older reader understood less of one report: no organization, another count, no details. */
static void
test_changed(void)
{
	start_afresh(3);
	database_change(db,
		"begin; update report set organization = null, reading = 1 where report_id = 'r1';"
		"update report_policy set success = 0 where digest = (select digest from report "
		"where"
		" report_id = 'r1');"
		"update day_policy set success = success - 11;"
		"delete from failure_detail where digest = (select digest from report where "
		"report_id ="
		" 'r1'); update day_failure set sessions = sessions - 1, details = details - 1; "
		"commit");
	struct reread_counts counts = reread();
	g_assert_cmpuint(counts.changed, ==, 1);
	database_expect(db, "select organization from report where report_id = 'r1'", "Sender");
	assert_totals();
	g_assert_cmpuint(reread().changed, ==, 0);
}

/* An older reader could not tell the domain; now it can, and the report moves. */
static void
test_moved(void)
{
	start_afresh(3);
	database_change(db,
		"begin; update report set domain = 'unknown', reading = 1 where report_id = 'r2';"
		"update report_policy p set domain = 'unknown' from report r where r.digest = "
		"p.digest and"
		" report_id = 'r2';"
		"update failure_detail f set domain = 'unknown' from report r where r.digest = "
		"f.digest and"
		" report_id = 'r2';"
		"update payload p set domain = 'unknown' from report r where r.digest = p.digest "
		"and"
		" report_id = 'r2';"
		"insert into day_policy select 'unknown', day, trust, policy_type, policy_key, 1, "
		"12, 1, submitter from"
		" day_policy; update day_policy set reports = 2, success = success - 12, failure = "
		"2 where"
		" domain = 'd.example';"
		"insert into day_failure select 'unknown', day, trust, submitter, policy_type, "
		"policy_key,"
		" result_type, receiving_mx_hostname, receiving_ip, 1, 1, 0 from day_failure;"
		"update day_failure set sessions = 2, details = 2 where domain = 'd.example'; "
		"commit");
	struct reread_counts counts = reread();
	g_assert_cmpuint(counts.changed, ==, 1);
	database_expect(db, "select count(*)::text from report where domain = 'unknown'", "0");
	assert_totals();
}

static void
test_quarantine(void)
{
	start_afresh(3);
	g_autofree char *body = g_strdup_printf(report_json, 7, 70);
	g_assert_cmpint(put(url, body, "not understood yet"), ==, SINK_QUARANTINED);
	g_assert_cmpint(put(url, "{\"policies\":[", NULL), ==, SINK_QUARANTINED);
	struct reread_counts counts = reread();
	g_assert_cmpuint(counts.quarantine, ==, 2);
	g_assert_cmpuint(counts.recovered, ==, 1);
	database_expect(db,
		"select format('%s %s', counted, trust) from report where report_id = 'r7'",
		"t dkim");
	database_expect(db, "select count(*)::text from quarantine", "1");
	database_expect(db, "select sum(success)::text from day_policy", "103");
}

/* ---- roles ---- */

static bool
may(const char *role, const char *sql)
{
	GError *error = NULL;
	g_autofree char *as_role = g_strdup_printf("%s options='-c role=%s'", url, role);
	struct db *other = db_open(as_role, &error);
	g_assert_no_error(error);
	bool fine = db_script(other, sql, &error);
	if (!fine)
		g_assert_error(error, DB_ERROR, DB_ERROR_REFUSED);
	g_clear_error(&error);
	db_close(other);
	return fine;
}

static void
test_roles(void)
{
	static const struct {
		const char *sql;
		bool ingest, read;
	} rows[] = {
		{ "select 1 from report, report_policy, failure_detail, day_policy, day_failure",
			true, true },
		{ "delete from report", false, false },
		{ "delete from day_policy", false, false },
		{ "truncate payload", false, false },
		{ "update report set organization = 'x'", false, false },
		{ "update report_policy set success = 0", false, false },
		{ "insert into domain values ('x.example', '2026-01-01', 'x', '{}')", false,
			false },
		{ "delete from quarantine", false, false },
		{ "drop table report", false, false },
		{ "insert into policy_text values ('x', 'x', 'x', '{}')", true, false },
		{ "update policy_text set policy_string = '{x}'", false, false },
	};
	start_afresh(1);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		if (may("stsready_ingest", rows[i].sql) != rows[i].ingest ||
			may("stsready_read", rows[i].sql) != rows[i].read)
			g_error("%s: not what the roles may", rows[i].sql);

	/* and the one that may add can do all that adding takes */
	g_autofree char *as_role = g_strdup_printf("%s options='-c role=stsready_ingest'", url);
	g_autofree char *fresh = g_strdup_printf(report_json, 5, 5);
	g_autofree char *conflict = g_strdup_printf(report_json, 5, 6);
	g_assert_cmpint(put(as_role, fresh, NULL), ==, SINK_NEW);
	g_assert_cmpint(put(as_role, fresh, NULL), ==, SINK_SEEN);
	g_assert_cmpint(put(as_role, conflict, NULL), ==, SINK_CONFLICT);
	g_assert_cmpint(put(as_role, "{\"policies\":[", NULL), ==, SINK_QUARANTINED);
}

int
main(int argc, char **argv)
{
	GError *error = NULL;
	int applied;
	g_test_init(&argc, &argv, NULL);
	url = database_make("reread");
	db = db_open(url, &error);
	g_assert_no_error(error);
	migrate_run(db, &applied, &error);
	g_assert_no_error(error);
	g_test_add_func("/reread/unchanged", test_unchanged);
	g_test_add_func("/reread/changed", test_changed);
	g_test_add_func("/reread/moved", test_moved);
	g_test_add_func("/reread/quarantine", test_quarantine);
	g_test_add_func("/roles", test_roles);
	int status = g_test_run();
	db_close(db);
	database_drop(url);
	return status;
}
