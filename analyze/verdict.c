/* From evidence to the verdict and its reasons. */
#include "analyze/verdict.h"

#include <math.h>
#include <string.h>

#include "analyze/verdict_parts.h"
#include "checker/mx_match.h"
#include "ingest/instant.h"

#define DAY_SECONDS INT64_C(86400)
#define HOUR_SECONDS INT64_C(3600)

/* 14, 30 and 60 days by volume, 10 sessions, a week or four usual gaps of silence: the rules of
   those who promote by reports agree on these; nobody publishes data behind a shorter soak.  One
   sender's own fault is at most a hundredth.  Two weeks without a repeat is what it takes for a
   failure that nothing explains to be history.  Checks are taken daily: two days old is one missed.
   Senders keep refused mail in their queues for some days: three, to be safe. */
const struct verdict_rules verdict_usual = {
	.window_days = 90,
	.soak_busy_days = 14,
	.soak_steady_days = 30,
	.soak_quiet_days = 60,
	.busy_sessions = 5,
	.steady_sessions = 1,
	.least_sessions = 10,
	.least_reporters = 2,
	.gap_days = 7,
	.gap_medians = 4,
	.sender_share = 0.01,
	.fresh_days = 14,
	.check_hours = 48,
	.watch_days = 3,
};

const char *
verdict_name(enum verdict verdict)
{
	static const char *const names[] = { "rollback", "fix", "unknown", "setup", "wait",
		"promote", "enforced", "not-applicable" };
	return names[verdict];
}

int
verdict_exit(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_PROMOTE:
	case VERDICT_ENFORCED:
	case VERDICT_NOT_APPLICABLE:
		return 0;
	case VERDICT_WAIT:
	case VERDICT_SETUP:
		return 1;
	case VERDICT_FIX:
	case VERDICT_ROLLBACK:
		return 2;
	case VERDICT_UNKNOWN:
		break;
	}
	return 3;
}

const char *
verdict_day(struct arena *arena, int32_t day)
{
	char text[INSTANT_DAY_TEXT_BYTES];
	return arena_strdup(arena, instant_day_text(day, text));
}

/* ---- what is being judged ---- */

struct court {
	const struct evidence *evidence;
	const struct verdict_rules *rules;
	struct judgement *out;
	struct arena *arena;
	GArray *groups;                    /* struct failure_group */
	GArray *reasons;                   /* struct reason */
	const struct failure_group *about; /* what reasons are about now; NULL: no group */
	bool blocked;     /* something would lose mail under enforce, or protect nothing */
	bool mx_blocked;  /* senders would be refused at an MX now */
	bool refused_now; /* reports tell of refusals in these days */
	bool unproven;    /* the soak lacks something */
	bool untold;      /* our own check could not tell all */
};

static void
add_reason(struct court *court, const char *code, enum seen_severity severity, const char *text,
	const char *remedy, const char *evidence)
{
	const struct reason reason = { code, severity, text, remedy, evidence, court->about };
	g_array_append_val(court->reasons, reason);
}

static const struct seen_check *
newest(const struct evidence *evidence)
{
	return evidence->n_checks > 0 ? &evidence->checks[evidence->n_checks - 1] : NULL;
}

/* The newest check, unless it is too old to tell of now. */
static const struct seen_check *
check_of_now(struct court *court)
{
	const struct seen_check *check = newest(court->evidence);
	char at[INSTANT_TEXT_BYTES];
	const char *remedy =
		arena_printf(court->arena, "stsready check --save %s", court->evidence->domain);
	if (check == NULL) {
		add_reason(court, "check-missing", SEEN_WARN,
			"No live check of the domain is known: reports alone prove no MX healthy.",
			remedy, NULL);
		return NULL;
	}
	if (court->evidence->at - check->last_at <= court->rules->check_hours * HOUR_SECONDS)
		return check;
	add_reason(court, "check-stale", SEEN_WARN,
		arena_printf(court->arena, "The last live check is of %s: too old to tell of now.",
			instant_text(check->last_at, at)),
		remedy, NULL);
	return NULL;
}

static const struct sts_policy *
find_candidate(const struct court *court, const struct seen_check *now)
{
	if (court->evidence->planned != NULL)
		return court->evidence->planned;
	if (now == NULL || now->sts == NULL || !now->sts->usable || now->sts->mode == STS_MODE_NONE)
		return NULL;
	return now->sts;
}

