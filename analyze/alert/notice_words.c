/* What changed about a domain, in words. */
#include "analyze/alert/notice_words.h"

#include <string.h>

#include "analyze/alert/wrapped.h"
#include "analyze/readiness.h"
#include "ingest/instant.h"
#include "ingest/printable.h"

/* A subject is no longer; mail programs show less. */
#define MOST_TITLE 150
/* Of what a verdict rests on. */
#define MOST_REASONS 5

static const struct change *
change_at(const GArray *told, guint place)
{
	return &g_array_index(told, struct change, place);
}

static const struct change *
find_verdict(const GArray *told)
{
	for (guint i = 0; i < told->len; i++)
		if (change_at(told, i)->condition.kind == CONDITION_VERDICT)
			return change_at(told, i);
	return NULL;
}

static const char *
word_of(const char *verdict)
{
	for (int i = VERDICT_ROLLBACK; i <= VERDICT_NOT_APPLICABLE; i++)
		if (strcmp(verdict, verdict_name((enum verdict)i)) == 0)
			return readiness_word((enum verdict)i);
	return verdict;
}

/* ---- the title ---- */

static bool
is_host(const struct judgement *judgement, const char *name)
{
	for (size_t i = 0; judgement->now != NULL && i < judgement->now->n_hosts; i++)
		if (strcmp(judgement->now->hosts[i].name, name) == 0)
			return true;
	return false;
}

static char *
name_certificate(const struct change *change, const struct judgement *judgement)
{
	const char *host = change->condition.subject;
	if (change->what == CHANGE_ENDED)
		return g_strdup_printf(is_host(judgement, host) ? "certificate of %s renewed"
								: "%s is no MX host any more",
			host);
	return g_strdup_printf("certificate of %s %s", host,
		change->condition.severity == SEEN_BLOCK ? "ended" : "ends soon");
}

/* What stands in a title for a change. */
static char *
name_of(const struct change *change, const struct judgement *judgement)
{
	const char *subject = change->condition.subject;
	bool ended = change->what == CHANGE_ENDED;
	switch (change->condition.kind) {
	case CONDITION_REASON:
		return g_strdup_printf(change->what == CHANGE_CHANGED ? "more of %s"
				       : ended                        ? "%s is over"
								      : "%s",
			subject);
	case CONDITION_FAILURE:
		return g_strdup_printf(ended ? "no more reports of %s" : "reports of %s", subject);
	case CONDITION_CERTIFICATE:
		return name_certificate(change, judgement);
	case CONDITION_SILENCE:
		return g_strdup(ended ? "reports come again" : "reports stopped");
	case CONDITION_POLICY:
		return g_strdup("policy changed");
	case CONDITION_RECORD:
		return g_strdup("_mta-sts record changed");
	case CONDITION_TLSRPT:
		return g_strdup("_smtp._tls record changed");
	case CONDITION_MX:
		return g_strdup("MX hosts changed");
	default:
		return g_strdup("");
	}
}

char *
notice_title(const struct judged *judged, const GArray *told)
{
	const struct judgement *judgement = judged->judgement;
	const struct change *verdict = find_verdict(told);
	g_autoptr(GString) out = g_string_new(judged->evidence->domain);
	g_string_append_printf(out, ": %s", readiness_word(judgement->verdict));
	if (verdict != NULL && verdict->before != NULL)
		g_string_append_printf(out, " (was %s)", word_of(verdict->before));
	guint first = 0, others = told->len - (verdict != NULL);
	if (others > 0 && change_at(told, first) == verdict)
		first++;
	if (others > 0) {
		g_autofree char *name = name_of(change_at(told, first), judgement);
		g_string_append_printf(out, ", %s", name);
	}
	if (others > 1)
		g_string_append_printf(out, " and %u more", others - 1);
	return printable(out->str, MOST_TITLE);
}

/* ---- what is new ---- */

static void
put_states(GString *out, const char *before, const char *now, bool lines)
{
	if (lines) {
		g_string_append(out, "    It is now\n");
		wrapped_lines(out, 8, now);
		g_string_append(out, "    and was\n");
		wrapped_lines(out, 8, before);
		return;
	}
	g_string_append(out, "    Now:    ");
	wrapped_append(out, 12, 12, now);
	g_string_append(out, "    Before: ");
	wrapped_append(out, 12, 12, before);
}

static void
put_over(GString *out, const struct change *change, const struct judgement *judgement)
{
	g_autofree char *name = name_of(change, judgement);
	char since[INSTANT_TEXT_BYTES];
	g_autofree char *text = g_strdup_printf("Resolved: %s; noted first on %s.", name,
		instant_text(change->condition.since, since));
	wrapped_append(out, 4, 4, text);
}

/* Whether the plan, which follows, says so. */
static bool
is_planned(const struct judgement *judgement, const char *remedy)
{
	for (size_t i = 0; i < judgement->n_plan; i++)
		if (strstr(judgement->plan[i].text, remedy) != NULL)
			return true;
	return false;
}

