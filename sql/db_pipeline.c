/* Statements sent without waiting for the answer to each: begin, what was posted, multi-row
   statements, commit.  One wait for the network and for the server's process is all they cost. */
#include "sql/db_connection.h"

#include <string.h>

struct db_post {
	const struct statement_rows *statement;
	struct row_values *values;
};

/* One pipeline: what was sent, in order, so that answers find what they are for. */
struct pipeline {
	struct db *db;
	GPtrArray *sent;  /* const char *: the name of each piece */
	size_t asked;     /* the pieces from here on, up to the commit, are those of the caller */
	bool rolled_back; /* commit was answered with ROLLBACK */
	void (*each)(void *user, const struct db_result *result, int row);
	void *user;
};

/* ---- pieces ---- */

static size_t
count_rows(const struct statement_rows *statement, const struct row_values *values)
{
	return row_values_count(values) / (size_t)statement->sizes[0].row_width;
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

/* Outside of pipelines: each of the first uses waits for an answer. */
static bool
prepare_all(struct db *db, const struct statement_rows *statement, size_t rows, GError **error)
{
	while (rows > 0) {
		const struct statement *piece = fitting(statement, rows);
		if (!db_prepare(db, piece, error))
			return false;
		rows %= (size_t)piece->rows;
	}
	return true;
}

static bool
prepare_posted(struct db *db, GError **error)
{
	for (guint i = 0; i < db->posted->len; i++) {
		const struct db_post *post = db->posted->pdata[i];
		if (!prepare_all(
			    db, post->statement, count_rows(post->statement, post->values), error))
			return false;
	}
	return true;
}

/* ---- sending; false where the connection broke ---- */

static bool
send_words(struct pipeline *pipeline, const char *words)
{
	g_ptr_array_add(pipeline->sent, (char *)words);
	return PQsendQueryParams(pipeline->db->pg, words, 0, NULL, NULL, NULL, NULL, 1);
}

static bool
send_rows(struct pipeline *pipeline, const struct statement_rows *statement,
	const struct row_values *values)
{
	struct db *db = pipeline->db;
	size_t width = (size_t)statement->sizes[0].row_width, first = 0;
	for (size_t rows = count_rows(statement, values); rows > 0;) {
		const struct statement *piece = fitting(statement, rows);
		size_t count = (size_t)piece->rows * width;
		db_lay_out(db, values, first, count);
		g_ptr_array_add(pipeline->sent, (char *)piece->name);
		if (!PQsendQueryPrepared(db->pg, piece->name, (int)count,
			    (const char *const *)db->pointers->pdata,
			    (const int *)db->lengths->data, (const int *)db->formats->data, 1))
			return false;
		first += count;
		rows -= (size_t)piece->rows;
	}
	return true;
}

static bool
send_posted(struct pipeline *pipeline)
{
	struct db *db = pipeline->db;
	if (db->begins && !send_words(pipeline, "begin"))
		return false;
	for (guint i = 0; i < db->posted->len; i++) {
		const struct db_post *post = db->posted->pdata[i];
		if (!send_rows(pipeline, post->statement, post->values))
			return false;
	}
	return true;
}

/* ---- receiving ---- */

static bool
take_answer(struct pipeline *pipeline, PGresult *pg, size_t piece, GError **error)
{
	const char *what = piece < pipeline->sent->len ? pipeline->sent->pdata[piece] : "pipeline";
	/* A failed transaction answers COMMIT with ROLLBACK, and that is no error to libpq. */
	pipeline->rolled_back |=
		strcmp(what, "commit") == 0 && strcmp(PQcmdStatus(pg), "ROLLBACK") == 0;
	g_autoptr(db_result) result = NULL;
	if (!db_accept_result(pipeline->db, pg, what, &result, error))
		return false;
	if (pipeline->each != NULL && piece >= pipeline->asked)
		for (int row = 0; row < db_rows(result); row++)
			pipeline->each(pipeline->user, result, row);
	return true;
}

/* Reads answers up to the sync; keeps the first error, hands rows over only before it. */
static bool
receive(struct pipeline *pipeline, GError **error)
{
	PGconn *connection = pipeline->db->pg;
	bool fine = true;
	for (size_t piece = 0;;) {
		PGresult *pg = PQgetResult(connection);
		if (pg == NULL) {
			piece++; /* the end of one */
			if (PQstatus(connection) == CONNECTION_OK)
				continue;
			if (fine)
				db_set_connection_error(connection, "pipeline", error);
			return false;
		}
		ExecStatusType status = PQresultStatus(pg);
		if (status == PGRES_PIPELINE_SYNC) {
			PQclear(pg);
			return fine;
		}
		if (fine && status != PGRES_PIPELINE_ABORTED)
			fine = take_answer(pipeline, pg, piece, error);
		else
			PQclear(pg);
	}
}

/* Everything posted, then rows of a statement (NULL: none), then a commit if wanted. */
static bool
run(struct pipeline *pipeline, const struct statement_rows *statement,
	const struct row_values *values, bool commit, GError **error)
{
	struct db *db = pipeline->db;
	size_t rows = statement != NULL ? count_rows(statement, values) : 0;
	if (!prepare_posted(db, error) || (rows > 0 && !prepare_all(db, statement, rows, error)))
		return false;

	g_autoptr(GPtrArray) sent = g_ptr_array_new();
	pipeline->sent = sent;
	bool fine = PQenterPipelineMode(db->pg) && send_posted(pipeline);
	pipeline->asked = sent->len;
	fine = fine && (rows == 0 || send_rows(pipeline, statement, values)) &&
	       (!commit || send_words(pipeline, "commit")) && PQpipelineSync(db->pg);
	db_drop_posted(db);
	if (!fine) {
		db_set_connection_error(db->pg, "pipeline", error);
		return false;
	}
	fine = receive(pipeline, error);
	PQexitPipelineMode(db->pg);
	return fine;
}

/* ---- for callers ---- */

void
db_post_free(gpointer data)
{
	struct db_post *post = data;
	row_values_free(post->values);
	g_free(post);
}

void
db_post_rows(struct db *db, const struct statement_rows *statement, struct row_values *values)
{
	struct db_post *post = g_new(struct db_post, 1);
	*post = (struct db_post){ statement, values };
	g_ptr_array_add(db->posted, post);
}

void
db_drop_posted(struct db *db)
{
	db->begins = false;
	g_ptr_array_set_size(db->posted, 0);
}

bool
db_send_posted(struct db *db, GError **error)
{
	struct pipeline pipeline = { .db = db };
	if (!db->begins && db->posted->len == 0)
		return true;
	return run(&pipeline, NULL, NULL, false, error);
}

bool
db_run_rows(struct db *db, const struct statement_rows *statement, const struct row_values *values,
	void (*each)(void *, const struct db_result *, int), void *user, GError **error)
{
	struct pipeline pipeline = { .db = db, .each = each, .user = user };
	if (count_rows(statement, values) == 0)
		return true;
	return run(&pipeline, statement, values, false, error);
}

void
db_begin(struct db *db)
{
	db->begins = true;
}

bool
db_commit(struct db *db, GError **error)
{
	struct pipeline pipeline = { .db = db };
	if (!run(&pipeline, NULL, NULL, true, error))
		return false;
	if (pipeline.rolled_back)
		g_set_error(
			error, DB_ERROR, DB_ERROR_RETRY, "commit: the transaction was rolled back");
	return !pipeline.rolled_back;
}

void
db_rollback(struct db *db)
{
	PGTransactionStatusType status = PQtransactionStatus(db->pg);
	db_drop_posted(db);
	if (status == PQTRANS_INTRANS || status == PQTRANS_INERROR || status == PQTRANS_ACTIVE)
		PQclear(PQexec(db->pg, "rollback"));
}
