/* The schema: made, and brought up to date, by numbered migrations under an advisory lock. */
#pragma once

#include "sql/db.h"

/* Applies every migration that the database lacks, each in a transaction; waits for another machine
   that is doing the same.  *applied is how many.  A database that is newer than this program is an
   error. */
bool migrate_run(struct db *db, int *applied, GError **error);

/* Whether the schema is the one this program was built for; error (DB_ERROR_REFUSED) says to run
   `stsready init` where it is older. */
bool migrate_check(struct db *db, GError **error);

/* The newest migration's number that this program knows. */
int migrate_newest(void);