/* ---- reasons of the live check ---- */

/* Findings that are about the policy's list, which --policy replaces. */
static bool
is_about_list(const char *code)
{
	return strcmp(code, "mx-not-in-policy") == 0 || strcmp(code, "policy-mx-unused") == 0;
}

static bool
is_about_mx(const char *code)
{
	return g_str_has_prefix(code, "mx-");
}

static void
weigh_findings(struct court *court, const struct seen_check *now)
{
	for (size_t i = 0; i < now->n_findings; i++) {
		const struct seen_finding *finding = &now->findings[i];
		if (court->evidence->planned != NULL && is_about_list(finding->code))
			continue;
		/* DANE is refused today already: MTA-STS does not change that */
		bool dane = strcmp(finding->code, "dane-mismatch") == 0;
		bool block = finding->severity == SEEN_BLOCK && !dane;
		court->blocked = court->blocked || block;
		court->mx_blocked = court->mx_blocked || (block && is_about_mx(finding->code));
		/* that nothing needs mending is no reason, but for there being no mail at all */
		if (finding->severity != SEEN_INFO || now->mx == SEEN_ABSENT)
			add_reason(court, finding->code, dane ? SEEN_WARN : finding->severity,
				finding->text, finding->remedy, finding->evidence);
	}
}

/* A certificate that runs out soon holds enforce back until it is renewed, on every machine. */
static void
weigh_ending(struct court *court, const struct seen_check *now)
{
	struct ending_certificate ending;
	char end[INSTANT_TEXT_BYTES], seen[INSTANT_TEXT_BYTES];
	for (size_t i = 0; i < now->n_findings; i++)
		if (strcmp(now->findings[i].code, "mx-certificate-expiring") == 0) {
			court->unproven = true;
			return; /* said with the findings */
		}
	if (!verdict_ending(court->evidence, now, &ending))
		return;
	court->unproven = true;
	add_reason(court, "mx-certificate-expiring", SEEN_WARN,
		arena_printf(court->arena,
			"The certificate that a check of %s saw at %s [%s] %s on %s.",
			instant_text(ending.seen_at, seen), ending.host, ending.ip,
			ending.not_after > court->evidence->at ? "ends" : "ended",
			instant_text(ending.not_after, end)),
		"See that it was renewed, and the mail server reloaded, on every machine behind "
		"that address.",
		NULL);
}

/* The live MX hosts against a policy that is only planned. */
static void
weigh_planned(struct court *court, const struct seen_check *now)
{
	const struct sts_policy *planned = court->evidence->planned;
	for (size_t i = 0; planned != NULL && i < now->n_hosts; i++) {
		const char *name = now->hosts[i].name;
		if (mx_match_any(planned->mx, planned->n_mx, name) != NULL)
			continue;
		court->blocked = court->mx_blocked = true;
		add_reason(court, "mx-not-in-policy", SEEN_BLOCK,
			arena_printf(court->arena,
				"The planned policy leaves out %s, which is an MX host now.", name),
			arena_printf(court->arena,
				"Add the line \"mx: %s\" to it, or take the host out of the MX "
				"records first.",
				name),
			NULL);
	}
}

/* Whether some MX address or host could not be told. */
static bool
is_untold(const struct seen_check *now)
{
	for (size_t i = 0; i < now->n_hosts; i++) {
		if (now->hosts[i].status == SEEN_UNKNOWN)
			return true;
		for (size_t k = 0; k < now->hosts[i].n_addresses; k++)
			if (now->hosts[i].addresses[k].status == SEEN_UNKNOWN)
				return true;
	}
	return now->mx == SEEN_UNKNOWN || now->record == SEEN_UNKNOWN ||
	       now->policy == SEEN_UNKNOWN;
}

/* ---- reasons of the reports ---- */

static const char *
place_of(struct arena *arena, const struct failure_group *group)
{
	if (group->mx != NULL && group->ip != NULL)
		return arena_printf(arena, "at %s [%s]", group->mx, group->ip);
	if (group->mx != NULL)
		return arena_printf(arena, "at %s", group->mx);
	return group->ip != NULL ? arena_printf(arena, "at [%s]", group->ip)
				 : "at a host that the reports do not name";
}

