/* The verdict on a domain: what to do, why, and what it rests on.  Pure: from evidence and rules
   alone, without input, output or clock. */
#pragma once

#include "analyze/verdict_evidence.h"

enum verdict {
	VERDICT_ROLLBACK,       /* enforce, and mail is being refused now */
	VERDICT_FIX,            /* something would lose mail under enforce */
	VERDICT_UNKNOWN,        /* could not tell: never taken for good */
	VERDICT_SETUP,          /* no usable policy, record or reporting yet */
	VERDICT_WAIT,           /* nothing wrong, but not enough proof yet */
	VERDICT_PROMOTE,        /* testing may become enforce now */
	VERDICT_ENFORCED,       /* already enforce, and healthy */
	VERDICT_NOT_APPLICABLE, /* no mail is received */
};

/* "promote" ... */
const char *verdict_name(enum verdict verdict);

/* All thresholds; see verdict_usual for the values and their reasons. */
struct verdict_rules {
	int window_days;
	int soak_busy_days, soak_steady_days, soak_quiet_days;
	double busy_sessions, steady_sessions; /* a day, for the first and second soak */
	int64_t least_sessions;
	int64_t least_reporters;
	int gap_days;        /* the longest silence that is allowed, at least */
	double gap_medians;  /* or so many times the usual one */
	double sender_share; /* of sessions, at most, for one sender's own fault */
	int fresh_days;      /* an unexplained failure younger than this is to be mended */
	int check_hours;     /* a live check older than this tells nothing of now */
	int watch_days;      /* a failure younger than this, under enforce, is happening now */
};
extern const struct verdict_rules verdict_usual;

/* ---- failures ---- */

/* What enforce does with a session that failed so (RFC 8461 5, 3.3). */
enum effect {
	EFFECT_REFUSED,     /* turned away */
	EFFECT_UNPROTECTED, /* delivered, without a policy */
	EFFECT_DANE,        /* turned away today already, by senders that do DANE */
	EFFECT_NONE,        /* the sender applied no policy */
};
const char *effect_name(enum effect effect);

/* By policy type and result type; NULL result: no detail explains it. */
enum effect verdict_effect(const char *policy_type, const char *result_type);

/* What our own checks make of a group of failures. */
enum group_status {
	GROUP_CONFIRMED,   /* we see it, too */
	GROUP_UNEXPLAINED, /* we do not, and nothing says that it is over */
	GROUP_FIXED,
	GROUP_FOREIGN, /* the host or the address is not ours */
	GROUP_SENDER_SIDE,
	GROUP_OLDER_POLICY, /* by another list of hosts, which covers less than the candidate's */
};
const char *group_status_name(enum group_status status);

/* Failures with one result type, MX and address. */
struct failure_group {
	const char *result_type; /* "validation-failure" where no detail explains them */
	bool detailed;
	const char *mx, *ip; /* NULL: not said */
	enum effect effect;
	enum group_status status;
	const char *because;  /* of status, in words */
	bool vouched;         /* a report that can be believed tells of it */
	bool told_by_current; /* under the candidate's list of hosts, or no list told */
	const char *const *submitters;
	size_t n_submitters;
	int64_t sessions;
	int32_t first_day, last_day;
	int32_t fixed_day; /* where fixed: from this day on */
};

/* ---- the result ---- */

struct reason {
	const char *code;
	enum seen_severity severity;
	const char *text;
	const char *remedy, *evidence;     /* NULL: none */
	const struct failure_group *group; /* that it is about; NULL: about none */
};

struct plan_step {
	const char *when; /* "now", "2026-12-08", "after that" */
	const char *text;
	const char *publish; /* exact text to publish; NULL: none */
};

struct soak {
	int32_t from_day, to_day; /* of the days that count; to_day < from_day: none */
	int clean_days, required_days;
	int32_t earliest_day; /* INT32_MIN: nobody can say */
	int64_t sessions, vouched_sessions;
	int64_t reporters, vouched_reporters;
	int longest_gap, allowed_gap;
};

struct sessions {
	int64_t success, refused, unprotected, dane, other;
};

struct judgement {
	struct arena *arena;
	enum verdict verdict;
	struct soak soak;
	struct sessions sessions;
	double upper_bound;           /* share of sessions refused, at most (95 %); 0: not known */
	struct failure_group *groups; /* heaviest first */
	size_t n_groups;
	struct reason *reasons; /* heaviest first */
	size_t n_reasons;
	struct plan_step *plan;
	size_t n_plan;
	const struct seen_check *now;       /* NULL: no check that tells of now */
	const struct sts_policy *candidate; /* NULL: none */
	int32_t removal_day; /* from which an old policy can be gone; INT32_MIN: none seen */
};

/* Judges; everything comes from the evidence's arena.  Never NULL. */
struct judgement *verdict_judge(const struct evidence *evidence, const struct verdict_rules *rules);

/* The exit status of `stsready readiness`: 0, 1, 2 or 3. */
int verdict_exit(enum verdict verdict);
