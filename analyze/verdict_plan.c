/* What to publish, in which order, on which dates (RFC 8461 8.1, 8.3). */
#include "analyze/verdict_parts.h"

#include <string.h>

#include "checker/mx_match.h"
#include "ingest/instant.h"

#define DAY 86400
#define TESTING_AGE 86400  /* the least that senders heed */
#define FIRST_AGE 604800   /* a week: short enough for a change of mind */
#define RAMPED_AGE 1209600 /* two weeks and up, once it holds */
#define RAMP_DAYS 7
#define FORGET_DAYS 2 /* no usual time to live of an MX record is longer */

struct plan {
	const struct evidence *evidence;
	const struct verdict_rules *rules;
	struct judgement *judgement;
	struct arena *arena;
	GArray *steps; /* struct plan_step */
	int32_t today;
};

static void
add_step(struct plan *plan, const char *when, const char *text, const char *publish)
{
	const struct plan_step step = { when, text, publish };
	g_array_append_val(plan->steps, step);
}

static const char *
body(struct plan *plan, const struct sts_policy *policy, enum sts_mode mode, uint64_t max_age)
{
	g_autofree char *text = sts_policy_text(policy, mode, max_age);
	return arena_strdup(plan->arena, text);
}

/* An id is digits of the time it is published: always another one (RFC 8461 3.1: 1 to 32 letters
   and digits). */
static const char *
record(struct plan *plan, int32_t day)
{
	char text[INSTANT_TEXT_BYTES], id[INSTANT_TEXT_BYTES];
	int64_t now = plan->evidence->at;
	size_t length = 0;
	instant_text(day == plan->today ? now : (int64_t)day * DAY, text);
	for (const char *at = text; *at != '\0'; at++)
		if (*at >= '0' && *at <= '9')
			id[length++] = *at;
	id[length] = '\0';
	return arena_printf(
		plan->arena, "_mta-sts.%s. IN TXT \"v=STSv1; id=%s\"", plan->evidence->domain, id);
}

/* The body first: a sender that sees the new id must find the new policy. */
static void
add_policy(struct plan *plan, int32_t day, const char *what, const struct sts_policy *policy,
	enum sts_mode mode, uint64_t max_age)
{
	const char *when = day == plan->today ? "now" : verdict_day(plan->arena, day);
	add_step(plan, when,
		arena_printf(plan->arena,
			"%s: serve this as https://mta-sts.%s/.well-known/mta-sts.txt", what,
			plan->evidence->domain),
		body(plan, policy, mode, max_age));
	add_step(plan, "after that",
		"When the new text is served, and not before, change the record's id:",
		record(plan, day));
}

static void
add_change(struct plan *plan, int32_t day, const char *what, enum sts_mode mode, uint64_t max_age)
{
	add_policy(plan, day, what, plan->judgement->candidate, mode, max_age);
}

static void
add_rollback(struct plan *plan, const char *when)
{
	add_step(plan, when,
		"To go back: serve this, then change the record's id again.  Delete nothing: "
		"senders "
		"that hold the old policy go on enforcing it until they see a new id.",
		body(plan, plan->judgement->candidate, STS_MODE_TESTING, TESTING_AGE));
}

static void
add_removal(struct plan *plan)
{
	if (plan->judgement->removal_day == INT32_MIN)
		return;
	add_step(plan, "to end MTA-STS",
		arena_printf(plan->arena,
			"Serve mode none with max_age 86400 and a new id, and keep both until %s: "
			"by then no sender holds a policy that was seen before.",
			verdict_day(
				plan->arena, MAX(plan->judgement->removal_day, plan->today + 2))),
		NULL);
}

static void
plan_promote(struct plan *plan)
{
	add_change(plan, plan->today, "Enforce", STS_MODE_ENFORCE, FIRST_AGE);
	add_step(plan,
		arena_printf(plan->arena, "until %s", verdict_day(plan->arena, plan->today + 3)),
		arena_printf(plan->arena,
			"Watch 72 hours: `stsready readiness %s` each day, and your own mail logs.",
			plan->evidence->domain),
		NULL);
	add_change(plan, plan->today + RAMP_DAYS, "If all is well, let it hold longer",
		STS_MODE_ENFORCE, RAMPED_AGE);
	add_rollback(plan, "if mail is refused");
	add_removal(plan);
}

