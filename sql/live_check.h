/* The store of live checks. */
#pragma once

#include "sql/db.h"

struct live_check {
	const char *domain;
	int64_t at;           /* seconds since 1970 */
	const char *snapshot; /* JSON */
	const void *digest;   /* of what it says apart from its time */
	size_t digest_length;
	int status; /* exit status of the check */
};

/* Saves a check: lengthens the span before where that says the same.  *changed: it begins a new
 * one. */
bool live_check_save(struct db *db, const struct live_check *check, bool *changed, GError **error);

/* A time in which checks saw the same. */
struct live_check_span {
	int64_t first_at, last_at;
	int64_t checks;
	int status;
	const char *snapshot;
};

/* The spans of a domain, oldest first; each returns false to stop. */
bool live_check_history(struct db *db, const char *domain,
	bool (*each)(void *user, const struct live_check_span *span), void *user, GError **error);
