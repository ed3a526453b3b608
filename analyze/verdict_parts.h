/* The verdict's parts, shared by its files only. */
#pragma once

#include <glib.h>

#include "analyze/verdict.h"

/* Whether a policy has this very mx pattern. */
bool verdict_lists(const struct sts_policy *policy, const char *pattern);

/* Whether two policies list the same hosts, in whatever order. */
bool verdict_same_hosts(const struct sts_policy *one, const struct sts_policy *other);

/* Whether the rows under a policy tell what the candidate would do: it is an sts policy with the
   candidate's hosts, or one whose text was not told. */
bool verdict_proves(
	const struct evidence *evidence, size_t policy, const struct sts_policy *candidate);

/* Groups the failures, holds them against the live checks; an array of struct failure_group. */
GArray *verdict_join(const struct evidence *evidence, const struct verdict_rules *rules,
	const struct seen_check *now, const struct sts_policy *candidate);

/* The first day that counts for the soak where a group keeps it from counting those before;
   INT32_MIN: it does not. */
int32_t verdict_soak_start(const struct failure_group *group);

/* The day on which our own checks last saw all MX hosts of now good again after one was bad, which
   a fault that comes and goes is: enforce would have lost mail, whoever reported.  INT32_MIN: none
   was bad in the window, or is good again.  *host and *bad_day tell of the last that was. */
int32_t verdict_mended_day(const struct evidence *evidence, const struct seen_check *now,
	const char **host, int32_t *bad_day);

/* A certificate that a check saw at an address of an MX host. */
struct ending_certificate {
	const char *host, *ip;
	int64_t not_after, seen_at;
};

/* Of the certificates with less than two weeks left, or none since, that checks of the last week
   saw hold at addresses of now, the one that ends first; false: there is none. */
bool verdict_ending(const struct evidence *evidence, const struct seen_check *now,
	struct ending_certificate *ending);

struct soak verdict_soak(const struct evidence *evidence, const struct verdict_rules *rules,
	const struct seen_check *now, const struct sts_policy *candidate, const GArray *groups);

/* Exact texts and dates for what to do next. */
void verdict_plan(const struct evidence *evidence, const struct verdict_rules *rules,
	struct judgement *judgement);

/* "2026-12-08" in the arena */
const char *verdict_day(struct arena *arena, int32_t day);
