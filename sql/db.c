/* Connections, statements and COPY on libpq. */
#include "sql/db.h"

#include <string.h>

#include "sql/db_connection.h"

G_DEFINE_QUARK(stsready - db - error, db_error)

/* What an SQLSTATE means for the caller (PostgreSQL 15 manual, appendix A); most specific first. */
static const struct {
	const char *prefix;
	enum db_error code;
} meanings[] = {
	{ "08", DB_ERROR_AWAY },     /* connection exception */
	{ "57P", DB_ERROR_AWAY },    /* shutdown, crash, cannot connect now, idle time-out */
	{ "25006", DB_ERROR_AWAY },  /* read-only: a standby not yet promoted */
	{ "40", DB_ERROR_RETRY },    /* deadlock, serialization */
	{ "55P03", DB_ERROR_RETRY }, /* lock not available */
	{ "57014", DB_ERROR_RETRY }, /* query cancelled */
	{ "53", DB_ERROR_RESOURCE }, /* disk full, out of memory, too many connections */
	{ "58", DB_ERROR_RESOURCE }, /* system error: I/O */
	{ "XX", DB_ERROR_RESOURCE }, /* internal: not the values' fault as far as one can tell */
	{ "22", DB_ERROR_VALUE },    /* data exception */
	{ "23", DB_ERROR_VALUE },    /* constraint violation */
	{ "54", DB_ERROR_VALUE },    /* program limit: index row too wide */
};

static enum db_error
meaning(PGconn *pg, const char *state)
{
	for (size_t i = 0; state != NULL && i < G_N_ELEMENTS(meanings); i++)
		if (g_str_has_prefix(state, meanings[i].prefix))
			return meanings[i].code;
	if (state == NULL || PQstatus(pg) == CONNECTION_BAD)
		return DB_ERROR_AWAY;
	return DB_ERROR_REFUSED;
}

/* libpq's messages end in a line feed and may have several lines; errors here have one. */
static char *
one_line(const char *message)
{
	char *line = g_strstrip(g_strdup(message));
	return g_strdelimit(line, "\n\t", ' ');
}

void
db_set_connection_error(PGconn *pg, const char *what, GError **error)
{
	g_autofree char *line = one_line(PQerrorMessage(pg));
	g_set_error(error, DB_ERROR, DB_ERROR_AWAY, "%s: %s", what, line);
}

void
db_set_result_error(PGconn *pg, const PGresult *result, const char *what, GError **error)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	if (message == NULL) {
		db_set_connection_error(pg, what, error);
		return;
	}
	g_autofree char *line = one_line(message);
	g_set_error(error, DB_ERROR, meaning(pg, state), "%s: %s (%s)", what, line,
		state != NULL ? state : "no code");
}

static void
ignore_notice(void *user, const PGresult *result)
{
	(void)user;
	(void)result;
}

/* Whether a failure to connect is one that waiting may mend: a server that answers with an SQLSTATE
   of its own (wrong password, no such database) does not say "later". */
static enum db_error
connect_meaning(const char *message)
{
	static const char *const refusals[] = { "authentication failed", "does not exist",
		"no pg_hba.conf entry", "permission denied for database", "no password supplied",
		"invalid connection option", "missing \"=\"", "invalid URI",
		"is not permitted to log in" };
	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++)
		if (strstr(message, refusals[i]) != NULL)
			return DB_ERROR_REFUSED;
	return DB_ERROR_AWAY;
}

static bool
connect_now(struct db *db, GError **error)
{
	/* Words of the url, which stands last, win over the defaults before it.  A network that
	   swallows everything must show within ten seconds, not after the kernel's quarter of an
	   hour. */
	const char *const names[] = { "connect_timeout", "tcp_user_timeout", "keepalives_idle",
		"keepalives_interval", "fallback_application_name", "client_encoding", "dbname",
		NULL };
	const char *const values[] = { "10", "10000", "5", "2", "stsready", "UTF8", db->url, NULL };

	db->pg = PQconnectdbParams(names, values, 1);
	if (PQstatus(db->pg) == CONNECTION_OK) {
		PQsetNoticeReceiver(db->pg, ignore_notice, NULL);
		return true;
	}
	g_autofree char *line = one_line(PQerrorMessage(db->pg));
	g_set_error(error, DB_ERROR, connect_meaning(line), "%s", line);
	return false;
}

