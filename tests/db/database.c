/* A database of its own for each test. */
#include "tests/db/database.h"

#include <string.h>

#include "sql/db.h"

/* The server's own database, in the form of keywords: a further dbname replaces the one in it. */
static const char *
server_url(void)
{
	const char *url = g_getenv("STSREADY_TEST_DATABASE");
	if (url == NULL)
		g_error("STSREADY_TEST_DATABASE is not set: run the tests with ctest");
	return url;
}

static void
run(struct db *db, char *sql)
{
	GError *error = NULL;
	db_script(db, sql, &error);
	g_assert_no_error(error);
	g_free(sql);
}

static struct db *
open_server(void)
{
	GError *error = NULL;
	struct db *db = db_open(server_url(), &error);
	g_assert_no_error(error);
	return db;
}

char *
database_make(const char *name)
{
	struct db *db = open_server();
	run(db, g_strdup_printf("drop database if exists \"test_%s\" with (force)", name));
	run(db, g_strdup_printf("create database \"test_%s\"", name));
	db_close(db);
	return g_strdup_printf("%s dbname=test_%s", server_url(), name);
}

void
database_drop(char *url)
{
	const char *name = strstr(url, "dbname=test_") + strlen("dbname=");
	struct db *db = open_server();
	run(db, g_strdup_printf("drop database \"%s\" with (force)", name));
	db_close(db);
	g_free(url);
}

char *
database_ask(struct db *db, const char *sql)
{
	struct statement statement = { sql, sql, 1, 0 };
	g_autoptr(db_result) result = NULL;
	GError *error = NULL;
	db_run(db, &statement, NULL, &result, &error);
	g_assert_no_error(error);
	return g_strdup(db_rows(result) > 0 ? db_text(result, 0, 0) : "");
}

void
database_expect(struct db *db, const char *sql, const char *want)
{
	g_autofree char *got = database_ask(db, sql);
	if (!g_str_equal(got, want))
		g_error("%s:\n got %s\nwant %s", sql, got, want);
}

void
database_change(struct db *db, const char *sql)
{
	GError *error = NULL;
	db_script(db, sql, &error);
	g_assert_no_error(error);
}