static const char *
who_of(struct arena *arena, const struct failure_group *group)
{
	const char *first = *group->submitters[0] != '\0' ? group->submitters[0] : "one sender";
	if (group->n_submitters == 1)
		return first;
	return arena_printf(arena, "%s and %zu other%s", first, group->n_submitters - 1,
		group->n_submitters == 2 ? "" : "s");
}

static const char *
story_of(struct arena *arena, const struct failure_group *group)
{
	const char *first = verdict_day(arena, group->first_day);
	const char *when = group->first_day == group->last_day
				   ? arena_printf(arena, "on %s", first)
				   : arena_printf(arena, "from %s to %s", first,
					     verdict_day(arena, group->last_day));
	return arena_printf(arena, "%s told %sof %lld failed session%s (%s) %s %s",
		who_of(arena, group), group->vouched ? "" : "(unauthenticated) ",
		(long long)group->sessions, group->sessions == 1 ? "" : "s", group->result_type,
		place_of(arena, group), when);
}

static const char *
remedy_of(struct arena *arena, const struct failure_group *group)
{
	const char *host = group->mx != NULL ? group->mx : "each MX host";
	if (strcmp(group->result_type, "starttls-not-supported") == 0)
		return arena_printf(arena,
			"Offer STARTTLS on %s on every address, behind every load balancer.", host);
	if (strcmp(group->result_type, "certificate-expired") == 0)
		return arena_printf(arena,
			"Renew the certificate on %s, and restart or reload its mail server on "
			"every machine behind the name.",
			host);
	if (strcmp(group->result_type, "certificate-host-mismatch") == 0)
		return arena_printf(
			arena, "Install a certificate on %s that names it (subjectAltName).", host);
	if (strcmp(group->result_type, "certificate-not-trusted") == 0)
		return arena_printf(arena,
			"Have %s send the whole chain, to a root that everybody trusts.", host);
	return arena_printf(
		arena, "Compare %s with the policy's mx lines, and look into its logs.", host);
}

/* An older list that is still held would be refused; the present one is judged. */
static void
weigh_refused(struct court *court, const struct failure_group *group)
{
	struct arena *arena = court->arena;
	const char *story = story_of(arena, group);
	int age = court->evidence->last_day - group->last_day;
	bool confirmed = group->status == GROUP_CONFIRMED;
	bool recent = confirmed || age < court->rules->fresh_days;
	bool block = recent && (group->vouched || confirmed);
	court->blocked = court->blocked || block;
	court->unproven = true;
	court->refused_now =
		court->refused_now || (block && (confirmed || age <= court->rules->watch_days));
	add_reason(court, "reported-refused", block ? SEEN_BLOCK : SEEN_WARN,
		arena_printf(arena, "%s: enforce turns such mail away; %s.", story, group->because),
		remedy_of(arena, group), NULL);
}

static void
weigh_group(struct court *court, const struct failure_group *group)
{
	struct arena *arena = court->arena;
	const char *story = story_of(arena, group);
	if (group->effect == EFFECT_DANE) {
		add_reason(court, "reported-dane", SEEN_WARN,
			arena_printf(arena,
				"%s: senders that do DANE refuse such mail today already.", story),
			"Mend the TLSA records or the certificate; see stsready check.", NULL);
		return;
	}
	if (group->effect == EFFECT_UNPROTECTED) {
		add_reason(court, "reported-unprotected", SEEN_WARN,
			arena_printf(arena,
				"%s: the mail goes out all the same, but nothing protects it.",
				story),
			"See that the policy host answers everyone, bots and all countries too.",
			NULL);
		return;
	}
	if (group->effect == EFFECT_NONE)
		return;
	switch (group->status) {
	case GROUP_CONFIRMED:
	case GROUP_UNEXPLAINED:
		weigh_refused(court, group);
		break;
	case GROUP_FIXED:
		add_reason(court, "reported-fixed", SEEN_INFO,
			arena_printf(arena, "%s: over since %s; %s.", story,
				verdict_day(arena, group->fixed_day), group->because),
			NULL, NULL);
		break;
	case GROUP_FOREIGN:
		add_reason(court, "reported-foreign", SEEN_WARN,
			arena_printf(arena, "%s: %s; enforce would rightly refuse it.", story,
				group->because),
			"Nothing to mend here; if it grows, ask the sender what its DNS says.",
			NULL);
		break;
	case GROUP_SENDER_SIDE:
		add_reason(court, "reported-sender-side", SEEN_WARN,
			arena_printf(arena, "%s: %s.", story, group->because), NULL, NULL);
		break;
	case GROUP_OLDER_POLICY:
		add_reason(court, "stale-policy", SEEN_INFO,
			arena_printf(arena, "%s: %s.", story, group->because), NULL, NULL);
		break;
	}
}