static void
put_now(GString *out, const struct change *change, const struct judgement *judgement, bool plan)
{
	const struct condition *condition = &change->condition;
	g_auto(GStrv) lines = g_strsplit(condition->text, "\n", -1);
	for (char **line = lines; *line != NULL; line++) {
		g_string_append(out, line == lines ? "" : "    ");
		wrapped_append(out, 4, 4, *line);
	}
	if (change->what == CHANGE_CHANGED && condition->severity == SEEN_INFO)
		put_states(
			out, change->before, condition->state, condition->kind == CONDITION_POLICY);
	if (condition->remedy == NULL || (plan && is_planned(judgement, condition->remedy)))
		return;
	g_string_append(out, "    Remedy: ");
	wrapped_append(out, 12, 12, condition->remedy);
}

static void
put_changes(GString *out, const GArray *told, const struct judgement *judgement)
{
	const struct change *verdict = find_verdict(told);
	for (guint i = 0; i < told->len; i++) {
		const struct change *change = change_at(told, i);
		if (change == verdict)
			continue;
		g_string_append(out, "\n  - ");
		if (change->what == CHANGE_ENDED)
			put_over(out, change, judgement);
		else
			put_now(out, change, judgement, verdict != NULL);
	}
}

/* ---- why, and what to do ---- */

/* Whether what is told says so already. */
static bool
is_told(const GArray *told, const struct reason *reason)
{
	for (guint i = 0; i < told->len; i++) {
		const struct change *change = change_at(told, i);
		enum condition_kind kind = change->condition.kind;
		if (change->what == CHANGE_ENDED)
			continue;
		if ((kind == CONDITION_REASON &&
			    strcmp(change->condition.subject, reason->code) == 0) ||
			(kind == CONDITION_FAILURE && reason->group != NULL) ||
			(kind == CONDITION_SILENCE && strcmp(reason->code, "report-gap") == 0) ||
			(kind == CONDITION_CERTIFICATE &&
				g_str_has_prefix(reason->code, "mx-certificate-exp")))
			return true;
	}
	return false;
}

/* Whether a verdict rests on it: what blocks where something does, and nothing that failures only
   add where nobody could tell. */
static bool
is_ground(enum verdict verdict, const struct reason *reason)
{
	if (verdict == VERDICT_UNKNOWN)
		return reason->severity >= SEEN_WARN && reason->group == NULL;
	return reason->severity >= (verdict_exit(verdict) == 2 ? SEEN_BLOCK : SEEN_WARN);
}

const char *
notice_ground(const struct judgement *judgement)
{
	for (size_t i = 0; i < judgement->n_reasons; i++)
		if (is_ground(judgement->verdict, &judgement->reasons[i]))
			return judgement->reasons[i].text;
	return judgement->n_reasons > 0 ? judgement->reasons[0].text : NULL;
}

/* What a verdict rests on, where no change tells it. */
static void
put_reasons(GString *out, const GArray *told, const struct judgement *judgement)
{
	const char *heading = verdict_exit(judgement->verdict) == 0 ? "Still of note" : "Why";
	unsigned count = 0;
	for (size_t i = 0; i < judgement->n_reasons; i++) {
		const struct reason *reason = &judgement->reasons[i];
		if (!is_ground(judgement->verdict, reason) || is_told(told, reason) ||
			++count > MOST_REASONS)
			continue;
		if (count == 1)
			g_string_append_printf(out, "\n%s\n\n", heading);
		g_string_append(out, "  - ");
		wrapped_append(out, 4, 4, reason->text);
	}
	if (count > MOST_REASONS)
		g_string_append_printf(out, "  - and %u more\n", count - MOST_REASONS);
}

static void
put_plan(GString *out, const struct judgement *judgement)
{
	if (judgement->n_plan > 0)
		g_string_append(out, "\nWhat to do\n");
	for (size_t i = 0; i < judgement->n_plan; i++) {
		const struct plan_step *step = &judgement->plan[i];
		g_string_append_printf(out, "\n  %s:", step->when);
		wrapped_append(out, 3 + strlen(step->when), 4, step->text);
		if (step->publish != NULL)
			wrapped_lines(out, 8, step->publish);
	}
}

char *
notice_words(const struct judged *judged, const GArray *told, const char *url)
{
	const struct evidence *evidence = judged->evidence;
	const struct judgement *judgement = judged->judgement;
	const struct change *verdict = find_verdict(told);
	GString *out = g_string_new(evidence->domain);
	char at[INSTANT_TEXT_BYTES];
	g_string_append_printf(out, ": %s", readiness_word(judgement->verdict));
	if (verdict != NULL && verdict->before != NULL)
		g_string_append_printf(out, ", was %s", word_of(verdict->before));
	const char *meaning = readiness_meaning(judgement->verdict);
	g_string_append_printf(out, ".\n%c%s.\n", g_ascii_toupper(*meaning), meaning + 1);
	put_changes(out, told, judgement);
	if (verdict != NULL) {
		put_reasons(out, told, judgement);
		put_plan(out, judgement);
	}
	g_string_append_printf(out, "\nJudged for %s.  All of it:\n%s%s\n",
		instant_text(evidence->at, at), url != NULL ? "" : "    stsready readiness ",
		url != NULL ? url : evidence->domain);
	return g_string_free(out, FALSE);
}
