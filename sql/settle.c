/* Deciding which of several reports under one identity counts. */
#include "sql/settle.h"

#include "ingest/instant.h"
#include "sql/rollup.h"
#include "sql/statements.h"

/* Marks one report of the answer and moves the sums accordingly. */
static bool
set_counted(struct db *db, const char *domain, const struct db_result *reports, int row,
	bool counted, GError **error)
{
	size_t length;
	const uint8_t *digest = db_bytes(reports, row, 0, &length);
	g_autoptr(row_values) values = row_values_new();
	row_text(values, domain);
	row_bytes(values, digest, length);
	row_bool(values, counted);
	return db_run(db, &sql_report_count, values, NULL, error) &&
	       rollup_move(db, domain, digest, length, counted ? 1 : -1, error);
}

bool
settle_identity(struct db *db, const struct identity *identity, GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	row_text(values, identity->domain);
	row_date(values, instant_day(identity->start));
	row_text(values, identity->submitter);
	row_text(values, identity->report_id);
	row_timestamp(values, identity->start);
	row_timestamp(values, identity->end);

	g_autoptr(db_result) reports = NULL;
	if (!db_run(db, &sql_report_identity, values, &reports, error))
		return false;
	if (db_rows(reports) == 0 || db_bool(reports, 0, 1))
		return true;
	/* the one that counts steps down first: report_identity is unique */
	for (int row = 1; row < db_rows(reports); row++)
		if (db_bool(reports, row, 1) &&
			!set_counted(db, identity->domain, reports, row, false, error))
			return false;
	return set_counted(db, identity->domain, reports, 0, true, error);
}
