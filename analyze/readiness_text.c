/* Verdicts as a page: what to do first, then why, then what it rests on. */
#include <math.h>
#include <string.h>

#include "analyze/page.h"
#include "analyze/readiness.h"
#include "ingest/instant.h"
#include "ingest/printable.h"

#define INDENT 14
#define MOST_ROWS 8
#define MOST_NAME 60

static const struct {
	const char *word, *meaning;
	enum page_mark mark;
} verdicts[] = {
	[VERDICT_ROLLBACK] = { "ROLL BACK", "mail is being refused now: mend at once, or go back",
		MARK_BAD },
	[VERDICT_FIX] = { "FIX", "something would lose mail, or protect nothing, under enforce",
		MARK_BAD },
	[VERDICT_UNKNOWN] = { "UNKNOWN", "could not be told; nothing is taken for good",
		MARK_UNKNOWN },
	[VERDICT_SETUP] = { "SET UP", "no usable policy, record or reporting yet", MARK_WARN },
	[VERDICT_WAIT] = { "WAIT", "nothing is wrong, but there is not enough proof yet",
		MARK_WARN },
	[VERDICT_PROMOTE] = { "PROMOTE", "testing may become enforce now", MARK_FINE },
	[VERDICT_ENFORCED] = { "ENFORCED", "the policy is enforced, and all is well", MARK_FINE },
	[VERDICT_NOT_APPLICABLE] = { "NOT APPLICABLE", "the domain receives no mail", MARK_NONE },
};

const char *
readiness_word(enum verdict verdict)
{
	return verdicts[verdict].word;
}

const char *
readiness_meaning(enum verdict verdict)
{
	return verdicts[verdict].meaning;
}

static const char *
day_text(int32_t day, char buffer[INSTANT_DAY_TEXT_BYTES])
{
	return day != INT32_MIN ? instant_day_text(day, buffer) : "-";
}

static void
put_heading(struct page *page, const char *text)
{
	g_string_append_printf(page->out, "\n%s\n", text);
}

/* "  name        text" */
static void
put_fact(struct page *page, const char *name, const char *text)
{
	g_string_append_printf(page->out, "  %-*s", INDENT - 2, name);
	page_wrapped(page, INDENT, INDENT, text);
}

/* ---- what to do ---- */

static void
put_published(struct page *page, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++) {
		g_autofree char *plain = printable(g_strchomp(lines[i]), 1000);
		if (*plain != '\0')
			g_string_append_printf(page->out, "%*s%s\n", INDENT + 2, "", plain);
	}
}

static void
put_plan(struct page *page, const struct judgement *judgement)
{
	if (judgement->n_plan > 0)
		put_heading(page, "What to do");
	for (size_t i = 0; i < judgement->n_plan; i++) {
		const struct plan_step *step = &judgement->plan[i];
		if (strlen(step->when) > INDENT - 3) {
			g_string_append_printf(page->out, "  %s\n%*s", step->when, INDENT, "");
			page_wrapped(page, INDENT, INDENT, step->text);
		} else {
			put_fact(page, step->when, step->text);
		}
		if (step->publish != NULL)
			put_published(page, step->publish);
	}
}

/* ---- why ---- */

static void
put_reason(struct page *page, const struct reason *reason)
{
	g_string_append(page->out, "  ");
	page_mark(page, reason->severity == SEEN_BLOCK  ? MARK_BAD
			: reason->severity == SEEN_WARN ? MARK_WARN
							: MARK_NONE);
	g_string_append_printf(page->out, " %s\n      ", reason->code);
	page_wrapped(page, 6, 6, reason->text);
	if (reason->evidence != NULL) {
		g_string_append(page->out, "      Seen:   ");
		page_wrapped(page, 14, 14, reason->evidence);
	}
	/* what blocks is in the plan, with its remedy */
	if (reason->remedy != NULL && reason->severity != SEEN_BLOCK) {
		g_string_append(page->out, "      Remedy: ");
		page_wrapped(page, 14, 14, reason->remedy);
	}
}