static int
weight(const struct failure_group *group)
{
	bool open = group->status == GROUP_CONFIRMED || group->status == GROUP_UNEXPLAINED;
	return (group->effect == EFFECT_REFUSED ? 0 : 4) + (open ? 0 : 2) +
	       (group->vouched ? 0 : 1);
}

static gint
compare_groups(gconstpointer a, gconstpointer b)
{
	const struct failure_group *one = a, *other = b;
	int by = weight(one) - weight(other);
	if (by != 0)
		return by;
	return one->sessions > other->sessions ? -1 : one->sessions < other->sessions;
}

/* Policies with other hosts that senders may still hold. */
static void
weigh_propagation(struct court *court, const struct sts_policy *candidate)
{
	const struct evidence *evidence = court->evidence;
	for (size_t i = 0; i < evidence->n_policies; i++) {
		const struct applied_policy *applied = &evidence->policies[i];
		if (applied->sts == NULL || applied->last_day == INT32_MIN ||
			!applied->sts->has_max_age || verdict_same_hosts(applied->sts, candidate))
			continue;
		int32_t until =
			applied->last_day +
			(int32_t)(MIN(applied->sts->max_age, STS_POLICY_MOST_AGE) / DAY_SECONDS);
		if (until < evidence->last_day)
			continue;
		add_reason(court, "stale-policy", SEEN_INFO,
			arena_printf(court->arena,
				"A policy with other mx lines was applied last on %s; senders may "
				"hold it until %s.",
				verdict_day(court->arena, applied->last_day),
				verdict_day(court->arena, until)),
			NULL, NULL);
	}
}

/* ---- reasons of the soak ---- */

static void
lack(struct court *court, const char *code, const char *text)
{
	court->unproven = true;
	add_reason(court, code, SEEN_WARN, text, NULL, NULL);
}

static void
weigh_length(struct court *court)
{
	const struct soak *soak = &court->out->soak;
	const struct verdict_rules *rules = court->rules;
	struct arena *arena = court->arena;
	if (soak->clean_days < soak->required_days)
		lack(court, "soak-short",
			arena_printf(arena, "%d clean day%s of %d%s.", soak->clean_days,
				soak->clean_days == 1 ? "" : "s", soak->required_days,
				soak->clean_days > 0 && soak->required_days > rules->soak_busy_days
					? " (more mail would need fewer)"
					: ""));
	if (soak->clean_days == 0)
		return; /* nor sessions nor reporters then: it need not be said thrice */
	if (soak->sessions < rules->least_sessions)
		lack(court, "volume-low",
			arena_printf(arena, "%lld clean sessions of at least %lld.",
				(long long)soak->sessions, (long long)rules->least_sessions));
	if (soak->reporters < rules->least_reporters)
		lack(court, "reporters-few",
			arena_printf(arena, "%lld organization%s reported, of at least %lld.",
				(long long)soak->reporters, soak->reporters == 1 ? "" : "s",
				(long long)rules->least_reporters));
}

/* Whether a policy is in testing, or only planned, and must be proven. */
static bool
must_soak(const struct court *court)
{
	const struct sts_policy *candidate = court->out->candidate;
	return court->evidence->planned != NULL ||
	       (candidate != NULL && candidate->mode == STS_MODE_TESTING);
}

/* What our own checks saw come and go, which restarts the soak as a reported failure does; said
   where no such failure keeps it from beginning earlier. */
static void
weigh_mended(struct court *court)
{
	const char *host = NULL;
	int32_t bad_day,
		mended = verdict_mended_day(court->evidence, court->out->now, &host, &bad_day);
	if (mended == INT32_MIN)
		return;
	for (size_t i = 0; i < court->out->n_groups; i++)
		if (verdict_soak_start(&court->out->groups[i]) >= mended)
			return;
	add_reason(court, "checked-fixed", SEEN_INFO,
		arena_printf(court->arena,
			"Our own check of %s saw a fault at %s, and none since %s: clean days "
			"count from then.",
			verdict_day(court->arena, bad_day), host,
			verdict_day(court->arena, mended)),
		NULL, NULL);
}