/* What holds enforce back though no report tells of it. */
static void
add_renewal(struct plan *plan)
{
	struct ending_certificate ending;
	if (verdict_ending(plan->evidence, plan->judgement->now, &ending))
		add_step(plan, "now",
			arena_printf(plan->arena,
				"Renew the certificate of %s, and reload its mail server on every "
				"machine behind %s.",
				ending.host, ending.ip),
			NULL);
}

static void
plan_wait(struct plan *plan)
{
	const struct soak *soak = &plan->judgement->soak;
	const struct sts_policy *candidate = plan->judgement->candidate;
	if (candidate->has_max_age && candidate->max_age < TESTING_AGE)
		add_change(plan, plan->today, "Let the policy hold a day at least",
			STS_MODE_TESTING, TESTING_AGE);
	add_renewal(plan);
	if (soak->clean_days == 0)
		add_step(plan, "now", "Leave the policy in testing until reports come in.", NULL);
	else
		add_step(plan, verdict_day(plan->arena, soak->earliest_day),
			"The earliest day for enforce, if reports stay clean.  Until then leave "
			"the policy in testing.",
			NULL);
}

/* Remedies of all that blocks, as they are: MX hosts first, then the policy, then records, which is
   the order of findings. */
static void
add_remedies(struct plan *plan, GArray *blocking)
{
	for (guint i = 0; i < blocking->len; i++) {
		const struct reason *reason = g_array_index(blocking, const struct reason *, i);
		if (reason->remedy != NULL)
			add_step(plan, i == 0 ? "now" : "then",
				arena_printf(plan->arena, "%s  %s", reason->text, reason->remedy),
				NULL);
	}
}

static int
order_of(const char *code)
{
	if (g_str_has_prefix(code, "mx-"))
		return 0;
	if (strcmp(code, "reported-refused") == 0)
		return 1;
	if (g_str_has_prefix(code, "policy-") || g_str_has_prefix(code, "max-age"))
		return 2;
	return 3;
}

/* Whether a reason is of an MX host as our own check sees it. */
static bool
is_seen_at_mx(const struct reason *reason)
{
	return reason->severity == SEEN_BLOCK && g_str_has_prefix(reason->code, "mx-");
}

/* Whether its remedy is said already: senders told of what our own check sees, too. */
static bool
is_said(const struct judgement *judgement, const struct reason *reason)
{
	if (reason->group == NULL || reason->group->status != GROUP_CONFIRMED)
		return false;
	for (size_t i = 0; i < judgement->n_reasons; i++)
		if (is_seen_at_mx(&judgement->reasons[i]))
			return true;
	return false;
}

static bool
is_about_pattern(const struct reason *reason)
{
	return strcmp(reason->code, "mx-not-in-policy") == 0;
}

/* What to mend, of all that blocks; but_patterns: without hosts that the policy does not list. */
static void
add_mends(struct plan *plan, bool but_patterns)
{
	const struct judgement *judgement = plan->judgement;
	g_autoptr(GArray) blocking = g_array_new(FALSE, FALSE, sizeof(const struct reason *));
	for (int order = 0; order <= 3; order++)
		for (size_t i = 0; i < judgement->n_reasons; i++) {
			const struct reason *reason = &judgement->reasons[i];
			if (reason->severity == SEEN_BLOCK && order_of(reason->code) == order &&
				!(but_patterns && is_about_pattern(reason)) &&
				!is_said(judgement, reason))
				g_array_append_val(blocking, reason);
		}
	add_remedies(plan, blocking);
}

static void
plan_fix(struct plan *plan)
{
	add_mends(plan, false);
	add_step(plan, "then",
		arena_printf(plan->arena,
			"`stsready check --save %s`, so that the mend is on record and the soak "
			"begins.",
			plan->evidence->domain),
		NULL);
}

static void
plan_rollback(struct plan *plan)
{
	add_change(plan, plan->today, "Go back to testing, unless you can mend at once",
		STS_MODE_TESTING, TESTING_AGE);
	add_step(plan, "never",
		"Delete neither the policy nor the record: senders go on enforcing what they hold.",
		NULL);
	plan_fix(plan);
}

