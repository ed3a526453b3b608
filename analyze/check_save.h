/* Checks into the store, and what changed between them. */
#pragma once

#include "checker/check.h"
#include "sql/live_check.h"

/* Saves a check; *changed: it differs from the one before. */
bool check_save(struct db *db, const struct check *check, bool *changed, GError **error);

/* A span of history with what its findings are, and how they differ from the span before. */
struct check_change {
	const struct live_check_span *span;
	const char *const *appeared; /* codes of findings that are new; NULL ends */
	const char *const *gone;     /* codes of findings that are no more; NULL ends */
	const char *mode;            /* the policy's; NULL: none */
	const char *id;              /* the record's; NULL: none */
};

/* The history of a domain, oldest first; each returns false to stop. */
bool check_history(struct db *db, const char *domain,
	bool (*each)(void *user, const struct check_change *change), void *user, GError **error);
