/* A database of its own for each test of the label db, on the server that tests/db/server started.
 */
#pragma once

#include "sql/db.h"

/* Makes an empty database named after the test, in place of one that an earlier run left.  Returns
   its connection string; hand it to database_drop.  What goes wrong ends the test. */
char *database_make(const char *name);

/* Drops the database, whoever is still connected, and frees url. */
void database_drop(char *url);

/* The first column of the first row, which is text; "" where there is none; g_free it. */
char *database_ask(struct db *db, const char *sql);

/* Ends the test where that is not what is wanted. */
void database_expect(struct db *db, const char *sql, const char *want);

/* Runs statements. */
void database_change(struct db *db, const char *sql);
