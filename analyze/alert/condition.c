/* What is so about a domain and worth telling. */
#include "analyze/alert/condition.h"

#include <string.h>

#include "analyze/readiness.h"
#include "ingest/instant.h"

#define DAY 86400
/* A failure is news for so long after the last day that tells of it. */
#define FRESH_DAYS 7
/* Of one code, in a message. */
#define MOST_TEXTS 5

const char *
condition_kind_name(enum condition_kind kind)
{
	static const char *const names[] = { "verdict", "reason", "certificate", "silence",
		"failure", "policy", "record", "tlsrpt", "mx", "held", "restless" };
	return names[kind];
}

/* ---- what is so ---- */

struct gather {
	const struct evidence *evidence;
	const struct judgement *judgement;
	struct arena *arena;
	struct conditions *out;
};

static void
add(struct gather *gather, enum condition_kind kind, const char *subject, const char *state,
	enum seen_severity severity, const char *text, const char *remedy)
{
	const struct condition condition = { kind, subject, state, severity, text, remedy, 0 };
	g_array_append_val(gather->out->list, condition);
}

static enum seen_severity
severity_of(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_ROLLBACK:
	case VERDICT_FIX:
		return SEEN_BLOCK;
	case VERDICT_UNKNOWN:
	case VERDICT_SETUP:
	case VERDICT_WAIT:
		return SEEN_WARN;
	case VERDICT_PROMOTE:
	case VERDICT_ENFORCED:
	case VERDICT_NOT_APPLICABLE:
		break;
	}
	return SEEN_INFO;
}

static void
gather_verdict(struct gather *gather)
{
	enum verdict verdict = gather->judgement->verdict;
	add(gather, CONDITION_VERDICT, "", verdict_name(verdict), severity_of(verdict),
		arena_printf(gather->arena, "%s: %s.", readiness_word(verdict),
			readiness_meaning(verdict)),
		NULL);
}

/* A certificate that ended is told of as one, and a failure that is reported as that. */
static bool
is_told_otherwise(const struct reason *reason)
{
	return reason->group != NULL || strcmp(reason->code, "mx-certificate-expired") == 0;
}

/* Who and what, without addresses, which a name may change at every look, and without why. */
static void
put_plain(GString *out, const char *text)
{
	for (const char *at = text; *at != '\0' && !g_str_has_prefix(at, ": "); at++)
		if (g_str_has_prefix(at, " [") && strchr(at, ']') != NULL)
			at = strchr(at, ']');
		else
			g_string_append_c(out, *at);
}

static gint
compare_texts(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Texts of reasons with a code, each once, a line each, in an order of their own. */
static const char *
reason_state(struct gather *gather, const char *code)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GString) state = g_string_new(NULL);
	for (size_t i = 0; i < gather->judgement->n_reasons; i++) {
		const struct reason *reason = &gather->judgement->reasons[i];
		GString *line = g_string_new(NULL);
		if (strcmp(reason->code, code) == 0)
			put_plain(line, reason->text);
		char *text = g_string_free(line, FALSE);
		if (*text != '\0' &&
			!g_ptr_array_find_with_equal_func(lines, text, g_str_equal, NULL))
			g_ptr_array_add(lines, text);
		else
			g_free(text);
	}
	g_ptr_array_sort(lines, compare_texts);
	for (guint i = 0; i < lines->len; i++)
		g_string_append_printf(state, "%s%s", i > 0 ? "\n" : "", (char *)lines->pdata[i]);
	return arena_strdup(gather->arena, state->str);
}

/* All texts with a code, a line each, up to a few. */
static const char *
reason_texts(struct gather *gather, const char *code)
{
	g_autoptr(GString) texts = g_string_new(NULL);
	int count = 0;
	for (size_t i = 0; i < gather->judgement->n_reasons; i++) {
		const struct reason *reason = &gather->judgement->reasons[i];
		if (strcmp(reason->code, code) == 0 && ++count <= MOST_TEXTS)
			g_string_append_printf(texts, "%s%s", count > 1 ? "\n" : "", reason->text);
	}
	if (count > MOST_TEXTS)
		g_string_append_printf(texts, "\nand %d more", count - MOST_TEXTS);
	return arena_strdup(gather->arena, texts->str);
}

