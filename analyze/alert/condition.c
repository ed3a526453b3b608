/* What is worth telling about a domain, and what of it is new. */
#include "analyze/alert/condition.h"

#include <stdlib.h>
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
		"failure", "policy", "record", "tlsrpt", "mx", "unsure" };
	return names[kind];
}

const char *
change_what_name(enum change_what what)
{
	static const char *const names[] = { "began", "changed", "ended" };
	return names[what];
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
	if (verdict == VERDICT_UNKNOWN)
		add(gather, CONDITION_UNSURE, "", "", SEEN_INFO, "", NULL);
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

static void
gather_silence(struct gather *gather)
{
	for (size_t i = 0; i < gather->judgement->n_reasons; i++) {
		const struct reason *reason = &gather->judgement->reasons[i];
		bool stopped =
			strcmp(reason->code, "report-gap") == 0 ||
			(strcmp(reason->code, "no-reports") == 0 && gather->evidence->n_days > 0);
		if (stopped) {
			add(gather, CONDITION_SILENCE, "", "", SEEN_WARN, reason->text,
				reason->remedy);
			return;
		}
	}
}

/* The soonest end at a host; INT64_MAX: none is known. */
static int64_t
certificate_end(const struct seen_host *host)
{
	int64_t end = INT64_MAX;
	for (size_t i = 0; i < host->n_addresses; i++)
		if (host->addresses[i].has_certificate)
			end = MIN(end, host->addresses[i].not_after);
	return end;
}

static void
gather_certificates(struct gather *gather)
{
	static const int stages[] = { 0, 3, 14 };
	const struct seen_check *now = gather->judgement->now;
	for (size_t i = 0; i < now->n_hosts; i++) {
		char text[INSTANT_TEXT_BYTES];
		int64_t end = certificate_end(&now->hosts[i]);
		size_t stage = 0;
		while (stage < G_N_ELEMENTS(stages) &&
			end - gather->evidence->at > (int64_t)stages[stage] * DAY)
			stage++;
		if (end == INT64_MAX || stage == G_N_ELEMENTS(stages))
			continue;
		add(gather, CONDITION_CERTIFICATE, now->hosts[i].name,
			arena_printf(gather->arena, "%d", stages[stage]),
			stage == 0 ? SEEN_BLOCK : SEEN_WARN,
			arena_printf(gather->arena, "The certificate of %s %s on %s.",
				now->hosts[i].name, stage == 0 ? "ended" : "ends",
				instant_text(end, text)),
			"Renew it, and reload the mail server on every machine behind its "
			"addresses.");
	}
}

static bool
is_recent(const struct failure_group *group, int32_t today)
{
	return group->status != GROUP_FOREIGN && group->status != GROUP_OLDER_POLICY &&
	       group->last_day >= today - FRESH_DAYS;
}

static const char *
failure_subject(struct gather *gather, const struct failure_group *group)
{
	return group->mx != NULL
		       ? arena_printf(gather->arena, "%s at %s", group->result_type, group->mx)
		       : group->result_type;
}

static void
gather_failures(struct gather *gather)
{
	const struct judgement *judgement = gather->judgement;
	int32_t today = instant_day(gather->evidence->at);
	for (size_t i = 0; i < judgement->n_groups; i++) {
		const struct failure_group *group = &judgement->groups[i];
		const char *subject = failure_subject(gather, group);
		char day[INSTANT_DAY_TEXT_BYTES];
		/* heaviest first: other addresses of the same host add nothing new */
		if (!is_recent(group, today) || has(gather, CONDITION_FAILURE, subject))
			continue;
		add(gather, CONDITION_FAILURE, subject, "",
			group->status == GROUP_SENDER_SIDE ? SEEN_INFO
			: group->effect == EFFECT_REFUSED  ? SEEN_BLOCK
							   : SEEN_WARN,
			arena_printf(gather->arena, "Senders tell of failures since %s: %s (%s).",
				instant_day_text(group->first_day, day), subject,
				group_status_name(group->status)),
			NULL);
	}
}

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

/* Each is what our own check sees; where it could not tell, what was told holds. */
static void
gather_states(struct gather *gather)
{
	const struct seen_check *now = gather->judgement->now;
	struct conditions *out = gather->out;
	out->unsure[CONDITION_POLICY] = now->policy == SEEN_UNKNOWN;
	out->unsure[CONDITION_RECORD] = now->record == SEEN_UNKNOWN;
	out->unsure[CONDITION_TLSRPT] = now->tlsrpt == SEEN_UNKNOWN;
	out->unsure[CONDITION_MX] = now->mx == SEEN_UNKNOWN;
	out->unsure[CONDITION_CERTIFICATE] = now->mx == SEEN_UNKNOWN;
	if (!out->unsure[CONDITION_POLICY]) {
		const char *text = now->policy_text != NULL ? now->policy_text : "none";
		add(gather, CONDITION_POLICY, "", text, SEEN_INFO,
			now->policy_text != NULL
				? arena_printf(gather->arena,
					  "The policy that is served is now:\n%s", text)
				: "No policy is served any more.",
			NULL);
	}
	if (!out->unsure[CONDITION_RECORD])
		add(gather, CONDITION_RECORD, "", now->record_id != NULL ? now->record_id : "none",
			SEEN_INFO,
			now->record_id != NULL ? arena_printf(gather->arena,
							 "The id of the _mta-sts record is now %s.",
							 now->record_id)
					       : "There is no usable _mta-sts record.",
			NULL);
	if (!out->unsure[CONDITION_TLSRPT])
		add(gather, CONDITION_TLSRPT, "", seen_name(now->tlsrpt), SEEN_INFO,
			arena_printf(gather->arena, "The _smtp._tls record is now: %s.",
				seen_name(now->tlsrpt)),
			NULL);
	if (!out->unsure[CONDITION_MX]) {
		const char *names = host_names(gather);
		add(gather, CONDITION_MX, "", names, SEEN_INFO,
			arena_printf(gather->arena, "The MX hosts are now: %s.", names), NULL);
		gather_certificates(gather);
	}
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
		for (int kind = CONDITION_POLICY; kind <= CONDITION_MX; kind++)
			out.unsure[kind] = true;
	if (judgement->now == NULL)
		out.unsure[CONDITION_CERTIFICATE] = true;
	/* what blocks may be hidden where nothing could be told */
	if (judgement->verdict == VERDICT_UNKNOWN)
		out.unsure[CONDITION_REASON] = out.unsure[CONDITION_SILENCE] = true;
	return out;
}

void
condition_clear(struct conditions *conditions)
{
	g_array_unref(conditions->list);
}

/* ---- what is new ---- */

static const struct condition *
find(const GArray *list, const struct condition *wanted)
{
	for (guint i = 0; i < list->len; i++) {
		const struct condition *condition = &g_array_index(list, struct condition, i);
		if (condition->kind == wanted->kind &&
			strcmp(condition->subject, wanted->subject) == 0)
			return condition;
	}
	return NULL;
}

/* Told when it begins and when it ends. */
static bool
is_problem(enum condition_kind kind)
{
	return kind >= CONDITION_REASON && kind <= CONDITION_FAILURE;
}

/* Whether a line of now is none of before. */
static bool
has_new_line(const char *now, const char *before)
{
	g_auto(GStrv) lines = g_strsplit(now, "\n", -1), known = g_strsplit(before, "\n", -1);
	for (char **line = lines; *line != NULL; line++)
		if (!g_strv_contains((const char *const *)known, *line))
			return true;
	return false;
}

static bool
is_worse(const struct condition *now, const struct condition *before)
{
	if (now->kind == CONDITION_REASON)
		return has_new_line(now->state, before->state);
	if (now->kind == CONDITION_CERTIFICATE)
		return atoi(now->state) < atoi(before->state);
	return false;
}

static void
tell(struct changes *out, enum change_what what, const struct condition *condition,
	const char *before)
{
	const struct change change = { what, *condition, before };
	g_array_append_val(out->told, change);
}

/* Whether a change of state is worth telling, once it is kept in mind. */
static bool
is_change(const struct condition *now, const struct condition *before)
{
	if (now->kind == CONDITION_UNSURE)
		return false;
	return is_problem(now->kind) ? is_worse(now, before) : true;
}

/* A verdict that nothing can be told is held back for a time; what was told before holds. */
static bool
is_held_back(const struct condition *now, const GArray *before, int64_t at)
{
	static const struct condition unsure = { .kind = CONDITION_UNSURE, .subject = "" };
	if (now->kind != CONDITION_VERDICT ||
		strcmp(now->state, verdict_name(VERDICT_UNKNOWN)) != 0)
		return false;
	const struct condition *begun = find(before, &unsure);
	return begun == NULL || at - begun->since < CONDITION_UNSURE_SECONDS;
}

/* Of a domain that nothing was ever told about, what is wrong alone: the rest did not change. */
static bool
is_news(const struct condition *now, const GArray *before)
{
	bool first = before->len == 0;
	if (is_problem(now->kind))
		return !first || now->severity >= SEEN_WARN;
	return now->kind == CONDITION_VERDICT && (!first || now->severity == SEEN_BLOCK);
}

static void
compare_one(struct changes *out, const struct condition *now, const GArray *before, int64_t at)
{
	const struct condition *known = find(before, now);
	if (is_held_back(now, before, at) ||
		(known != NULL && strcmp(known->state, now->state) == 0))
		return;
	struct condition kept = *now;
	kept.since = known != NULL && is_problem(now->kind) ? known->since : at;
	g_array_append_val(out->put, kept);
	if (known == NULL && is_news(now, before))
		tell(out, CHANGE_BEGAN, &kept, NULL);
	else if (known != NULL && is_change(now, known))
		tell(out, CHANGE_CHANGED, &kept, known->state);
}

struct changes
condition_compare(const struct conditions *now, const GArray *before, int64_t at)
{
	struct changes out = { g_array_new(FALSE, FALSE, sizeof(struct change)),
		g_array_new(FALSE, FALSE, sizeof(struct condition)),
		g_array_new(FALSE, FALSE, sizeof(struct condition)) };
	for (guint i = 0; i < now->list->len; i++)
		compare_one(&out, &g_array_index(now->list, struct condition, i), before, at);
	for (guint i = 0; i < before->len; i++) {
		const struct condition *known = &g_array_index(before, struct condition, i);
		bool lasts = find(now->list, known) != NULL || now->unsure[known->kind];
		if (lasts || !(is_problem(known->kind) || known->kind == CONDITION_UNSURE))
			continue;
		g_array_append_val(out.drop, *known);
		if (is_problem(known->kind))
			tell(&out, CHANGE_ENDED, known, known->state);
	}
	return out;
}

void
condition_clear_changes(struct changes *changes)
{
	g_array_unref(changes->told);
	g_array_unref(changes->put);
	g_array_unref(changes->drop);
}
