/* Raising the trust of a stored report. */
#pragma once

#include "sql/settle.h"

struct trust_raise {
	struct identity identity;
	const void *digest;
	size_t digest_length;
	const char *trust;
	int rank;
	const char *const *notes; /* what the new trust rests on */
	size_t n_notes;
	bool over_cap; /* it came beyond its domain's cap this time too */
	bool counts;   /* it is the one of its identity that counts */
};

/* Raises it, moves the sums, which are kept by trust, and decides anew which report of its identity
   counts.  Call inside a transaction. */
bool trust_raise(struct db *db, const struct trust_raise *raise, GError **error);
