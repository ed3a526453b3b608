/* What the parts of the module that knows libpq share. */
#pragma once

#include "sql/db.h"
#include "sql/db_result.h"

struct db {
	char *url;
	PGconn *pg;
	GHashTable *prepared; /* names of statements this connection has prepared */
	GPtrArray *posted;    /* of struct db_post: to be sent with what is run next */
	bool begins;          /* that goes out behind "begin" */
	GPtrArray *pointers;  /* scratch: const char * of parameters */
	GArray *lengths, *formats;
};

/* Sets error from the connection's own message. */
void db_set_connection_error(PGconn *pg, const char *what, GError **error);

/* Sets error from a result that tells of a failure. */
void db_set_result_error(PGconn *pg, const PGresult *result, const char *what, GError **error);

/* Takes ownership of result; true where it tells of success.  out may be NULL. */
bool db_accept_result(
	struct db *db, PGresult *result, const char *what, struct db_result **out, GError **error);

/* Prepares a statement that the connection has not prepared yet. */
bool db_prepare(struct db *db, const struct statement *statement, GError **error);

/* Lays count values from first on out in db's scratch arrays as libpq wants them. */
void db_lay_out(struct db *db, const struct row_values *values, size_t first, size_t count);

/* Frees a struct db_post. */
void db_post_free(gpointer data);
/* Sends what was posted and waits for the answers. */
bool db_send_posted(struct db *db, GError **error);
/* Forgets what was posted, and that a transaction was to begin. */
void db_drop_posted(struct db *db);
