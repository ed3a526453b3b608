/* Deciding which of several reports under one identity counts. */
#pragma once

#include "sql/db.h"

/* What RFC 8460 meant report-id to tell: a sender's report about a domain for a time. */
struct identity {
	const char *domain;
	const char *submitter; /* "" where unknown */
	const char *report_id;
	int64_t start, end;
};

/* Makes the best trusted of the stored reports of an identity count (of equals the one that does,
   else the first that came), and moves the sums.  Call inside a transaction. */
bool settle_identity(struct db *db, const struct identity *identity, GError **error);
