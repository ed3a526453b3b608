/* The day before which reports are taken in no more. */
#include "sql/pruned.h"

#include "sql/statements.h"

bool
pruned_before(struct db *db, int32_t *day, GError **error)
{
	g_autoptr(db_result) result = NULL;
	if (!db_run(db, &sql_pruned_before, NULL, &result, error))
		return false;
	*day = db_rows(result) > 0 ? db_day(result, 0, 0) : 0;
	return true;
}

bool
pruned_move(struct db *db, int32_t day, GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	row_date(values, day);
	return db_run(db, &sql_pruned_move, values, NULL, error);
}
