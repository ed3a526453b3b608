/* What a connection may do. */
#include "sql/session.h"

#include "sql/statements.h"

bool
session_read_only(struct db *db, GError **error)
{
	return db_run(db, &sql_session_read_only, NULL, NULL, error);
}
