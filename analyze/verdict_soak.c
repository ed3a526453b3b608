/* How long the candidate has been clean, how long it must be, and from when it will have been. */
#include "analyze/verdict_parts.h"

#include <math.h>
#include <string.h>

int32_t
verdict_soak_start(const struct failure_group *group)
{
	bool breaks = group->status == GROUP_CONFIRMED || group->status == GROUP_UNEXPLAINED ||
		      group->status == GROUP_FIXED;
	if (group->effect != EFFECT_REFUSED || !breaks)
		return INT32_MIN;
	return MAX(group->last_day + 1, group->fixed_day);
}

static bool
is_sts(const struct evidence *evidence, const struct day_sum *day)
{
	return strcmp(evidence->policies[day->policy].type, "sts") == 0;
}

/* The first day that proves something: under the candidate's hosts, after every failure, and after
   whatever our own checks saw fail. */
static int32_t
first_clean_day(const struct evidence *evidence, const struct seen_check *now,
	const struct sts_policy *candidate, const GArray *groups)
{
	const char *host;
	int32_t bad_day;
	int32_t first = INT32_MAX;
	for (size_t i = 0; i < evidence->n_days; i++)
		if (verdict_proves(evidence, evidence->days[i].policy, candidate))
			first = MIN(first, evidence->days[i].day);
	if (first == INT32_MAX)
		return first;
	for (guint i = 0; i < groups->len; i++)
		first = MAX(
			first, verdict_soak_start(&g_array_index(groups, struct failure_group, i)));
	return MAX(first, verdict_mended_day(evidence, now, &host, &bad_day));
}

static void
add_sessions(const struct evidence *evidence, const struct sts_policy *candidate, struct soak *soak)
{
	soak->to_day = INT32_MIN;
	for (size_t i = 0; i < evidence->n_days; i++) {
		const struct day_sum *day = &evidence->days[i];
		if (day->day < soak->from_day || !verdict_proves(evidence, day->policy, candidate))
			continue;
		soak->to_day = MAX(soak->to_day, day->day);
		soak->sessions += day->success;
		if (day->belief == BELIEF_VOUCHED)
			soak->vouched_sessions += day->success;
	}
}

/* Organizations, each once, that reported in the time that counts. */
static void
count_reporters(const struct evidence *evidence, struct soak *soak)
{
	g_autoptr(GHashTable) all = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GHashTable) vouched = g_hash_table_new(g_str_hash, g_str_equal);
	for (size_t i = 0; i < evidence->n_reporters; i++) {
		const struct reporter *reporter = &evidence->reporters[i];
		if (reporter->last_day < soak->from_day || reporter->success == 0)
			continue;
		g_hash_table_add(all, (gpointer)reporter->submitter);
		if (reporter->belief == BELIEF_VOUCHED)
			g_hash_table_add(vouched, (gpointer)reporter->submitter);
	}
	soak->reporters = g_hash_table_size(all);
	soak->vouched_reporters = g_hash_table_size(vouched);
}

/* Days from one report to the next, from the soak's first day on; *last is the last day that any
   tells of. */
static GArray *
gaps_of(const struct evidence *evidence, const struct soak *soak, int32_t *last)
{
	GArray *gaps = g_array_new(FALSE, FALSE, sizeof(int));
	*last = soak->from_day;
	for (size_t i = 0; i < evidence->n_days; i++) {
		const struct day_sum *day = &evidence->days[i];
		int gap = day->day - *last;
		if (gap <= 0 || !is_sts(evidence, day))
			continue;
		g_array_append_val(gaps, gap);
		*last = day->day;
	}
	return gaps;
}

static void
insert_sorted(GArray *sorted, int value)
{
	guint at = 0;
	while (at < sorted->len && g_array_index(sorted, int, at) < value)
		at++;
	g_array_insert_val(sorted, at, value);
}

/* The usual silence, as known at the end, and the longest that was ever usual.  Fewer than three
   make no rhythm. */
static void
find_rhythm(const GArray *gaps, double *usual, double *longest)
{
	g_autoptr(GArray) sorted = g_array_new(FALSE, FALSE, sizeof(int));
	*usual = *longest = 0;
	for (guint i = 0; i < gaps->len; i++) {
		insert_sorted(sorted, g_array_index(gaps, int, i));
		if (sorted->len < 3)
			continue;
		*usual = g_array_index(sorted, int, sorted->len / 2);
		*longest = fmax(*longest, *usual);
	}
}

