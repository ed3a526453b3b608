/* Reading stored originals and the quarantine again, after the reader has improved. */
#pragma once

#include "sql/db.h"

#include <stdatomic.h>

struct reread_counts {
	uint64_t read;       /* stored reports looked at */
	uint64_t changed;    /* read differently now, and replaced */
	uint64_t quarantine; /* quarantined bodies looked at */
	uint64_t recovered;  /* of these, readable now and stored */
	uint64_t failed;     /* stored originals that cannot be read any more; left as they are */
};

/* domain NULL: all.  progress may be NULL.  Ends after the report in hand when *stop is set. */
bool reread_run(struct db *db, const char *domain, const atomic_int *stop,
	void (*progress)(void *user, const struct reread_counts *counts), void *user,
	struct reread_counts *counts, GError **error);
