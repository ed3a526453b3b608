/* What is known of one domain at one time: plain structs, the whole input of the verdict.  Nothing
   here has input, output or a clock. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checker/sts_policy.h"
#include "ingest/arena.h"

/* ---- live checks, as they were saved ---- */

/* Four answers that are never merged; see checker/check.h. */
enum seen {
	SEEN_FINE,
	SEEN_ABSENT,
	SEEN_UNKNOWN,
	SEEN_BAD,
};

enum seen_severity { SEEN_INFO, SEEN_WARN, SEEN_BLOCK };

struct seen_address {
	const char *ip;
	enum seen status;
	bool told_starttls, starttls;
	const char *tls_version; /* "TLSv1.3" ...; NULL: none was spoken */
	bool has_certificate;
	bool certificate_bad; /* a fault that senders refuse */
	int64_t not_before, not_after;
	const char *dane; /* "mismatch" ...; see check_dane_name */
};

struct seen_host {
	const char *name;
	const char *policy_match; /* NULL: none */
	enum seen status;
	struct seen_address *addresses;
	size_t n_addresses;
};

struct seen_finding {
	const char *code;
	enum seen_severity severity;
	const char *text, *remedy, *evidence; /* the latter two may be NULL */
};

struct seen_check {
	int64_t first_at, last_at; /* it looked so from then to then */
	const char *json;          /* as it was printed, on one line */
	enum seen mx, record, policy, tlsrpt;
	const char *record_id; /* NULL: none */
	const char *policy_text;
	const struct sts_policy *sts; /* NULL: no text */
	struct seen_host *hosts;
	size_t n_hosts;
	struct seen_finding *findings;
	size_t n_findings;
};

/* ---- reports, summed ---- */

/* How far a report can be believed. */
enum belief {
	BELIEF_ANYBODY, /* unsigned mail, a post: anybody could have sent it */
	BELIEF_VOUCHED, /* signed by the sender's domain, sent from its host, or the operator's own
			   file */
};

/* A policy that senders were seen to apply. */
struct applied_policy {
	const char *type;             /* "sts", "tlsa", "no-policy-found", ... */
	bool told;                    /* its text is known */
	const struct sts_policy *sts; /* NULL: of another type, or not told */
	int32_t first_day, last_day;  /* INT32_MIN: not known */
};

struct day_sum {
	int32_t day;
	enum belief belief;
	size_t policy; /* place in the evidence's policies */
	int64_t reports, success, failure;
	int64_t submitters; /* that tell of sessions */
};

struct reporter {
	const char *submitter; /* "": not told */
	enum belief belief;
	int32_t first_day, last_day;
	int64_t days, reports, success, failure;
};

struct day_failure {
	int32_t day;
	enum belief belief;
	const char *submitter;
	size_t policy;
	const char *result_type; /* NULL: no detail explains them */
	const char *mx, *ip;     /* NULL: not said */
	int64_t sessions;        /* at least one */
};

struct evidence {
	struct arena *arena; /* everything comes from it */
	const char *domain;
	int64_t at;                  /* the time that is judged */
	int32_t first_day, last_day; /* of the window; both belong to it */
	struct applied_policy *policies;
	size_t n_policies;
	struct day_sum *days; /* by day */
	size_t n_days;
	struct reporter *reporters;
	size_t n_reporters;
	struct day_failure *failures; /* by day */
	size_t n_failures;
	struct seen_check *checks; /* oldest first, none later than at */
	size_t n_checks;
	const struct sts_policy *planned; /* --policy; NULL: the live one is judged */
	const char *const *ignored;       /* submitters that were set aside */
	size_t n_ignored;
};
