/* Capability tokens: which domain a URL that reports are posted to belongs to. */
#pragma once

#include "sql/db.h"

/* All of them: a new table from token to domain that owns both.  NULL with error. */
GHashTable *capability_list(struct db *db, GError **error);
