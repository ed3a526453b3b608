/* A transaction that is tried again where another writer was in its way. */
#pragma once

#include "sql/db.h"

/* Runs body between begin and commit; body may be run several times and must start afresh each
   time.  Deadlocks, serialization failures and lock time-outs are tried again after a pause; any
   other failure rolls back and is returned. */
bool transaction_run(struct db *db, bool (*body)(struct db *db, void *user, GError **error),
	void *user, GError **error);