static void
weigh_soak(struct court *court)
{
	const struct soak *soak = &court->out->soak;
	struct arena *arena = court->arena;
	if (soak->sessions == 0 && court->evidence->n_days == 0) {
		lack(court, "no-reports", "No report about this domain came in the window.");
		return;
	}
	if (must_soak(court)) {
		weigh_length(court);
		weigh_mended(court);
	}
	if (soak->longest_gap > soak->allowed_gap)
		lack(court, "report-gap",
			arena_printf(arena,
				"Up to %d days from one report to the next; more than %d are taken "
				"for a break.",
				soak->longest_gap, soak->allowed_gap));
	if (soak->sessions > 0 && soak->vouched_sessions == 0)
		add_reason(court, "unauthenticated-only", SEEN_WARN,
			"All good news comes from reports that anybody could have sent.", NULL,
			NULL);
}

/* ---- sums ---- */

static void
sum_sessions(struct court *court)
{
	struct sessions *sums = &court->out->sessions;
	const struct evidence *evidence = court->evidence;
	int64_t told = 0, listed = 0;
	for (size_t i = 0; i < evidence->n_days; i++)
		if (strcmp(evidence->policies[evidence->days[i].policy].type, "sts") == 0) {
			sums->success += evidence->days[i].success;
			told += evidence->days[i].failure;
		}
	for (size_t i = 0; i < evidence->n_failures; i++) {
		const struct day_failure *failure = &evidence->failures[i];
		const char *type = evidence->policies[failure->policy].type;
		int64_t *const by_effect[] = { &sums->refused, &sums->unprotected, &sums->dane,
			&sums->other };
		*by_effect[verdict_effect(type, failure->result_type)] += failure->sessions;
		listed += strcmp(type, "sts") == 0 ? failure->sessions : 0;
	}
	if (listed > told)
		add_reason(court, "detail-mismatch", SEEN_INFO,
			arena_printf(court->arena,
				"Details list %lld failed sessions where summaries tell of %lld: "
				"senders break one session down into several.",
				(long long)listed, (long long)told),
			NULL, NULL);
}

/* The day from which no sender can hold any policy that was ever seen (RFC 8461 8.3). */
static int32_t
removal_day(const struct evidence *evidence)
{
	int32_t day = INT32_MIN;
	for (size_t i = 0; i < evidence->n_policies; i++) {
		const struct applied_policy *applied = &evidence->policies[i];
		if (applied->sts != NULL && applied->sts->has_max_age &&
			applied->last_day != INT32_MIN)
			day = MAX(day,
				applied->last_day + 1 +
					(int32_t)(MIN(applied->sts->max_age, STS_POLICY_MOST_AGE) /
						  DAY_SECONDS));
	}
	for (size_t i = 0; i < evidence->n_checks; i++) {
		const struct seen_check *check = &evidence->checks[i];
		if (check->sts != NULL && check->sts->usable)
			day = MAX(
				day, instant_day(check->last_at + (int64_t)MIN(check->sts->max_age,
									  STS_POLICY_MOST_AGE)) +
					     1);
	}
	return day;
}

/* ---- the verdict ---- */

/* Whether senders were ever seen to apply a policy, or our checks saw one in use. */
static bool
was_in_use(const struct evidence *evidence)
{
	for (size_t i = 0; i < evidence->n_days; i++)
		if (strcmp(evidence->policies[evidence->days[i].policy].type, "sts") == 0 &&
			evidence->days[i].success > 0)
			return true;
	for (size_t i = 0; i < evidence->n_checks; i++) {
		const struct sts_policy *sts = evidence->checks[i].sts;
		if (sts != NULL && sts->usable && sts->mode != STS_MODE_NONE &&
			evidence->checks[i].record == SEEN_FINE)
			return true;
	}
	return false;
}

static enum verdict
decide_enforced(const struct court *court)
{
	if (court->mx_blocked || court->refused_now)
		return VERDICT_ROLLBACK;
	if (court->blocked)
		return VERDICT_FIX;
	return court->untold ? VERDICT_UNKNOWN : VERDICT_ENFORCED;
}

