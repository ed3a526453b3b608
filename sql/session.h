/* What a connection may do. */
#pragma once

#include "sql/db.h"

/* From now on it may only read, and no statement may take longer than ten seconds.  False with
   error. */
bool session_read_only(struct db *db, GError **error);