struct db *
db_open(const char *url, GError **error)
{
	struct db *db = g_new0(struct db, 1);
	db->url = g_strdup(url);
	db->prepared = g_hash_table_new(g_str_hash, g_str_equal);
	db->posted = g_ptr_array_new_with_free_func(db_post_free);
	db->pointers = g_ptr_array_new();
	db->lengths = g_array_new(FALSE, FALSE, sizeof(int));
	db->formats = g_array_new(FALSE, FALSE, sizeof(int));
	if (!connect_now(db, error)) {
		db_close(db);
		return NULL;
	}
	return db;
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	PQfinish(db->pg);
	g_hash_table_unref(db->prepared);
	g_ptr_array_unref(db->posted);
	g_ptr_array_unref(db->pointers);
	g_array_unref(db->lengths);
	g_array_unref(db->formats);
	g_free(db->url);
	g_free(db);
}

bool
db_reconnect(struct db *db, GError **error)
{
	PQfinish(db->pg);
	db->pg = NULL;
	db_drop_posted(db);
	g_hash_table_remove_all(db->prepared);
	return connect_now(db, error);
}

bool
db_alive(const struct db *db)
{
	return PQstatus(db->pg) == CONNECTION_OK;
}

int
db_socket(const struct db *db)
{
	return PQsocket(db->pg);
}

bool
db_accept_result(
	struct db *db, PGresult *result, const char *what, struct db_result **out, GError **error)
{
	ExecStatusType status = PQresultStatus(result);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
		db_set_result_error(db->pg, result, what, error);
		PQclear(result);
		return false;
	}
	if (out != NULL)
		*out = db_result_wrap(result);
	else
		PQclear(result);
	return true;
}

bool
db_script(struct db *db, const char *sql, GError **error)
{
	return db_send_posted(db, error) &&
	       db_accept_result(db, PQexec(db->pg, sql), "migration", NULL, error);
}

bool
db_prepare(struct db *db, const struct statement *statement, GError **error)
{
	if (g_hash_table_contains(db->prepared, statement->name))
		return true;
	PGresult *result = PQprepare(db->pg, statement->name, statement->sql, 0, NULL);
	if (!db_accept_result(db, result, statement->name, NULL, error))
		return false;
	g_hash_table_add(db->prepared, (char *)statement->name);
	return true;
}

/* Lays count values from first on out as libpq wants them. */
void
db_lay_out(struct db *db, const struct row_values *values, size_t first, size_t count)
{
	const int binary = 1;
	g_ptr_array_set_size(db->pointers, 0);
	g_array_set_size(db->lengths, 0);
	g_array_set_size(db->formats, 0);
	for (size_t i = 0; i < count; i++) {
		int length;
		const char *value = row_value(values, first + i, &length);
		g_ptr_array_add(db->pointers, (gpointer)value);
		g_array_append_val(db->lengths, length);
		g_array_append_val(db->formats, binary);
	}
}

bool
db_run(struct db *db, const struct statement *statement, const struct row_values *values,
	struct db_result **result, GError **error)
{
	if (!db_send_posted(db, error) || !db_prepare(db, statement, error))
		return false;
	size_t count = values != NULL ? row_values_count(values) : 0;
	if (count > 0)
		db_lay_out(db, values, 0, count);
	PGresult *pg = PQexecPrepared(db->pg, statement->name, (int)count,
		(const char *const *)db->pointers->pdata, (const int *)db->lengths->data,
		(const int *)db->formats->data, 1);
	return db_accept_result(db, pg, statement->name, result, error);
}

/* Ends the query that runs: the rest of its rows is of no interest. */
static void
cancel(struct db *db)
{
	char why[256];
	PGcancel *request = PQgetCancel(db->pg);
	PQcancel(request, why, sizeof why);
	PQfreeCancel(request);
}

bool
db_stream(struct db *db, const struct statement *statement, const struct row_values *values,
	bool (*each)(void *, const struct db_result *, int), void *user, GError **error)
{
	if (!db_send_posted(db, error) || !db_prepare(db, statement, error))
		return false;
	size_t count = values != NULL ? row_values_count(values) : 0;
	if (count > 0)
		db_lay_out(db, values, 0, count);
	if (!PQsendQueryPrepared(db->pg, statement->name, (int)count,
		    (const char *const *)db->pointers->pdata, (const int *)db->lengths->data,
		    (const int *)db->formats->data, 1) ||
		!PQsetSingleRowMode(db->pg)) {
		db_set_connection_error(db->pg, statement->name, error);
		return false;
	}
	bool fine = true, wanted = true;
	for (PGresult *pg; (pg = PQgetResult(db->pg)) != NULL;) {
		ExecStatusType status = PQresultStatus(pg);
		if (status != PGRES_SINGLE_TUPLE) {
			fine = db_accept_result(
				       db, pg, statement->name, NULL, fine ? error : NULL) &&
			       fine;
			continue;
		}
		g_autoptr(db_result) result = db_result_wrap(pg);
		if (wanted && !each(user, result, 0)) {
			wanted = false;
			error = NULL; /* of what cancelling brings */
			cancel(db);
		}
	}
	return fine || !wanted;
}
