/* The schema: numbered migrations under an advisory lock. */
#include "sql/migrate.h"

#include "sql/statements.h"

int
migrate_newest(void)
{
	return sql_migrations[sql_migrations_count - 1].number;
}

/* The newest migration that the database has; 0 where it has no schema. */
static bool
version(struct db *db, int *newest, GError **error)
{
	g_autoptr(db_result) exists = NULL, answer = NULL;
	*newest = 0;
	if (!db_run(db, &sql_migration_exists, NULL, &exists, error))
		return false;
	if (!db_bool(exists, 0, 0))
		return true;
	if (!db_run(db, &sql_migration_newest, NULL, &answer, error))
		return false;
	*newest = (int)db_int(answer, 0, 0);
	return true;
}

static bool
refuse_newer(int newest, GError **error)
{
	if (newest <= migrate_newest())
		return true;
	g_set_error(error, DB_ERROR, DB_ERROR_REFUSED,
		"the database is at version %d, this program knows %d: upgrade stsready", newest,
		migrate_newest());
	return false;
}

bool
migrate_check(struct db *db, GError **error)
{
	int newest;
	if (!version(db, &newest, error) || !refuse_newer(newest, error))
		return false;
	if (newest == migrate_newest())
		return true;
	if (newest == 0)
		g_set_error(error, DB_ERROR, DB_ERROR_REFUSED,
			"the database has no tables of stsready yet: run `stsready init`");
	else
		g_set_error(error, DB_ERROR, DB_ERROR_REFUSED,
			"the database is at version %d of %d: run `stsready init`", newest,
			migrate_newest());
	return false;
}

/* Reports hold names and text of the whole world. */
static bool
check_encoding(struct db *db, GError **error)
{
	g_autoptr(db_result) answer = NULL;
	if (!db_run(db, &sql_server_encoding, NULL, &answer, error))
		return false;
	if (g_strcmp0(db_text(answer, 0, 0), "UTF8") == 0)
		return true;
	g_set_error(error, DB_ERROR, DB_ERROR_REFUSED,
		"the database stores text as %s: create one with encoding UTF8",
		db_text(answer, 0, 0));
	return false;
}

static bool
note_applied(struct db *db, const struct migration *migration, GError **error)
{
	g_autoptr(row_values) values = row_values_new();
	row_int4(values, migration->number);
	row_text(values, migration->name);
	row_timestamp(values, g_get_real_time() / G_USEC_PER_SEC);
	return db_run(db, &sql_migration_applied, values, NULL, error);
}

/* The first migration above newest; NULL: none. */
static const struct migration *
next_after(int newest)
{
	for (int i = 0; i < sql_migrations_count; i++)
		if (sql_migrations[i].number > newest)
			return &sql_migrations[i];
	return NULL;
}

/* Applies the next migration, if any, with the lock held: another machine may have applied it while
   this one waited. */
static bool
apply_next(struct db *db, bool *applied, GError **error)
{
	int newest;
	if (!db_run(db, &sql_migration_lock, NULL, NULL, error) ||
		!db_run(db, &sql_migration_table, NULL, NULL, error) ||
		!version(db, &newest, error) || !refuse_newer(newest, error))
		return false;
	const struct migration *next = next_after(newest);
	*applied = next != NULL;
	if (next == NULL)
		return true;
	if (!db_script(db, next->sql, error)) {
		g_prefix_error(error, "%s: ", next->name);
		return false;
	}
	return note_applied(db, next, error);
}

/* What may change without a new version: roles made since, the Citus extension added since. */
static bool
settle_access(struct db *db, GError **error)
{
	db_begin(db);
	if (db_run(db, &sql_migration_lock, NULL, NULL, error) &&
		db_run(db, &sql_grants, NULL, NULL, error) &&
		db_run(db, &sql_distribute, NULL, NULL, error) && db_commit(db, error))
		return true;
	db_rollback(db);
	return false;
}

bool
migrate_run(struct db *db, int *applied, GError **error)
{
	int count = 0;
	bool more = true;
	if (!check_encoding(db, error))
		return false;
	while (more) {
		db_begin(db);
		if (!apply_next(db, &more, error) || !db_commit(db, error)) {
			db_rollback(db);
			return false;
		}
		count += more;
	}
	if (!settle_access(db, error))
		return false;
	*applied = count;
	return true;
}