/* A silence between reports is held against the longest rhythm that there was, so that senders who
   begin to report more often make no break of it; the one since the last report against the rhythm
   of now.  Tells of the one that goes further beyond what is allowed. */
static void
measure_gaps(const struct evidence *evidence, const struct verdict_rules *rules, struct soak *soak)
{
	int32_t last;
	double usual, longest;
	g_autoptr(GArray) gaps = gaps_of(evidence, soak, &last);
	find_rhythm(gaps, &usual, &longest);
	int since_last = evidence->last_day - last;
	int allowed_since = MAX(rules->gap_days, (int)(rules->gap_medians * usual));
	soak->allowed_gap = MAX(rules->gap_days, (int)(rules->gap_medians * longest));
	for (guint i = 0; i < gaps->len; i++)
		soak->longest_gap = MAX(soak->longest_gap, g_array_index(gaps, int, i));
	if (since_last - allowed_since > soak->longest_gap - soak->allowed_gap) {
		soak->longest_gap = since_last;
		soak->allowed_gap = allowed_since;
	}
}

/* Clean sessions of each day of the soak.  What anybody could have sent does not shorten it. */
static GArray *
vouched_by_day(const struct evidence *evidence, const struct sts_policy *candidate,
	const struct soak *soak)
{
	GArray *sums = g_array_new(FALSE, TRUE, sizeof(int64_t));
	g_array_set_size(sums, (guint)soak->clean_days);
	for (size_t i = 0; i < evidence->n_days; i++) {
		const struct day_sum *day = &evidence->days[i];
		if (day->day >= soak->from_day && day->day <= soak->to_day &&
			day->belief == BELIEF_VOUCHED &&
			verdict_proves(evidence, day->policy, candidate))
			g_array_index(sums, int64_t, day->day - soak->from_day) += day->success;
	}
	return sums;
}

/* Whether there are so many days on end, or all where they are fewer, with so many sessions a day.
   A mean over the whole soak would let quiet days that follow undo what is proven already. */
static bool
has_stretch(const GArray *sums, int days, double a_day)
{
	guint length = MIN((guint)days, sums->len);
	int64_t sum = 0;
	for (guint i = 0; i < sums->len; i++) {
		sum += g_array_index(sums, int64_t, i);
		if (i >= length)
			sum -= g_array_index(sums, int64_t, i - length);
		if (i + 1 >= length && (double)sum >= a_day * length)
			return true;
	}
	return false;
}

/* By how much mail proves a day. */
static int
required_days(const struct verdict_rules *rules, const GArray *sums)
{
	if (has_stretch(sums, rules->soak_busy_days, rules->busy_sessions))
		return rules->soak_busy_days;
	return has_stretch(sums, rules->soak_steady_days, rules->steady_sessions)
		       ? rules->soak_steady_days
		       : rules->soak_quiet_days;
}

struct soak
verdict_soak(const struct evidence *evidence, const struct verdict_rules *rules,
	const struct seen_check *now, const struct sts_policy *candidate, const GArray *groups)
{
	struct soak soak = { .earliest_day = INT32_MIN,
		.required_days = rules->soak_quiet_days,
		.allowed_gap = rules->gap_days };
	int32_t first =
		candidate != NULL ? first_clean_day(evidence, now, candidate, groups) : INT32_MAX;
	if (first == INT32_MAX) {
		soak.from_day = evidence->last_day + 1;
		soak.to_day = evidence->last_day;
		return soak;
	}
	soak.from_day = first;
	add_sessions(evidence, candidate, &soak);
	soak.clean_days = soak.to_day >= first ? soak.to_day - first + 1 : 0;
	count_reporters(evidence, &soak);
	measure_gaps(evidence, rules, &soak);
	g_autoptr(GArray) sums = vouched_by_day(evidence, candidate, &soak);
	soak.required_days = required_days(rules, sums);
	/* the day after the last that is needed, when its reports have come */
	soak.earliest_day = MAX(first + soak.required_days + 1, evidence->last_day + 1);
	return soak;
}
