/* Sums by day over the reports that count: what verdicts are made from. */
#pragma once

#include "sql/db.h"
#include "sql/part.h"

/* Adds the parts that are PART_COUNTED to the sums, posted: a failure shows at what is run next.
   Call inside their transaction. */
void rollup_add(struct db *db, const GArray *parts);

/* Adds a stored report to the sums (sign 1), or takes it out of them (sign -1): when another of its
   identity comes to count, its trust changes, or it goes. */
bool rollup_move(struct db *db, const char *domain, const uint8_t *digest, size_t digest_length,
	int sign, GError **error);
