/* Reading for people: watched domains, reports, failures. */
#pragma once

#include "sql/db.h"

struct look_filter {
	const char *domain;      /* NULL: all */
	const char *submitter;   /* NULL: all; also matches the organization's name, any case */
	const char *result_type; /* failures only */
	const char *trust;
	int64_t since,
		until; /* reports whose start lies in [since, until); INT64_MIN, INT64_MAX: open */
	int64_t limit; /* rows; 0: all */
};

/* A domain that is watched, or that reports came in about. */
struct look_domain {
	const char *domain;
	bool watched;
	int64_t added_at;  /* where watched */
	const char *token; /* where watched */
	int64_t reports;   /* counted ones */
	int64_t success,
		failure; /* sessions of the policy type with the most, never added over types */
	int64_t submitters;
	int64_t last_report_at; /* received; INT64_MIN: never */
	int32_t last_day;       /* the newest that a report tells of; unset where never */
};
bool look_domains(struct db *db, const char *domain,
	bool (*each)(void *user, const struct look_domain *row), void *user, GError **error);

/* The names of all watched domains, in order; NULL with error. */
GPtrArray *look_watched(struct db *db, GError **error);

/* The original of a report as it was sent, which may be packed; digest as it is in bytes.  NULL
   without error where there is none (any more). */
GBytes *look_original(
	struct db *db, const char *domain, const uint8_t *digest, size_t length, GError **error);

/* Newest day first.  One row a report. */
struct look_report {
	const char *domain, *digest; /* digest in hex */
	const char *organization, *submitter, *report_id, *contact;
	int64_t start, end, received_at;
	const char *channel, *remote, *trust;
	bool counted;
	int64_t arrivals;
	int64_t policies;
	int64_t success, failure; /* of the policy type with the most sessions */
	int64_t details;
	char **notes, **trust_notes;
};
bool look_reports(struct db *db, const struct look_filter *filter,
	bool (*each)(void *user, const struct look_report *row), void *user, GError **error);

/* One row a failure detail of counted reports, newest day first; a policy whose summary tells of
   failures that no detail explains gives a row with result_type "unexplained". */
struct look_failure {
	const char *domain, *submitter, *organization, *report_id, *trust;
	int32_t day;
	const char *policy_type, *policy_domain, *result_type;
	const char *sending_mta_ip, *receiving_mx_hostname, *receiving_mx_helo, *receiving_ip;
	int64_t sessions; /* -1: not said */
	const char *additional_information, *failure_reason_code;
	const char *digest; /* of the report, in hex */
};
bool look_failures(struct db *db, const struct look_filter *filter,
	bool (*each)(void *user, const struct look_failure *row), void *user, GError **error);

/* Watches a domain (normalised); *token is its capability token, a new one or that of before;
   g_free it.  *added: it was not watched. */
bool look_domain_add(
	struct db *db, const char *domain, int64_t now, char **token, bool *added, GError **error);
/* Stops watching; reports stay.  *removed: it was watched. */
bool look_domain_remove(struct db *db, const char *domain, bool *removed, GError **error);

/* The settings of a domain; none where it is not watched. */
bool look_domain_settings(struct db *db, const char *domain,
	bool (*each)(void *user, const char *name, const char *value), void *user, GError **error);
/* Sets one, or takes it back where value is NULL.  *watched: whether the domain is; else nothing
   was done. */
bool look_domain_set(struct db *db, const char *domain, const char *name, const char *value,
	bool *watched, GError **error);
