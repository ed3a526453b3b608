/* What could not be read, kept as it came, within bounds. */
#pragma once

#include "ingest/arrival.h"
#include "sql/db.h"

/* How full the quarantine was at the last look, and what this process put in since. */
struct quarantine {
	int64_t rows, bytes;
	int unlooked; /* rows put in since the last look */
	bool known;
};

/* Puts an arrival's body in, with reason, in a transaction of its own.  *kept is false where the
   quarantine is full and does not hold these bytes already.  Other processes may put theirs in
   between two looks, so the bound is kept within some rows of each of them. */
bool quarantine_put(struct db *db, struct quarantine *quarantine, const struct arrival *arrival,
	const char *reason, bool *kept, GError **error);
