/* How long the candidate has been clean, how long it must be, and from when it will have been. */
#include "analyze/verdict_parts.h"

#include <string.h>

bool
verdict_breaks_soak(const struct failure_group *group)
{
	if (group->effect != EFFECT_REFUSED)
		return false;
	return group->status == GROUP_CONFIRMED || group->status == GROUP_UNEXPLAINED ||
	       group->status == GROUP_FIXED;
}

static bool
is_sts(const struct evidence *evidence, const struct day_sum *day)
{
	return strcmp(evidence->policies[day->policy].type, "sts") == 0;
}

/* The first day that proves something: under the candidate's hosts, after every failure. */
static int32_t
first_clean_day(
	const struct evidence *evidence, const struct sts_policy *candidate, const GArray *groups)
{
	int32_t first = INT32_MAX;
	for (size_t i = 0; i < evidence->n_days; i++)
		if (verdict_proves(evidence, evidence->days[i].policy, candidate))
			first = MIN(first, evidence->days[i].day);
	for (guint i = 0; i < groups->len; i++) {
		const struct failure_group *group = &g_array_index(groups, struct failure_group, i);
		if (verdict_breaks_soak(group))
			first = first == INT32_MAX
					? first
					: MAX(first, MAX(group->last_day + 1, group->fixed_day));
	}
	return first;
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

static gint
compare_ints(gconstpointer a, gconstpointer b)
{
	return *(const int *)a - *(const int *)b;
}

/* Silences between days that reports tell of, from the soak's first day to the window's last. */
static void
measure_gaps(const struct evidence *evidence, const struct verdict_rules *rules, struct soak *soak)
{
	g_autoptr(GArray) gaps = g_array_new(FALSE, FALSE, sizeof(int));
	int32_t last = INT32_MIN;
	for (size_t i = 0; i < evidence->n_days; i++) {
		const struct day_sum *day = &evidence->days[i];
		if (day->day < soak->from_day || !is_sts(evidence, day))
			continue;
		int gap = last == INT32_MIN ? day->day - soak->from_day : day->day - last;
		if (gap > 0)
			g_array_append_val(gaps, gap);
		last = day->day;
	}
	int tail = last == INT32_MIN ? 0 : evidence->last_day - last;
	g_array_sort(gaps, compare_ints);
	double median = gaps->len > 0 ? g_array_index(gaps, int, gaps->len / 2) : 1;
	int longest = gaps->len > 0 ? g_array_index(gaps, int, gaps->len - 1) : 0;
	soak->longest_gap = MAX(longest, tail);
	soak->allowed_gap = MAX(rules->gap_days, (int)(rules->gap_medians * median));
}

/* By how much mail proves a day.  What anybody could have sent does not shorten the soak. */
static int
required_days(const struct verdict_rules *rules, const struct soak *soak)
{
	double a_day = soak->clean_days > 0 ? (double)soak->vouched_sessions / soak->clean_days : 0;
	if (a_day >= rules->busy_sessions)
		return rules->soak_busy_days;
	return a_day >= rules->steady_sessions ? rules->soak_steady_days : rules->soak_quiet_days;
}

struct soak
verdict_soak(const struct evidence *evidence, const struct verdict_rules *rules,
	const struct sts_policy *candidate, const GArray *groups)
{
	struct soak soak = { .earliest_day = INT32_MIN,
		.required_days = rules->soak_quiet_days,
		.allowed_gap = rules->gap_days };
	int32_t first =
		candidate != NULL ? first_clean_day(evidence, candidate, groups) : INT32_MAX;
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
	soak.required_days = required_days(rules, &soak);
	/* the day after the last that is needed, when its reports have come */
	soak.earliest_day = MAX(first + soak.required_days + 1, evidence->last_day + 1);
	return soak;
}
