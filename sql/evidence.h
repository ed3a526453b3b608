/* One domain's window out of the store, for the verdict: sums by day, who reported, failures,
   policies seen, live checks.  What it costs grows with days and groups of failures, not with
   reports. */
#pragma once

#include "ingest/policy_key.h"
#include "sql/db.h"

struct evidence_window {
	const char *domain;
	int32_t first_day, last_day;
	const char *const *ignore; /* submitters that are set aside */
	size_t n_ignore;
};

/* Texts and keys of all rows live only while each runs; each returns false to stop. */
struct evidence_day_row {
	int32_t day;
	const char *trust, *policy_type;
	const uint8_t *policy_key; /* POLICY_KEY_BYTES */
	int64_t reports, success, failure;
	int64_t submitters; /* that tell of sessions */
};
bool evidence_days(struct db *db, const struct evidence_window *window,
	bool (*each)(void *user, const struct evidence_day_row *row), void *user, GError **error);

struct evidence_reporter_row {
	const char *submitter, *trust;
	int32_t first_day, last_day;
	int64_t days, reports;
	int64_t success, failure; /* under sts policies */
};
bool evidence_reporters(struct db *db, const struct evidence_window *window,
	bool (*each)(void *user, const struct evidence_reporter_row *row), void *user,
	GError **error);

struct evidence_failure_row {
	int32_t day;
	const char *trust, *submitter, *policy_type;
	const uint8_t *policy_key;
	const char *result_type; /* "": no detail explains them */
	const char *mx, *ip;     /* "": not said */
	int64_t sessions;        /* of details that say how many */
	int64_t unsaid;          /* details that do not: at least one session each */
};
bool evidence_failures(struct db *db, const struct evidence_window *window,
	bool (*each)(void *user, const struct evidence_failure_row *row), void *user,
	GError **error);

struct evidence_policy_row {
	const uint8_t *policy_key;
	const char *policy_type;
	char **policy_string;
	int32_t first_day, last_day; /* INT32_MIN: on no day up to the window's last */
};
bool evidence_policies(struct db *db, const struct evidence_window *window,
	bool (*each)(void *user, const struct evidence_policy_row *row), void *user,
	GError **error);

struct evidence_check_row {
	int64_t first_at, last_at, checks;
	const char *snapshot;
};
/* Spans that reach into [since, until], the newest 1,000 of them, oldest first. */
bool evidence_checks(struct db *db, const char *domain, int64_t since, int64_t until,
	bool (*each)(void *user, const struct evidence_check_row *row), void *user, GError **error);
