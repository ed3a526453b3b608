/* A database of its own for each test of the label db, on the server that tests/db/server started.
 */
#pragma once

/* Makes an empty database named after the test, in place of one that an earlier run left.  Returns
   its connection string; hand it to database_drop.  What goes wrong ends the test. */
char *database_make(const char *name);

/* Drops the database, whoever is still connected, and frees url. */
void database_drop(char *url);
