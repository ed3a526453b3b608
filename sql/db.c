/* Connections, statements and COPY on libpq. */
#include "sql/db.h"

#include <string.h>

#include "sql/db_result.h"

struct db {
	char *url;
	PGconn *pg;
	GHashTable *prepared; /* names of statements this connection has prepared */
	GPtrArray *pointers;  /* scratch: const char * of parameters */
	GArray *lengths, *formats;
};

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

static void
set_connection_error(PGconn *pg, const char *what, GError **error)
{
	g_autofree char *line = one_line(PQerrorMessage(pg));
	g_set_error(error, DB_ERROR, DB_ERROR_AWAY, "%s: %s", what, line);
}

static void
set_result_error(PGconn *pg, const PGresult *result, const char *what, GError **error)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	if (message == NULL) {
		set_connection_error(pg, what, error);
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
	g_hash_table_remove_all(db->prepared);
	return connect_now(db, error);
}

bool
db_alive(const struct db *db)
{
	return PQstatus(db->pg) == CONNECTION_OK;
}

bool
db_in_transaction(const struct db *db)
{
	PGTransactionStatusType status = PQtransactionStatus(db->pg);
	return status == PQTRANS_INTRANS || status == PQTRANS_INERROR || status == PQTRANS_ACTIVE;
}

/* Takes ownership of result; true where it tells of success. */
static bool
accept_result(
	struct db *db, PGresult *result, const char *what, struct db_result **out, GError **error)
{
	ExecStatusType status = PQresultStatus(result);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
		set_result_error(db->pg, result, what, error);
		PQclear(result);
		return false;
	}
	if (out != NULL)
		*out = db_result_wrap(result);
	else
		PQclear(result);
	return true;
}

static bool
run_words(struct db *db, const char *words, GError **error)
{
	return accept_result(db, PQexec(db->pg, words), words, NULL, error);
}

bool
db_begin(struct db *db, GError **error)
{
	return run_words(db, "begin", error);
}

bool
db_commit(struct db *db, GError **error)
{
	PGresult *result = PQexec(db->pg, "commit");
	/* A failed transaction answers COMMIT with ROLLBACK, and that is no error to libpq. */
	bool rolled_back = strcmp(PQcmdStatus(result), "ROLLBACK") == 0;
	if (!accept_result(db, result, "commit", NULL, error))
		return false;
	if (rolled_back)
		g_set_error(
			error, DB_ERROR, DB_ERROR_RETRY, "commit: the transaction was rolled back");
	return !rolled_back;
}

void
db_rollback(struct db *db)
{
	if (PQstatus(db->pg) == CONNECTION_OK && db_in_transaction(db))
		PQclear(PQexec(db->pg, "rollback"));
}

bool
db_script(struct db *db, const char *sql, GError **error)
{
	return accept_result(db, PQexec(db->pg, sql), "migration", NULL, error);
}

static bool
prepare(struct db *db, const struct statement *statement, GError **error)
{
	if (g_hash_table_contains(db->prepared, statement->name))
		return true;
	PGresult *result = PQprepare(db->pg, statement->name, statement->sql, 0, NULL);
	if (!accept_result(db, result, statement->name, NULL, error))
		return false;
	g_hash_table_add(db->prepared, (char *)statement->name);
	return true;
}

/* Lays count values from first on out as libpq wants them. */
static void
lay_out(struct db *db, const struct row_values *values, size_t first, size_t count)
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
	if (!prepare(db, statement, error))
		return false;
	size_t count = values != NULL ? row_values_count(values) : 0;
	if (count > 0)
		lay_out(db, values, 0, count);
	PGresult *pg = PQexecPrepared(db->pg, statement->name, (int)count,
		(const char *const *)db->pointers->pdata, (const int *)db->lengths->data,
		(const int *)db->formats->data, 1);
	return accept_result(db, pg, statement->name, result, error);
}

/* The largest size that is not larger than rows. */
static const struct statement *
fitting(const struct statement_rows *statement, size_t rows)
{
	for (size_t i = 0; i < statement->n_sizes; i++)
		if ((size_t)statement->sizes[i].rows <= rows)
			return &statement->sizes[i];
	g_assert_not_reached(); /* every statement has a size of one */
}

static bool
prepare_all(struct db *db, const struct statement_rows *statement, size_t rows, GError **error)
{
	while (rows > 0) {
		const struct statement *piece = fitting(statement, rows);
		if (!prepare(db, piece, error))
			return false;
		rows %= (size_t)piece->rows;
	}
	return true;
}

/* Sends all pieces and a sync; false where the connection broke. */
static bool
send_pieces(struct db *db, const struct statement_rows *statement, const struct row_values *values,
	size_t rows)
{
	size_t width = (size_t)statement->sizes[0].row_width, first = 0;
	while (rows > 0) {
		const struct statement *piece = fitting(statement, rows);
		size_t count = (size_t)piece->rows * width;
		lay_out(db, values, first, count);
		if (!PQsendQueryPrepared(db->pg, piece->name, (int)count,
			    (const char *const *)db->pointers->pdata,
			    (const int *)db->lengths->data, (const int *)db->formats->data, 1))
			return false;
		first += count;
		rows -= (size_t)piece->rows;
	}
	return PQpipelineSync(db->pg) == 1;
}