static bool
has(const struct gather *gather, enum condition_kind kind, const char *subject)
{
	for (guint i = 0; i < gather->out->list->len; i++) {
		const struct condition *other =
			&g_array_index(gather->out->list, struct condition, i);
		if (other->kind == kind && strcmp(other->subject, subject) == 0)
			return true;
	}
	return false;
}

/* One a code. */
static void
gather_reasons(struct gather *gather)
{
	for (size_t i = 0; i < gather->judgement->n_reasons; i++) {
		const struct reason *reason = &gather->judgement->reasons[i];
		if (reason->severity != SEEN_BLOCK || is_told_otherwise(reason) ||
			has(gather, CONDITION_REASON, reason->code))
			continue;
		add(gather, CONDITION_REASON, reason->code, reason_state(gather, reason->code),
			SEEN_BLOCK, reason_texts(gather, reason->code), reason->remedy);
	}
}

/* The last day that reports tell of; INT32_MIN: none in the window. */
static int32_t
last_reported(const struct evidence *evidence)
{
	for (size_t i = evidence->n_days; i > 0; i--) {
		const struct day_sum *day = &evidence->days[i - 1];
		if (strcmp(evidence->policies[day->policy].type, "sts") == 0)
			return day->day;
	}
	return INT32_MIN;
}

/* Of now: a silence that reports have ended is a matter of the soak alone. */
static void
gather_silence(struct gather *gather)
{
	const struct evidence *evidence = gather->evidence;
	int32_t last = last_reported(evidence);
	int allowed = gather->judgement->soak.allowed_gap;
	char day[INSTANT_DAY_TEXT_BYTES];
	/* with no report in the window, whether one ever came is not known here */
	gather->out->unsure[CONDITION_SILENCE] = last == INT32_MIN;
	if (last == INT32_MIN || evidence->last_day - last <= allowed)
		return;
	add(gather, CONDITION_SILENCE, "", "", SEEN_WARN,
		arena_printf(gather->arena,
			"Reports stopped: the last one is about %s, and more than %d days without "
			"any is not usual.",
			instant_day_text(last, day), allowed),
		"See that the _smtp._tls record still names the address that reports are read "
		"from, and that what takes them in is running.");
}

/* ---- certificates ---- */

/* Days left, and the most they may be of a certificate's life: one that lives for days alone is
   always near its end. */
static const struct {
	const char *days;
	int64_t seconds;
	int share;
} stages[] = { { "0", 0, 1 }, { "3", INT64_C(3) * DAY, 6 }, { "14", INT64_C(14) * DAY, 3 } };

/* The stage that an address's certificate is at; G_N_ELEMENTS(stages): far from its end. */
static size_t
stage_of(const struct seen_address *address, int64_t at)
{
	int64_t left = address->not_after - at, life = address->not_after - address->not_before;
	size_t stage = 0;
	while (stage < G_N_ELEMENTS(stages) &&
		left > MIN(stages[stage].seconds, life / stages[stage].share))
		stage++;
	return stage;
}

/* Of a host, the address whose certificate ends first; NULL: none is near its end.  *unsure: there
   are addresses whose certificate was not seen. */
static const struct seen_address *
find_ending(const struct seen_host *host, int64_t at, bool *unsure)
{
	const struct seen_address *first = NULL;
	*unsure = host->n_addresses == 0;
	for (size_t i = 0; i < host->n_addresses; i++) {
		const struct seen_address *address = &host->addresses[i];
		if (!address->has_certificate)
			*unsure = true;
		else if (stage_of(address, at) < G_N_ELEMENTS(stages) &&
			 (first == NULL || address->not_after < first->not_after))
			first = address;
	}
	return first;
}

