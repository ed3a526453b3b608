/* One domain's questions are answered from its own rows: no plan reads a whole table. */
#include <string.h>

#include "sql/migrate.h"
#include "sql/statements.h"
#include "tests/db/database.h"

/* Twenty thousand reports about five hundred domains. */
static const char many_sql[] =
	"insert into report select 'd' || i % 500, sha256(i::text::bytea), null, 's', i::text,"
	" null, '2026-01-01Z', '2026-01-02Z', date '2026-01-01' + i / 500, '2026-01-02Z', 'mail',"
	" null, 'dkim', 4, array[i], '{}', '{}', true, false, 1 from generate_series(1, 20000) i;"
	"insert into report_policy select domain, digest, 0, 'sts', domain, '\\x00', '{}', null,"
	" '{}', 20, 3 from report where submitter = 's';"
	"insert into failure_detail select domain, digest, 0, 0, 'certificate-expired', null, null,"
	" null, null, 1, null, null from report where submitter = 's';"
	"analyze report; analyze report_policy; analyze failure_detail";

static char *
plan(struct db *db, const struct statement *look, int parameters)
{
	GError *error = NULL;
	g_autofree char *sql = g_strdup_printf("explain %s", look->sql);
	const struct statement explain = { sql, sql, 1, 0 };
	g_autoptr(row_values) values = row_values_new();
	g_autoptr(db_result) result = NULL;
	row_text(values, "d77");
	while (--parameters > 0)
		row_null(values);
	g_assert_true(db_run(db, &explain, values, &result, &error));
	g_assert_no_error(error);
	GString *lines = g_string_new(NULL);
	for (int row = 0; row < db_rows(result); row++)
		g_string_append_printf(lines, "%s\n", db_text(result, row, 0));
	return g_string_free(lines, FALSE);
}

static void
test_look(void)
{
	int applied;
	GError *error = NULL;
	g_autofree char *url = database_make("look_plan");
	struct db *db = db_open(url, &error);
	g_assert_true(migrate_run(db, &applied, &error));
	g_assert_no_error(error);
	g_assert_true(db_script(db, many_sql, &error));
	g_assert_no_error(error);
	g_autofree char *reports = plan(db, &sql_look_reports, 6);
	g_autofree char *failures = plan(db, &sql_look_failures, 7);
	for (int i = 0; i < 2; i++) {
		const char *lines = i == 0 ? reports : failures;
		if (strstr(lines, "Seq Scan on report") != NULL ||
			strstr(lines, "Seq Scan on failure_detail") != NULL)
			g_error("one domain's query reads a whole table:\n%s", lines);
	}
	db_close(db);
	database_drop(g_steal_pointer(&url));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/look-plan/one-domain", test_look);
	return g_test_run();
}