static void
put_reasons(struct page *page, const struct judgement *judgement)
{
	if (judgement->n_reasons > 0)
		put_heading(page, "Why");
	for (size_t i = 0; i < judgement->n_reasons; i++)
		put_reason(page, &judgement->reasons[i]);
}

/* ---- what it rests on ---- */

static void
put_soak(struct page *page, const struct judgement *judgement)
{
	const struct soak *soak = &judgement->soak;
	char earliest[INSTANT_DAY_TEXT_BYTES];
	if (judgement->candidate == NULL)
		return;
	g_autofree char *text =
		g_strdup_printf("%d of %d days clean%s%s", soak->clean_days, soak->required_days,
			soak->earliest_day != INT32_MIN && judgement->verdict == VERDICT_WAIT
				? "; enforce at the earliest on "
				: "",
			judgement->verdict == VERDICT_WAIT && soak->earliest_day != INT32_MIN
				? day_text(soak->earliest_day, earliest)
				: "");
	put_fact(page, "soak", text);
}

char *
readiness_bound(const struct judgement *judgement)
{
	const struct soak *soak = &judgement->soak;
	if (judgement->upper_bound <= 0 || soak->clean_days == 0)
		return NULL;
	/* 3/n of the n sessions that it was made from */
	double a_week = 7.0 * 3 / soak->clean_days;
	return g_strdup_printf(
		"at most 1 in %.0f sessions would be refused (95 %% certain): %s%.0f a week",
		floor(1 / judgement->upper_bound), a_week < 1 ? "fewer than " : "about ",
		fmax(1, round(a_week)));
}

static void
put_bound(struct page *page, const struct judgement *judgement)
{
	g_autofree char *text = readiness_bound(judgement);
	if (text != NULL)
		put_fact(page, "confidence", text);
}

static void
put_sessions(struct page *page, const struct evidence *evidence, const struct judgement *judgement)
{
	const struct sessions *sums = &judgement->sessions;
	char first[INSTANT_DAY_TEXT_BYTES], last[INSTANT_DAY_TEXT_BYTES];
	g_autofree char *window = g_strdup_printf("%s to %s", day_text(evidence->first_day, first),
		day_text(evidence->last_day, last));
	g_autofree char *text =
		g_strdup_printf("%" G_GINT64_FORMAT " clean, %" G_GINT64_FORMAT
				" that enforce would have refused, %" G_GINT64_FORMAT
				" unprotected, %" G_GINT64_FORMAT " by DANE",
			sums->success, sums->refused, sums->unprotected, sums->dane);
	put_fact(page, "window", window);
	put_fact(page, "sessions", text);
}

static void
put_reporters(struct page *page, const struct evidence *evidence)
{
	g_autoptr(GString) text = g_string_new(NULL);
	for (size_t i = 0; i < evidence->n_reporters && i < MOST_ROWS; i++) {
		const struct reporter *reporter = &evidence->reporters[i];
		char last[INSTANT_DAY_TEXT_BYTES];
		g_autofree char *name =
			printable(*reporter->submitter != '\0' ? reporter->submitter : "(unnamed)",
				MOST_NAME);
		g_string_append_printf(text, "%s%s (%s%" G_GINT64_FORMAT " %s, last %s%s)",
			i > 0 ? ", " : "", name,
			reporter->belief == BELIEF_VOUCHED ? "" : "unauthenticated, ",
			reporter->days, reporter->days == 1 ? "day" : "days",
			day_text(reporter->last_day, last),
			reporter->success == 0 && reporter->failure > 0 ? ", failures only" : "");
	}
	if (evidence->n_reporters > MOST_ROWS)
		g_string_append_printf(text, ", and %zu more", evidence->n_reporters - MOST_ROWS);
	put_fact(page, "reporters", text->len > 0 ? text->str : "none");
	for (size_t i = 0; i < evidence->n_ignored; i++)
		put_fact(page, i == 0 ? "set aside" : "", evidence->ignored[i]);
}