static const char *
proposed_body(struct plan *plan)
{
	const struct seen_check *now = plan->judgement->now;
	GString *text = g_string_new("version: STSv1\r\nmode: testing\r\n");
	for (size_t i = 0; i < now->n_hosts; i++)
		g_string_append_printf(text, "mx: %s\r\n", now->hosts[i].name);
	g_string_append_printf(text, "max_age: %d\r\n", TESTING_AGE);
	const char *copy = arena_strdup(plan->arena, text->str);
	g_string_free(text, TRUE);
	return copy;
}

static void
plan_setup(struct plan *plan)
{
	const struct seen_check *now = plan->judgement->now;
	const char *domain = plan->evidence->domain;
	if (now->tlsrpt != SEEN_FINE && now->tlsrpt != SEEN_UNKNOWN)
		add_step(plan, "now",
			"Ask for reports first: it cannot hurt mail (`stsready domains add` gives "
			"a URL of your own endpoint).",
			arena_printf(plan->arena,
				"_smtp._tls.%s. IN TXT \"v=TLSRPTv1; rua=mailto:tlsrpt@%s\"",
				domain, domain));
	if (plan->judgement->candidate == NULL)
		add_step(plan, "then",
			arena_printf(plan->arena,
				"Serve a policy in testing as "
				"https://mta-sts.%s/.well-known/mta-sts.txt",
				domain),
			proposed_body(plan));
	if (now->record != SEEN_FINE || plan->judgement->candidate == NULL)
		add_step(plan, "after that",
			"When it is served, announce it:", record(plan, plan->today));
}

static void
plan_enforced(struct plan *plan)
{
	const struct sts_policy *candidate = plan->judgement->candidate;
	if (candidate->has_max_age && candidate->max_age < RAMPED_AGE)
		add_change(plan, plan->today, "Let the policy hold longer", STS_MODE_ENFORCE,
			RAMPED_AGE);
	add_step(plan, "always",
		arena_printf(plan->arena,
			"Before an MX host is added, add its mx line and a new id, and wait %s.",
			candidate->max_age >= 7 * DAY ? "a week" : "for max_age"),
		NULL);
	add_rollback(plan, "if mail is refused");
	add_removal(plan);
}

/* ---- a planned change of MX hosts ---- */

/* Patterns of one policy that the other has not. */
static GPtrArray *
only_in(const struct sts_policy *one, const struct sts_policy *other)
{
	GPtrArray *found = g_ptr_array_new();
	for (size_t i = 0; i < one->n_mx; i++)
		if (!verdict_lists(other, one->mx[i]))
			g_ptr_array_add(found, (gpointer)one->mx[i]);
	return found;
}

static const char *
join(struct plan *plan, GPtrArray *names)
{
	g_autoptr(GString) text = g_string_new(NULL);
	for (guint i = 0; i < names->len; i++)
		g_string_append_printf(
			text, "%s%s", i > 0 ? ", " : "", (const char *)names->pdata[i]);
	return arena_strdup(plan->arena, text->str);
}

/* The live policy with more hosts. */
static const struct sts_policy *
widened(struct plan *plan, const struct sts_policy *live, GPtrArray *added)
{
	struct sts_policy *both = arena_alloc(plan->arena, sizeof *both);
	const char **mx = arena_alloc(plan->arena, (live->n_mx + added->len) * sizeof *mx);
	*both = *live;
	for (size_t i = 0; i < live->n_mx; i++)
		mx[i] = live->mx[i];
	for (guint i = 0; i < added->len; i++)
		mx[live->n_mx + i] = added->pdata[i];
	both->mx = mx;
	both->n_mx = live->n_mx + added->len;
	return both;
}

/* MX hosts of now that the planned policy leaves out. */
static GPtrArray *
leaving_hosts(const struct plan *plan)
{
	const struct seen_check *now = plan->judgement->now;
	const struct sts_policy *planned = plan->evidence->planned;
	GPtrArray *hosts = g_ptr_array_new();
	for (size_t i = 0; i < now->n_hosts; i++)
		if (mx_match_any(planned->mx, planned->n_mx, now->hosts[i].name) == NULL)
			g_ptr_array_add(hosts, (gpointer)now->hosts[i].name);
	return hosts;
}