static void
gather_certificate(struct gather *gather, const struct seen_host *host)
{
	char text[INSTANT_TEXT_BYTES];
	bool unsure;
	const struct seen_address *ending = find_ending(host, gather->evidence->at, &unsure);
	if (ending == NULL) {
		if (unsure)
			add(gather, CONDITION_CERTIFICATE, host->name, NULL, SEEN_INFO, NULL, NULL);
		return;
	}
	size_t stage = stage_of(ending, gather->evidence->at);
	add(gather, CONDITION_CERTIFICATE, host->name, stages[stage].days,
		stage == 0 ? SEEN_BLOCK : SEEN_WARN,
		arena_printf(gather->arena, "The certificate of %s %s on %s.", host->name,
			stage == 0 ? "ended" : "ends", instant_text(ending->not_after, text)),
		"Renew it, and reload the mail server on every machine behind its addresses.");
}

static void
gather_certificates(struct gather *gather)
{
	const struct seen_check *now = gather->judgement->now;
	for (size_t i = 0; i < now->n_hosts; i++)
		gather_certificate(gather, &now->hosts[i]);
}

/* ---- failures ---- */

static bool
is_of_note(const struct failure_group *group)
{
	return group->status != GROUP_FOREIGN && group->status != GROUP_OLDER_POLICY;
}

static bool
is_recent(const struct failure_group *group, int32_t today)
{
	return group->last_day >= today - FRESH_DAYS;
}

static const char *
failure_subject(struct gather *gather, const struct failure_group *group)
{
	return group->mx != NULL
		       ? arena_printf(gather->arena, "%s at %s", group->result_type, group->mx)
		       : group->result_type;
}

static enum seen_severity
weight_of(const struct failure_group *group)
{
	if (group->status == GROUP_SENDER_SIDE || group->status == GROUP_FIXED)
		return SEEN_INFO;
	return group->effect == EFFECT_REFUSED ? SEEN_BLOCK : SEEN_WARN;
}

static const char *
senders(struct gather *gather, const struct failure_group *group)
{
	const char *first = group->n_submitters > 0 ? group->submitters[0] : "";
	if (group->n_submitters <= 1)
		return *first != '\0' ? first : "One sender";
	return *first != '\0' ? arena_printf(gather->arena, "%s and %zu more", first,
					group->n_submitters - 1)
			      : arena_printf(gather->arena, "%zu senders", group->n_submitters);
}

static const char *
days(struct gather *gather, const struct failure_group *group)
{
	char first[INSTANT_DAY_TEXT_BYTES], last[INSTANT_DAY_TEXT_BYTES];
	return group->first_day == group->last_day
		       ? arena_printf(
				 gather->arena, "on %s", instant_day_text(group->last_day, last))
		       : arena_printf(gather->arena, "from %s to %s",
				 instant_day_text(group->first_day, first),
				 instant_day_text(group->last_day, last));
}

static const char *
failure_text(struct gather *gather, const struct failure_group *group, const char *subject)
{
	static const char *const said[] = {
		[GROUP_CONFIRMED] = "our own checks see it, too",
		[GROUP_UNEXPLAINED] = "our own checks do not see it",
		[GROUP_FIXED] = "it is fixed since",
		[GROUP_SENDER_SIDE] = "it looks like that sender's own fault",
	};
	return arena_printf(gather->arena, "%s told of %" G_GINT64_FORMAT " failed %s %s: %s; %s.",
		senders(gather, group), group->sessions,
		group->sessions == 1 ? "session" : "sessions", days(gather, group), subject,
		said[group->status]);
}

/* Those of these days, and of the others those that no report after them could have told of:
   whether they are over is not known. */
