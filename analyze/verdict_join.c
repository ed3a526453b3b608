/* Reported failures held against what our own checks saw of the same host and address. */
#include "analyze/verdict_parts.h"

#include <math.h>
#include <string.h>

#include "checker/mx_match.h"
#include "ingest/instant.h"

#define DAY_SECONDS INT64_C(86400)

/* How far a check may lie from a day and still tell of it. */
#define NEAR_SECONDS DAY_SECONDS

/* ---- effects ---- */

static bool
one_of(const char *word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

enum effect
verdict_effect(const char *policy_type, const char *result_type)
{
	static const char *const unprotected[] = { "sts-policy-fetch-error", "sts-policy-invalid",
		"sts-webpki-invalid", NULL };
	static const char *const dane[] = { "tlsa-invalid", "dnssec-invalid", "dane-required",
		NULL };
	if (result_type != NULL && one_of(result_type, dane))
		return EFFECT_DANE;
	if (strcmp(policy_type, "tlsa") == 0)
		return EFFECT_DANE;
	if (strcmp(policy_type, "no-policy-found") == 0)
		return result_type != NULL && one_of(result_type, unprotected) ? EFFECT_UNPROTECTED
									       : EFFECT_NONE;
	if (result_type != NULL && one_of(result_type, unprotected))
		return EFFECT_UNPROTECTED;
	return EFFECT_REFUSED;
}

const char *
effect_name(enum effect effect)
{
	static const char *const names[] = { "refused", "unprotected", "dane", "none" };
	return names[effect];
}

const char *
group_status_name(enum group_status status)
{
	static const char *const names[] = { "confirmed", "unexplained", "fixed", "foreign",
		"sender-side", "older-policy" };
	return names[status];
}

/* ---- policies ---- */

bool
verdict_lists(const struct sts_policy *policy, const char *pattern)
{
	for (size_t i = 0; i < policy->n_mx; i++)
		if (strcmp(policy->mx[i], pattern) == 0)
			return true;
	return false;
}

bool
verdict_same_hosts(const struct sts_policy *one, const struct sts_policy *other)
{
	if (one->n_mx != other->n_mx)
		return false;
	for (size_t i = 0; i < one->n_mx; i++)
		if (!verdict_lists(other, one->mx[i]))
			return false;
	return true;
}

bool
verdict_proves(const struct evidence *evidence, size_t policy, const struct sts_policy *candidate)
{
	const struct applied_policy *applied = &evidence->policies[policy];
	if (strcmp(applied->type, "sts") != 0)
		return false;
	return applied->sts == NULL ? !applied->told : verdict_same_hosts(applied->sts, candidate);
}

/* ---- what checks saw of a host and address ---- */

enum sight {
	SIGHT_NONE, /* nothing was seen of it */
	SIGHT_UNKNOWN,
	SIGHT_FINE,
	SIGHT_BAD,
};

static enum sight
worse(enum sight one, enum sight other)
{
	return MAX(one, other);
}

static enum sight
sight_of_address(const struct seen_address *address)
{
	if (address->status == SEEN_BAD || address->certificate_bad ||
		(address->told_starttls && !address->starttls))
		return SIGHT_BAD;
	return address->status == SEEN_FINE ? SIGHT_FINE : SIGHT_UNKNOWN;
}

/* "Fine" needs every address fine: one that could not be told outweighs those that could. */
static enum sight
sight_of_host(const struct seen_host *host, const char *ip)
{
	bool unknown = host->n_addresses == 0;
	enum sight sight = SIGHT_NONE;
	for (size_t i = 0; i < host->n_addresses; i++) {
		if (ip != NULL && strcmp(host->addresses[i].ip, ip) != 0)
			continue;
		enum sight one = sight_of_address(&host->addresses[i]);
		unknown = unknown || one == SIGHT_UNKNOWN;
		sight = worse(sight, one);
	}
	return sight == SIGHT_FINE && unknown ? SIGHT_UNKNOWN : sight;
}

/* What a check saw of a host and address, or of all where none is named.  An address that the host
   does not have here is looked for among all of it. */
static enum sight
sight_of_place(const struct seen_check *check, const char *mx, const char *ip)
{
	enum sight sight = SIGHT_NONE;
	for (size_t i = 0; i < check->n_hosts; i++)
		if (mx == NULL || strcmp(check->hosts[i].name, mx) == 0)
			sight = worse(sight, sight_of_host(&check->hosts[i], ip));
	if (sight == SIGHT_NONE && ip != NULL && mx != NULL)
		return sight_of_place(check, mx, NULL);
	return sight;
}

static enum sight
sight_of_policy(const struct seen_check *check)
{
	switch (check->policy) {
	case SEEN_FINE:
		return SIGHT_FINE;
	case SEEN_UNKNOWN:
		return SIGHT_UNKNOWN;
	case SEEN_ABSENT:
	case SEEN_BAD:
		break;
	}
	return SIGHT_BAD;
}

/* What a check saw of what a group is about: the policy host where the policy could not be had,
   else an MX host. */
static enum sight
sight_of(const struct seen_check *check, const struct failure_group *group)
{
	return group->effect == EFFECT_UNPROTECTED ? sight_of_policy(check)
						   : sight_of_place(check, group->mx, group->ip);
}

static bool
has_host(const struct seen_check *check, const char *mx)
{
	for (size_t i = 0; i < check->n_hosts; i++)
		if (strcmp(check->hosts[i].name, mx) == 0)
			return true;
	return false;
}

static bool
has_address(const struct seen_check *check, const char *ip)
{
	for (size_t i = 0; i < check->n_hosts; i++)
		for (size_t k = 0; k < check->hosts[i].n_addresses; k++)
			if (strcmp(check->hosts[i].addresses[k].ip, ip) == 0)
				return true;
	return false;
}

static bool
tells_of_day(const struct seen_check *check, int32_t day)
{
	int64_t from = (int64_t)day * DAY_SECONDS, to = from + DAY_SECONDS;
	return check->first_at <= to + NEAR_SECONDS && check->last_at >= from - NEAR_SECONDS;
}

/* The worst that a check saw of the hosts that are MX hosts now. */
static enum sight
sight_of_all(const struct seen_check *check, const struct seen_check *now, const char **host)
{
	enum sight sight = SIGHT_NONE;
	for (size_t i = 0; i < check->n_hosts; i++) {
		if (!has_host(now, check->hosts[i].name))
			continue;
		enum sight one = sight_of_host(&check->hosts[i], NULL);
		if (one == SIGHT_BAD)
			*host = check->hosts[i].name;
		sight = worse(sight, one);
	}
	return sight;
}

int32_t
verdict_mended_day(const struct evidence *evidence, const struct seen_check *now, const char **host,
	int32_t *bad_day)
{
	int32_t mended = INT32_MIN;
	bool bad = false;
	for (size_t i = 0; i < evidence->n_checks && now != NULL; i++) {
		const struct seen_check *check = &evidence->checks[i];
		const char *worst = NULL;
		if (instant_day(check->last_at) < evidence->first_day)
			continue;
		enum sight sight = sight_of_all(check, now, &worst);
		if (sight == SIGHT_BAD) {
			bad = true;
			*host = worst;
			*bad_day = instant_day(check->last_at);
		} else if (sight == SIGHT_FINE && bad) {
			bad = false;
			mended = instant_day(check->first_at);
		}
	}
	return mended;
}

/* ---- groups ---- */

static bool
same_text(const char *one, const char *other)
{
	return one == other || (one != NULL && other != NULL && strcmp(one, other) == 0);
}

static struct failure_group *
group_of(GArray *groups, const struct day_failure *failure, enum effect effect, bool current)
{
	const char *result =
		failure->result_type != NULL ? failure->result_type : "validation-failure";
	for (guint i = 0; i < groups->len; i++) {
		struct failure_group *group = &g_array_index(groups, struct failure_group, i);
		if (group->effect == effect && group->told_by_current == current &&
			group->detailed == (failure->result_type != NULL) &&
			strcmp(group->result_type, result) == 0 &&
			same_text(group->mx, failure->mx) && same_text(group->ip, failure->ip))
			return group;
	}
	struct failure_group fresh = {
		.result_type = result,
		.detailed = failure->result_type != NULL,
		.mx = failure->mx,
		.ip = failure->ip,
		.effect = effect,
		.status = GROUP_UNEXPLAINED,
		.told_by_current = current,
		.first_day = failure->day,
		.fixed_day = INT32_MIN,
	};
	g_array_append_val(groups, fresh);
	return &g_array_index(groups, struct failure_group, groups->len - 1);
}

static void
add_submitter(struct arena *arena, struct failure_group *group, const char *submitter)
{
	for (size_t i = 0; i < group->n_submitters; i++)
		if (strcmp(group->submitters[i], submitter) == 0)
			return;
	const char **more = arena_alloc(arena, (group->n_submitters + 1) * sizeof *more);
	if (group->n_submitters > 0)
		memcpy(more, group->submitters, group->n_submitters * sizeof *more);
	more[group->n_submitters++] = submitter;
	group->submitters = more;
}

static GArray *
group_failures(const struct evidence *evidence, const struct sts_policy *candidate)
{
	GArray *groups = g_array_new(FALSE, TRUE, sizeof(struct failure_group));
	for (size_t i = 0; i < evidence->n_failures; i++) {
		const struct day_failure *failure = &evidence->failures[i];
		const struct applied_policy *applied = &evidence->policies[failure->policy];
		bool current = candidate == NULL || applied->sts == NULL ||
			       verdict_same_hosts(applied->sts, candidate);
		struct failure_group *group = group_of(groups, failure,
			verdict_effect(applied->type, failure->result_type), current);
		group->sessions += failure->sessions;
		group->last_day = MAX(group->last_day, failure->day);
		group->first_day = MIN(group->first_day, failure->day);
		group->vouched = group->vouched || failure->belief == BELIEF_VOUCHED;
		add_submitter(evidence->arena, group, failure->submitter);
	}
	return groups;
}

/* ---- what became of a group ---- */

struct join {
	const struct evidence *evidence;
	const struct verdict_rules *rules;
	const struct seen_check *now;
	const struct sts_policy *candidate;
};

static void
settle(struct failure_group *group, enum group_status status, const char *because)
{
	group->status = status;
	group->because = because;
}

/* Now: the host or address is bad, or the policy leaves the host out. */
static bool
confirm(const struct join *join, struct failure_group *group)
{
	if (join->now == NULL)
		return false;
	if (group->effect == EFFECT_REFUSED && group->mx != NULL && join->candidate != NULL &&
		has_host(join->now, group->mx) &&
		mx_match_any(join->candidate->mx, join->candidate->n_mx, group->mx) == NULL) {
		settle(group, GROUP_CONFIRMED, "the policy leaves this MX host out");
		return true;
	}
	if (sight_of(join->now, group) != SIGHT_BAD)
		return false;
	settle(group, GROUP_CONFIRMED, "our own check sees a fault there now");
	return true;
}

/* Not ours: a check of those days saw the MX records, and none of ours has ever seen the host, or
   one of its hosts with that address. */
static bool
find_foreign(const struct join *join, struct failure_group *group)
{
	const struct evidence *evidence = join->evidence;
	bool told = false, host = group->mx == NULL, address = group->ip == NULL;
	if (group->effect == EFFECT_UNPROTECTED || join->now == NULL || join->now->mx != SEEN_FINE)
		return false;
	for (size_t i = 0; i < evidence->n_checks; i++) {
		const struct seen_check *check = &evidence->checks[i];
		told = told || (check->mx == SEEN_FINE && tells_of_day(check, group->first_day));
		host = host || has_host(check, group->mx);
		address = address || has_address(check, group->ip);
	}
	if (!host && told) {
		settle(group, GROUP_FOREIGN, "this host is no MX of the domain");
		return true;
	}
	if (host && !address && told && group->n_submitters == 1) {
		settle(group, GROUP_FOREIGN, "no MX of the domain has this address");
		return true;
	}
	return false;
}

/* Our checks went from bad to good, and no failure came after. */
static bool
find_seen_fix(const struct join *join, struct failure_group *group)
{
	const struct evidence *evidence = join->evidence;
	bool bad = false;
	int64_t good_from = 0;
	for (size_t i = 0; i < evidence->n_checks; i++) {
		const struct seen_check *check = &evidence->checks[i];
		enum sight sight = sight_of(check, group);
		if (sight == SIGHT_BAD) {
			bad = true;
			good_from = 0;
		} else if (sight == SIGHT_FINE && bad && good_from == 0) {
			good_from = check->first_at;
		}
	}
	int32_t fixed = instant_day(good_from);
	if (good_from == 0 || fixed < group->last_day)
		return false;
	settle(group, GROUP_FIXED, "our checks saw the fault, and saw it go");
	group->fixed_day = fixed;
	return true;
}

/* The host of the group is gone from the MX records that once had it. */
static bool
find_gone(const struct join *join, struct failure_group *group)
{
	const struct seen_check *now = join->now;
	if (group->effect == EFFECT_UNPROTECTED || group->mx == NULL || now == NULL ||
		now->mx != SEEN_FINE || has_host(now, group->mx))
		return false;
	int64_t since = 0;
	for (size_t i = 0; i < join->evidence->n_checks; i++) {
		const struct seen_check *check = &join->evidence->checks[i];
		if (check->mx != SEEN_FINE)
			continue;
		if (has_host(check, group->mx))
			since = 0;
		else if (since == 0)
			since = check->first_at;
	}
	settle(group, GROUP_FIXED, "this host is no MX of the domain any more");
	group->fixed_day = MAX(group->last_day + 1, instant_day(since));
	return true;
}

static bool
is_certificate_type(const char *result_type)
{
	return g_str_has_prefix(result_type, "certificate-");
}

/* The certificates seen now all began after the last failure. */
static bool
find_renewal(const struct join *join, struct failure_group *group)
{
	int64_t first = INT64_MAX;
	if (join->now == NULL || !group->detailed || !is_certificate_type(group->result_type) ||
		sight_of(join->now, group) != SIGHT_FINE)
		return false;
	for (size_t i = 0; i < join->now->n_hosts; i++) {
		const struct seen_host *host = &join->now->hosts[i];
		if (group->mx != NULL && strcmp(host->name, group->mx) != 0)
			continue;
		for (size_t k = 0; k < host->n_addresses; k++)
			if (host->addresses[k].has_certificate &&
				(group->ip == NULL || !has_address(join->now, group->ip) ||
					strcmp(host->addresses[k].ip, group->ip) == 0))
				first = MIN(first, host->addresses[k].not_before);
	}
	if (first == INT64_MAX || instant_day(first) <= group->last_day)
		return false;
	settle(group, GROUP_FIXED, "the certificate seen now was issued after the last failure");
	group->fixed_day = instant_day(first);
	return true;
}

/* Sessions under the candidate, from first to last day. */
static int64_t
clean_sessions(const struct join *join, int32_t first, int32_t last)
{
	const struct evidence *evidence = join->evidence;
	int64_t sum = 0;
	for (size_t i = 0; i < evidence->n_days && join->candidate != NULL; i++) {
		const struct day_sum *day = &evidence->days[i];
		if (day->day >= first && day->day <= last && day->belief == BELIEF_VOUCHED &&
			verdict_proves(evidence, day->policy, join->candidate))
			sum += day->success;
	}
	return sum;
}

/* After the last failure as many sessions stayed clean as would, at the rate of before, have shown
   it again with 95 % certainty: (1 - rate)^n <= 0.05. */
static bool
find_silence(const struct join *join, struct failure_group *group)
{
	if (join->now == NULL || sight_of(join->now, group) != SIGHT_FINE)
		return false;
	int64_t before = clean_sessions(join, group->first_day, group->last_day);
	double rate = (double)group->sessions / (double)(group->sessions + before);
	int64_t after = 0;
	double needed = rate >= 0.95 ? 1 : log(0.05) / log1p(-rate);
	for (int32_t day = group->last_day + 1; day <= join->evidence->last_day; day++) {
		after += clean_sessions(join, day, day);
		if ((double)after < needed)
			continue;
		settle(group, GROUP_FIXED,
			"since then as many sessions were clean as would have shown it again "
			"(95 % certain)");
		group->fixed_day = group->last_day + 1;
		return true;
	}
	return false;
}

/* Rule: our own check of that very place was good on a day. */
static bool
was_good(const struct join *join, const struct failure_group *group, int32_t day)
{
	const struct evidence *evidence = join->evidence;
	bool good = false;
	for (size_t i = 0; i < evidence->n_checks; i++) {
		const struct seen_check *check = &evidence->checks[i];
		if (!tells_of_day(check, day))
			continue;
		if (sight_of(check, group) != SIGHT_FINE)
			return false;
		good = true;
	}
	return good;
}

/* Others that can be believed had clean sessions under the same policy that day. */
static bool
others_were_fine(const struct evidence *evidence, const struct day_failure *failure)
{
	int64_t others = 0;
	for (size_t i = 0; i < evidence->n_days; i++) {
		const struct day_sum *day = &evidence->days[i];
		if (day->day == failure->day && day->policy == failure->policy &&
			day->belief == BELIEF_VOUCHED && day->success > 0)
			others += day->submitters;
	}
	/* the one that failed may be among them, with sessions that did not */
	return others >= 2;
}

static bool
belongs(const struct evidence *evidence, const struct day_failure *failure,
	const struct failure_group *group)
{
	const char *type = evidence->policies[failure->policy].type;
	return group->detailed == (failure->result_type != NULL) &&
	       (failure->result_type == NULL ||
		       strcmp(failure->result_type, group->result_type) == 0) &&
	       same_text(failure->mx, group->mx) && same_text(failure->ip, group->ip) &&
	       verdict_effect(type, failure->result_type) == group->effect;
}

static bool
find_sender_side(const struct join *join, struct failure_group *group)
{
	const struct evidence *evidence = join->evidence;
	int64_t all = clean_sessions(join, evidence->first_day, evidence->last_day);
	if (group->n_submitters != 1 ||
		(double)group->sessions > join->rules->sender_share * (double)all)
		return false;
	for (size_t i = 0; i < evidence->n_failures; i++) {
		const struct day_failure *failure = &evidence->failures[i];
		if (belongs(evidence, failure, group) &&
			(!was_good(join, group, failure->day) ||
				!others_were_fine(evidence, failure)))
			return false;
	}
	settle(group, GROUP_SENDER_SIDE,
		"one sender only, while our check was good and others got through");
	return true;
}

/* Failures of hosts that an older policy left out and the candidate has. */
static bool
find_older(const struct join *join, struct failure_group *group)
{
	if (group->told_by_current || group->mx == NULL || join->candidate == NULL ||
		strcmp(group->result_type, "validation-failure") != 0 ||
		mx_match_any(join->candidate->mx, join->candidate->n_mx, group->mx) == NULL)
		return false;
	settle(group, GROUP_OLDER_POLICY,
		"the sender held a policy that lists other hosts; the present one has this host");
	return true;
}

static void
settle_group(const struct join *join, struct failure_group *group)
{
	if (confirm(join, group) || find_foreign(join, group) || find_gone(join, group) ||
		find_older(join, group) || find_seen_fix(join, group) ||
		find_renewal(join, group) || find_sender_side(join, group) ||
		find_silence(join, group))
		return;
	group->because = join->now == NULL ? "no check of ours tells of now"
					   : "our own check sees nothing wrong there";
}

GArray *
verdict_join(const struct evidence *evidence, const struct verdict_rules *rules,
	const struct seen_check *now, const struct sts_policy *candidate)
{
	const struct join join = { evidence, rules, now, candidate };
	GArray *groups = group_failures(evidence, candidate);
	for (guint i = 0; i < groups->len; i++)
		settle_group(&join, &g_array_index(groups, struct failure_group, i));
	return groups;
}
