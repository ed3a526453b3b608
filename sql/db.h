/* The one module that knows libpq: connections, statements, results, COPY, and what an error means
   for the caller. */
#pragma once

#include "sql/row.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* What a failure means for who gets it; the domain is DB_ERROR. */
enum db_error {
	DB_ERROR_AWAY,  /* no connection, starting up, shutting down, terminated: try again later */
	DB_ERROR_RETRY, /* deadlock, serialization, lock time-out: the same again, at once */
	DB_ERROR_RESOURCE, /* disk full, out of memory, too many connections: later, perhaps */
	DB_ERROR_VALUE,    /* the values are at fault: the same would fail again */
	DB_ERROR_REFUSED,  /* permission, authentication, missing or older schema, no such database
			    */
};
#define DB_ERROR (db_error_quark())
GQuark db_error_quark(void);

/* A statement, made from a .sql file at build time; see sql/embed.c. */
struct statement {
	const char *name;
	const char *sql;
	int rows;      /* how many times its VALUES row stands in it; 1 where it has none */
	int row_width; /* parameters a VALUES row takes; 0 where it has none */
};

/* One statement in several sizes, largest first: for multi-row VALUES. */
struct statement_rows {
	const struct statement *sizes;
	size_t n_sizes;
};

/* A step of the schema, from sql/migrate/NNNN_what.sql. */
struct migration {
	int number;
	const char *name;
	const char *sql;
};

struct db;
struct db_result;

/* Connects; url is a libpq connection string or URI ("" for PG* variables).  NULL with error. */
struct db *db_open(const char *url, GError **error);
void db_close(struct db *db);

/* Drops the connection and makes a new one. */
bool db_reconnect(struct db *db, GError **error);

/* Whether the connection held at its last use. */
bool db_alive(const struct db *db);

/* The socket of the connection; -1: it does not hold. */
int db_socket(const struct db *db);

/* Begins a transaction: the word goes out with what is run first, so it costs no wait. */
void db_begin(struct db *db);
/* Sends what was posted and commits, in one wait. */
bool db_commit(struct db *db, GError **error);
/* Rolls back if a transaction is open; failures show at the next statement. */
void db_rollback(struct db *db);

/* Runs a prepared statement (prepared on first use).  values may be NULL; result may be NULL where
   no rows are wanted. */
bool db_run(struct db *db, const struct statement *statement, const struct row_values *values,
	struct db_result **result, GError **error);

/* Runs one multi-row statement over all rows in values (a multiple of row_width), in as few pieces
   as its sizes allow, pipelined.  each is called for every result row; may be NULL. */
bool db_run_rows(struct db *db, const struct statement_rows *statement,
	const struct row_values *values,
	void (*each)(void *user, const struct db_result *result, int row), void *user,
	GError **error);

/* The same without waiting: it goes out with what is run next, at the latest with the commit, and
   its failure is told there.  Takes over values. */
void db_post_rows(struct db *db, const struct statement_rows *statement, struct row_values *values);

/* Runs SQL text with several statements and no parameters: migrations only. */
bool db_script(struct db *db, const char *sql, GError **error);

/* COPY ... FROM STDIN (format binary): statement is the COPY, values its rows of width columns. */
bool db_copy(struct db *db, const struct statement *statement, const struct row_values *values,
	size_t width, GError **error);

/* Runs a query in single-row mode and hands every row to each, so that a long answer takes no
   memory; each returns false to stop. */
bool db_stream(struct db *db, const struct statement *statement, const struct row_values *values,
	bool (*each)(void *user, const struct db_result *result, int row), void *user,
	GError **error);

/* Results are binary.  Columns count from 0; a null reads as NULL, 0 or false. */
int db_rows(const struct db_result *result);
bool db_is_null(const struct db_result *result, int row, int column);
const char *db_text(
	const struct db_result *result, int row, int column);        /* lives as long as result */
int64_t db_int(const struct db_result *result, int row, int column); /* int2, int4, int8 */
bool db_bool(const struct db_result *result, int row, int column);
int64_t db_instant(
	const struct db_result *result, int row, int column);        /* timestamptz -> seconds */
int32_t db_day(const struct db_result *result, int row, int column); /* date -> days */
const uint8_t *db_bytes(const struct db_result *result, int row, int column, size_t *length);
char **db_text_array(const struct db_result *result, int row, int column); /* g_strfreev it */
GArray *db_int8_array(
	const struct db_result *result, int row, int column); /* of int64_t; g_array_unref it */
void db_result_free(struct db_result *result);
typedef struct db_result db_result;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(db_result, db_result_free)