static enum verdict
decide(const struct court *court)
{
	const struct seen_check *now = court->out->now;
	const struct evidence *evidence = court->evidence;
	if (now == NULL)
		return VERDICT_UNKNOWN;
	if (now->mx == SEEN_ABSENT)
		return VERDICT_NOT_APPLICABLE;
	if (now->mx == SEEN_UNKNOWN || now->record == SEEN_UNKNOWN || now->policy == SEEN_UNKNOWN)
		return court->mx_blocked ? VERDICT_FIX : VERDICT_UNKNOWN;
	if (evidence->planned == NULL && court->out->candidate == NULL)
		return (now->sts != NULL && now->sts->usable) || !was_in_use(evidence)
			       ? VERDICT_SETUP
			       : VERDICT_FIX;
	if (evidence->planned == NULL && now->record != SEEN_FINE)
		return was_in_use(evidence) ? VERDICT_FIX : VERDICT_SETUP;
	if (evidence->planned == NULL && court->out->candidate->mode == STS_MODE_ENFORCE)
		return decide_enforced(court);
	if (court->blocked)
		return VERDICT_FIX;
	if (now->tlsrpt != SEEN_FINE && now->tlsrpt != SEEN_UNKNOWN && evidence->n_days == 0)
		return VERDICT_SETUP;
	if (court->unproven)
		return VERDICT_WAIT;
	return court->untold ? VERDICT_UNKNOWN : VERDICT_PROMOTE;
}

/* Heaviest first; those of one weight stay as they came. */
static void
keep_reasons(struct court *court)
{
	struct judgement *out = court->out;
	out->reasons = arena_calloc(court->arena, court->reasons->len, sizeof *out->reasons);
	for (int severity = SEEN_BLOCK; severity >= SEEN_INFO; severity--)
		for (guint i = 0; i < court->reasons->len; i++) {
			const struct reason *reason =
				&g_array_index(court->reasons, struct reason, i);
			if ((int)reason->severity == severity)
				out->reasons[out->n_reasons++] = *reason;
		}
}

static void
keep_groups(struct court *court)
{
	struct judgement *out = court->out;
	g_array_sort(court->groups, compare_groups);
	out->n_groups = court->groups->len;
	out->groups = arena_calloc(court->arena, out->n_groups, sizeof *out->groups);
	if (out->n_groups > 0)
		memcpy(out->groups, court->groups->data, out->n_groups * sizeof *out->groups);
}

static void
weigh_all(struct court *court)
{
	struct judgement *out = court->out;
	if (out->now != NULL) {
		weigh_findings(court, out->now);
		weigh_ending(court, out->now);
		weigh_planned(court, out->now);
		court->untold = is_untold(out->now);
	}
	if (out->now != NULL && out->now->mx == SEEN_ABSENT)
		return;
	for (size_t i = 0; i < out->n_groups; i++) {
		court->about = &out->groups[i];
		weigh_group(court, court->about);
	}
	court->about = NULL;
	weigh_soak(court);
	if (out->candidate != NULL)
		weigh_propagation(court, out->candidate);
}

/* The rule of three: none of n, so at most 3/n with 95 % certainty.  Sessions that anybody could
   have told of count only where there are no others: else a flood of praise would make it as small
   as it likes. */
static double
upper_bound(const struct soak *soak)
{
	int64_t n = soak->vouched_sessions > 0 ? soak->vouched_sessions : soak->sessions;
	return n > 0 ? fmin(1, 3.0 / (double)n) : 0;
}

struct judgement *
verdict_judge(const struct evidence *evidence, const struct verdict_rules *rules)
{
	struct judgement *out = arena_calloc(evidence->arena, 1, sizeof *out);
	struct court court = { .evidence = evidence,
		.rules = rules,
		.out = out,
		.arena = evidence->arena,
		.reasons = g_array_new(FALSE, FALSE, sizeof(struct reason)) };
	out->arena = evidence->arena;
	out->now = check_of_now(&court);
	out->candidate = find_candidate(&court, out->now);
	court.groups = verdict_join(evidence, rules, out->now, out->candidate);
	out->soak = verdict_soak(evidence, rules, out->now, out->candidate, court.groups);
	keep_groups(&court);
	weigh_all(&court);
	sum_sessions(&court);
	out->upper_bound = upper_bound(&out->soak);
	out->removal_day = removal_day(evidence);
	out->verdict = decide(&court);
	keep_reasons(&court);
	verdict_plan(evidence, rules, out);
	g_array_unref(court.groups);
	g_array_unref(court.reasons);
	return out;
}