static void
gather_failures(struct gather *gather)
{
	const struct judgement *judgement = gather->judgement;
	int32_t today = instant_day(gather->evidence->at), last = last_reported(gather->evidence);
	for (int recent = 1; recent >= 0; recent--)
		for (size_t i = 0; i < judgement->n_groups; i++) {
			const struct failure_group *group = &judgement->groups[i];
			const char *subject = failure_subject(gather, group);
			/* heaviest first: other addresses of the same host add nothing new */
			if (!is_of_note(group) || is_recent(group, today) != recent ||
				has(gather, CONDITION_FAILURE, subject))
				continue;
			if (recent)
				add(gather, CONDITION_FAILURE, subject, "", weight_of(group),
					failure_text(gather, group, subject), NULL);
			else if (group->last_day >= last)
				add(gather, CONDITION_FAILURE, subject, NULL, SEEN_INFO, NULL,
					NULL);
		}
	gather->out->unsure[CONDITION_FAILURE] = last == INT32_MIN;
}

/* ---- what our own checks see ---- */

static const char *
host_names(struct gather *gather)
{
	const struct seen_check *now = gather->judgement->now;
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (size_t i = 0; i < now->n_hosts; i++)
		g_ptr_array_add(names, (gpointer)now->hosts[i].name);
	g_ptr_array_sort(names, compare_texts);
	g_autoptr(GString) text = g_string_new(NULL);
	for (guint i = 0; i < names->len; i++)
		g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", (char *)names->pdata[i]);
	return arena_strdup(gather->arena, names->len > 0 ? text->str : "none");
}

static const char *
seen_name(enum seen seen)
{
	static const char *const names[] = { "fine", "absent", "unknown", "bad" };
	return names[seen];
}

static void
gather_state(struct gather *gather, enum condition_kind kind, enum seen seen, const char *state,
	const char *text)
{
	gather->out->unsure[kind] = seen == SEEN_UNKNOWN;
	if (seen != SEEN_UNKNOWN)
		add(gather, kind, "", state, SEEN_INFO, text, NULL);
}

/* Each is what our own check sees; where it could not tell, what was told holds. */
static void
gather_states(struct gather *gather)
{
	const struct seen_check *now = gather->judgement->now;
	const char *policy = now->policy_text, *id = now->record_id;
	gather_state(gather, CONDITION_POLICY, now->policy, policy != NULL ? policy : "none",
		policy != NULL ? "The policy that is served changed."
			       : "No policy that can be used is served any more.");
	gather_state(gather, CONDITION_RECORD, now->record, id != NULL ? id : "none",
		id != NULL ? "The id of the _mta-sts record changed."
			   : "There is no _mta-sts record that can be used any more.");
	gather_state(gather, CONDITION_TLSRPT, now->tlsrpt, seen_name(now->tlsrpt),
		now->tlsrpt == SEEN_FINE
			? "There is a _smtp._tls record again: reports are asked for."
		: now->tlsrpt == SEEN_ABSENT
			? "There is no _smtp._tls record any more: nobody will report."
			: "The _smtp._tls record cannot be used any more: nobody may report.");
	gather_state(gather, CONDITION_MX, now->mx, host_names(gather), "The MX hosts changed.");
	gather->out->unsure[CONDITION_CERTIFICATE] = now->mx == SEEN_UNKNOWN;
	if (now->mx != SEEN_UNKNOWN)
		gather_certificates(gather);
}

static void
know_no_states(struct conditions *out)
{
	for (int kind = CONDITION_POLICY; kind <= CONDITION_MX; kind++)
		out->unsure[kind] = true;
	out->unsure[CONDITION_CERTIFICATE] = true;
}

struct conditions
condition_gather(const struct evidence *evidence, const struct judgement *judgement)
{
	struct conditions out = { .list = g_array_new(FALSE, FALSE, sizeof(struct condition)) };
	struct gather gather = { evidence, judgement, evidence->arena, &out };
	gather_verdict(&gather);
	gather_reasons(&gather);
	gather_silence(&gather);
	gather_failures(&gather);
	if (judgement->now != NULL)
		gather_states(&gather);
	else
		know_no_states(&out);
	/* what blocks may be hidden where nothing could be told */
	out.unsure[CONDITION_REASON] = judgement->verdict == VERDICT_UNKNOWN;
	return out;
}

void
condition_clear(struct conditions *conditions)
{
	g_array_unref(conditions->list);
}