static void
put_groups(struct page *page, const struct judgement *judgement)
{
	for (size_t i = 0; i < judgement->n_groups && i < MOST_ROWS; i++) {
		const struct failure_group *group = &judgement->groups[i];
		char first[INSTANT_DAY_TEXT_BYTES], last[INSTANT_DAY_TEXT_BYTES];
		g_autofree char *text =
			g_strdup_printf("%" G_GINT64_FORMAT " %s%s%s%s%s, %s to %s: %s, %s",
				group->sessions, group->result_type,
				group->mx != NULL ? " at " : "", group->mx != NULL ? group->mx : "",
				group->ip != NULL ? " " : "", group->ip != NULL ? group->ip : "",
				day_text(group->first_day, first), day_text(group->last_day, last),
				effect_name(group->effect), group_status_name(group->status));
		put_fact(page, i == 0 ? "failures" : "", text);
	}
	if (judgement->n_groups > MOST_ROWS) {
		g_autofree char *text =
			g_strdup_printf("and %zu more kinds", judgement->n_groups - MOST_ROWS);
		put_fact(page, "", text);
	}
}

static void
put_check(struct page *page, const struct evidence *evidence, const struct judgement *judgement)
{
	char at[INSTANT_TEXT_BYTES];
	g_autofree char *text =
		judgement->now != NULL
			? g_strdup_printf("of %s; %zu %s in the window",
				  instant_text(judgement->now->last_at, at), evidence->n_checks,
				  evidence->n_checks == 1 ? "state seen" : "states seen")
			: g_strdup("none that tells of now");
	put_fact(page, "live check", text);
}

static void
put_ground(struct page *page, const struct evidence *evidence, const struct judgement *judgement)
{
	put_heading(page, "What it rests on");
	put_soak(page, judgement);
	put_bound(page, judgement);
	put_sessions(page, evidence, judgement);
	put_groups(page, judgement);
	put_reporters(page, evidence);
	put_check(page, evidence, judgement);
}

void
readiness_text(const struct evidence *evidence, const struct judgement *judgement, bool colour,
	GString *out)
{
	struct page page = { out, colour };
	char at[INSTANT_TEXT_BYTES];
	g_string_append_printf(out, "%s: ", evidence->domain);
	page_coloured(&page, verdicts[judgement->verdict].mark, verdicts[judgement->verdict].word);
	g_string_append_printf(out, "\n%s.%s\n", verdicts[judgement->verdict].meaning,
		evidence->planned != NULL ? "  Judged by a policy that is only planned." : "");
	put_plan(&page, judgement);
	put_reasons(&page, judgement);
	if (judgement->verdict != VERDICT_NOT_APPLICABLE)
		put_ground(&page, evidence, judgement);
	g_string_append_printf(out, "\nJudged for %s.\n", instant_text(evidence->at, at));
}

void
readiness_line(const struct evidence *evidence, const struct judgement *judgement, bool colour,
	GString *out)
{
	struct page page = { out, colour };
	const struct reason *first = judgement->n_reasons > 0 ? &judgement->reasons[0] : NULL;
	char earliest[INSTANT_DAY_TEXT_BYTES];
	page_mark(&page, verdicts[judgement->verdict].mark);
	g_string_append_printf(
		out, " %-14s %-30s", verdict_name(judgement->verdict), evidence->domain);
	if (judgement->verdict == VERDICT_WAIT && judgement->soak.earliest_day != INT32_MIN)
		g_string_append_printf(
			out, " from %s", day_text(judgement->soak.earliest_day, earliest));
	if (first != NULL && first->severity != SEEN_INFO)
		g_string_append_printf(out, " %s", first->code);
	g_string_append_c(out, '\n');
}
