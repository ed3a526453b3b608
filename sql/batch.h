/* One batch of parts written inside one transaction. */
#pragma once

#include "sql/db.h"
#include "sql/part.h"

/* Writes all parts and sets their state.  Call inside a transaction, which is the caller's to
   commit or roll back. */
bool batch_write(struct db *db, GArray *parts, GError **error);