static void
add_mx_step(struct plan *plan, int32_t day, GPtrArray *added, GPtrArray *leaving)
{
	g_autoptr(GString) text = g_string_new("Change the MX records:");
	if (added->len > 0)
		g_string_append_printf(
			text, " add what the new lines are for (%s)", join(plan, added));
	if (leaving->len > 0)
		g_string_append_printf(
			text, "%s take out %s", added->len > 0 ? ";" : "", join(plan, leaving));
	g_string_append(text, added->len > 0
				      ? ".  By now every sender holds the new lines."
				      : ".  Keep these hosts running until the old records are "
					"forgotten.");
	add_step(plan, day == plan->today ? "now" : verdict_day(plan->arena, day),
		arena_strdup(plan->arena, text->str), NULL);
}

/* A sender that holds the old policy refuses a host that it does not list, for as long as its
   max_age; so lines come before their hosts, and go after them (RFC 8461 8.1). */
static void
plan_mx_change(struct plan *plan)
{
	const struct sts_policy *live = plan->judgement->now->sts;
	const struct sts_policy *planned = plan->evidence->planned;
	g_autoptr(GPtrArray) added = only_in(planned, live);
	g_autoptr(GPtrArray) removed = only_in(live, planned);
	g_autoptr(GPtrArray) leaving = leaving_hosts(plan);
	uint64_t age = live->has_max_age ? MIN(live->max_age, STS_POLICY_MOST_AGE) : TESTING_AGE;
	int32_t day = plan->today;
	/* the steps below see to the lines */
	add_mends(plan, true);
	if (added->len > 0) {
		add_policy(plan, day, "First the new lines, beside those of before",
			widened(plan, live, added), live->mode, age);
		day += (int32_t)((age + DAY - 1) / DAY);
	}
	if (added->len > 0 || leaving->len > 0)
		add_mx_step(plan, day, added, leaving);
	if (removed->len > 0)
		add_policy(plan, day + FORGET_DAYS,
			"When no resolver knows the old MX records any more", planned, live->mode,
			age);
	add_step(plan, "then",
		arena_printf(plan->arena,
			"`stsready check --save %s`, and judge it again without --policy.",
			plan->evidence->domain),
		NULL);
}

static bool
changes_hosts(const struct judgement *judgement, const struct evidence *evidence)
{
	const struct seen_check *now = judgement->now;
	return evidence->planned != NULL && now != NULL && now->sts != NULL && now->sts->usable &&
	       now->sts->mode != STS_MODE_NONE && !verdict_same_hosts(now->sts, evidence->planned);
}

static void
plan_verdict(struct plan *plan)
{
	switch (plan->judgement->verdict) {
	case VERDICT_PROMOTE:
		plan_promote(plan);
		break;
	case VERDICT_WAIT:
		plan_wait(plan);
		break;
	case VERDICT_FIX:
		plan_fix(plan);
		break;
	case VERDICT_ROLLBACK:
		plan_rollback(plan);
		break;
	case VERDICT_SETUP:
		plan_setup(plan);
		break;
	case VERDICT_ENFORCED:
		plan_enforced(plan);
		break;
	case VERDICT_UNKNOWN:
		add_step(plan, "now",
			arena_printf(plan->arena, "Look again: `stsready check --save %s`.",
				plan->evidence->domain),
			NULL);
		break;
	case VERDICT_NOT_APPLICABLE:
		break;
	}
}

void
verdict_plan(const struct evidence *evidence, const struct verdict_rules *rules,
	struct judgement *judgement)
{
	struct plan plan = { evidence, rules, judgement, evidence->arena,
		g_array_new(FALSE, FALSE, sizeof(struct plan_step)), instant_day(evidence->at) };
	if (changes_hosts(judgement, evidence))
		plan_mx_change(&plan);
	else
		plan_verdict(&plan);
	judgement->n_plan = plan.steps->len;
	judgement->plan = arena_calloc(plan.arena, plan.steps->len, sizeof *judgement->plan);
	if (plan.steps->len > 0)
		memcpy(judgement->plan, plan.steps->data,
			plan.steps->len * sizeof *judgement->plan);
	g_array_unref(plan.steps);
}