struct row_taker {
	void (*each)(void *user, const struct db_result *result, int row);
	void *user;
};

/* Reads results up to the sync; keeps the first error, hands rows over only before it. */
static bool
receive_pieces(struct db *db, const char *what, const struct row_taker *taker, GError **error)
{
	bool fine = true;
	for (;;) {
		PGresult *pg = PQgetResult(db->pg);
		if (pg == NULL) {
			if (PQstatus(db->pg) == CONNECTION_OK)
				continue; /* the end of one piece */
			if (fine)
				set_connection_error(db->pg, what, error);
			return false;
		}
		ExecStatusType status = PQresultStatus(pg);
		if (status == PGRES_PIPELINE_SYNC) {
			PQclear(pg);
			return fine;
		}
		if (!fine || status == PGRES_PIPELINE_ABORTED) {
			PQclear(pg);
			continue;
		}
		g_autoptr(db_result) result = NULL;
		fine = accept_result(db, pg, what, &result, error);
		for (int row = 0; fine && taker->each != NULL && row < db_rows(result); row++)
			taker->each(taker->user, result, row);
	}
}

bool
db_run_rows(struct db *db, const struct statement_rows *statement, const struct row_values *values,
	void (*each)(void *, const struct db_result *, int), void *user, GError **error)
{
	const char *what = statement->sizes[0].name;
	size_t rows = row_values_count(values) / (size_t)statement->sizes[0].row_width;
	struct row_taker taker = { each, user };

	if (rows == 0)
		return true;
	if (!prepare_all(db, statement, rows, error))
		return false;
	if (!PQenterPipelineMode(db->pg) || !send_pieces(db, statement, values, rows)) {
		set_connection_error(db->pg, what, error);
		return false;
	}
	bool fine = receive_pieces(db, what, &taker, error);
	PQexitPipelineMode(db->pg);
	return fine;
}

/* The stream of COPY (format binary), PostgreSQL 15 manual, COPY, "Binary Format". */
#define COPY_HEAD "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"
#define COPY_PIECE_BYTES (64u << 10)

static void
put_int(GByteArray *to, uint32_t value, unsigned bytes)
{
	uint8_t wire[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
		(uint8_t)value };
	g_byte_array_append(to, wire + 4 - bytes, bytes);
}

static bool
flush_copy(struct db *db, GByteArray *piece)
{
	int sent = piece->len == 0
			   ? 1
			   : PQputCopyData(db->pg, (const char *)piece->data, (int)piece->len);
	g_byte_array_set_size(piece, 0);
	return sent == 1;
}

static bool
send_copy(struct db *db, const struct row_values *values, size_t width)
{
	g_autoptr(GByteArray) piece = g_byte_array_sized_new(COPY_PIECE_BYTES + 4096);
	g_byte_array_append(piece, (const uint8_t *)COPY_HEAD, 19);
	for (size_t i = 0; i < row_values_count(values); i++) {
		int length;
		const char *value = row_value(values, i, &length);
		if (i % width == 0)
			put_int(piece, (uint32_t)width, 2);
		put_int(piece, value == NULL ? UINT32_MAX : (uint32_t)length, 4);
		if (value != NULL)
			g_byte_array_append(piece, (const uint8_t *)value, (guint)length);
		if (piece->len >= COPY_PIECE_BYTES && !flush_copy(db, piece))
			return false;
	}
	put_int(piece, UINT16_MAX, 2);
	return flush_copy(db, piece);
}

bool
db_copy(struct db *db, const struct statement *statement, const struct row_values *values,
	size_t width, GError **error)
{
	if (row_values_count(values) == 0)
		return true;
	PGresult *begun = PQexec(db->pg, statement->sql);
	if (PQresultStatus(begun) != PGRES_COPY_IN) {
		set_result_error(db->pg, begun, statement->name, error);
		PQclear(begun);
		return false;
	}
	PQclear(begun);

	bool sent = send_copy(db, values, width);
	if (PQputCopyEnd(db->pg, sent ? NULL : "client could not send") != 1) {
		set_connection_error(db->pg, statement->name, error);
		return false;
	}
	bool fine = accept_result(db, PQgetResult(db->pg), statement->name, NULL, error);
	for (PGresult *rest; (rest = PQgetResult(db->pg)) != NULL;)
		PQclear(rest);
	return fine;
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
	if (!prepare(db, statement, error))
		return false;
	size_t count = values != NULL ? row_values_count(values) : 0;
	if (count > 0)
		lay_out(db, values, 0, count);
	if (!PQsendQueryPrepared(db->pg, statement->name, (int)count,
		    (const char *const *)db->pointers->pdata, (const int *)db->lengths->data,
		    (const int *)db->formats->data, 1) ||
		!PQsetSingleRowMode(db->pg)) {
		set_connection_error(db->pg, statement->name, error);
		return false;
	}
	bool fine = true, wanted = true;
	for (PGresult *pg; (pg = PQgetResult(db->pg)) != NULL;) {
		ExecStatusType status = PQresultStatus(pg);
		if (status != PGRES_SINGLE_TUPLE) {
			fine = accept_result(db, pg, statement->name, NULL, fine ? error : NULL) &&
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
