/* Verdicts as a page for a browser: what to do first, then why, then what it rests on. */
#include <string.h>

#include "analyze/html.h"
#include "analyze/readiness.h"
#include "analyze/readiness_plot.h"
#include "analyze/readiness_tables.h"

/* Reasons that are shown at once. */
#define FIRST_REASONS 12

const char *
readiness_tone(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_PROMOTE:
	case VERDICT_ENFORCED:
		return "good";
	case VERDICT_FIX:
	case VERDICT_ROLLBACK:
		return "bad";
	case VERDICT_WAIT:
	case VERDICT_SETUP:
		return "warn";
	case VERDICT_UNKNOWN:
	case VERDICT_NOT_APPLICABLE:
		break;
	}
	return "plain";
}

/* ---- the verdict ---- */

static void
put_verdict(const struct evidence *evidence, const struct judgement *judgement, GString *out)
{
	html_printf(out, "<h1>%s</h1>\n<div class=\"verdict %s\">\n", evidence->domain,
		readiness_tone(judgement->verdict));
	html_printf(out, "<p class=\"word\">%s</p>\n<p>%s.%s</p>\n",
		readiness_word(judgement->verdict), readiness_meaning(judgement->verdict),
		evidence->planned != NULL ? " Judged by a policy that is only planned." : "");
	if (judgement->verdict == VERDICT_WAIT && judgement->soak.earliest_day != INT32_MIN)
		html_printf(out, "<p>Enforce on <strong>%D</strong> at the earliest.</p>\n",
			judgement->soak.earliest_day);
	html_printf(out, "<p class=\"soft\">Judged for %T.</p>\n</div>\n", evidence->at);
}

/* A text to copy, without the line end of its last line. */
static void
put_published(const struct plan_step *step, GString *out)
{
	g_auto(GStrv) lines = g_strsplit(step->publish, "\r\n", -1);
	html_printf(out, "<pre tabindex=\"0\" role=\"region\" aria-label=\"To publish, %s\">",
		step->when);
	for (char **line = lines; *line != NULL; line++) {
		html_text(out, *line);
		if (line[1] != NULL && *line[1] != '\0')
			g_string_append_c(out, '\n');
	}
	g_string_append(out, "</pre>");
}

static void
put_plan(const struct judgement *judgement, GString *out)
{
	if (judgement->n_plan == 0)
		return;
	g_string_append(out, "<h2>What to do</h2>\n<ol class=\"plan\">\n");
	for (size_t i = 0; i < judgement->n_plan; i++) {
		const struct plan_step *step = &judgement->plan[i];
		html_printf(
			out, "<li><span class=\"when\">%s</span><p>%p</p>", step->when, step->text);
		if (step->publish != NULL)
			put_published(step, out);
		g_string_append(out, "</li>\n");
	}
	g_string_append(out, "</ol>\n");
}

static void
put_reason(const struct reason *reason, GString *out)
{
	static const char *const tones[] = { "plain", "warn", "bad" };
	static const char *const words[] = { "note", "hold", "fix" };
	html_printf(out, "<li><span class=\"tag %s\">%s</span><p>%p</p>", tones[reason->severity],
		words[reason->severity], reason->text);
	if (reason->evidence != NULL)
		html_printf(out, "<p class=\"soft\">Seen: %s</p>", reason->evidence);
	if (reason->remedy != NULL)
		html_printf(out, "<p>Remedy: %p</p>", reason->remedy);
	html_printf(out, "<p class=\"soft\"><code>%s</code></p></li>\n", reason->code);
}

static void
put_reasons(const struct judgement *judgement, GString *out)
{
	size_t first = MIN(judgement->n_reasons, FIRST_REASONS);
	if (judgement->n_reasons == 0)
		return;
	g_string_append(out, "<h2>Why</h2>\n<ul class=\"why\">\n");
	for (size_t i = 0; i < first; i++)
		put_reason(&judgement->reasons[i], out);
	g_string_append(out, "</ul>\n");
	if (first == judgement->n_reasons)
		return;
	html_printf(out, "<details><summary>%d more</summary><ul class=\"why\">\n",
		(int)(judgement->n_reasons - first));
	for (size_t i = first; i < judgement->n_reasons; i++)
		put_reason(&judgement->reasons[i], out);
	g_string_append(out, "</ul></details>\n");
}

/* ---- what it rests on ---- */

static void
put_soak(const struct judgement *judgement, GString *out)
{
	const struct soak *soak = &judgement->soak;
	if (judgement->candidate == NULL)
		return;
	html_printf(out, "<dt>Soak</dt><dd>%d clean %s; %d are needed</dd>\n", soak->clean_days,
		soak->clean_days == 1 ? "day" : "days", soak->required_days);
	g_autofree char *bound = readiness_bound(judgement);
	if (bound != NULL)
		html_printf(out, "<dt>Confidence</dt><dd>%s</dd>\n", bound);
}

static void
put_facts(const struct evidence *evidence, const struct judgement *judgement, GString *out)
{
	const struct sessions *sums = &judgement->sessions;
	g_string_append(out, "<dl class=\"facts\">\n");
	put_soak(judgement, out);
	html_printf(out,
		"<dt>Sessions</dt><dd>%ld clean, %ld that enforce would have refused, %ld "
		"unprotected, %ld refused by DANE</dd>\n",
		(long)sums->success, (long)sums->refused, (long)sums->unprotected,
		(long)sums->dane);
	html_printf(out, "<dt>Window</dt><dd>%D to %D</dd>\n<dt>Live check</dt><dd>",
		evidence->first_day, evidence->last_day);
	if (judgement->now != NULL)
		html_printf(out, "of %T", judgement->now->last_at);
	else
		g_string_append(out, "none that tells of now");
	g_string_append(out, "</dd>\n");
	for (size_t i = 0; i < evidence->n_ignored; i++)
		html_printf(out, "<dt>Set aside</dt><dd>%s</dd>\n", evidence->ignored[i]);
	g_string_append(out, "</dl>\n");
}

static void
put_ground(const struct evidence *evidence, const struct judgement *judgement, GString *out)
{
	g_string_append(out, "<h2>What it rests on</h2>\n<div class=\"ground\">");
	put_facts(evidence, judgement, out);
	readiness_calendar(evidence, judgement, out);
	g_string_append(out, "</div>\n<h2>Sessions by day</h2>\n");
	readiness_days(evidence, judgement, out);
	readiness_tables(evidence, judgement, out);
}

char *
readiness_html_title(const struct evidence *evidence, const struct judgement *judgement)
{
	return g_strdup_printf("%s: %s", evidence->domain, readiness_word(judgement->verdict));
}

void
readiness_html_content(
	const struct evidence *evidence, const struct judgement *judgement, GString *out)
{
	put_verdict(evidence, judgement, out);
	put_plan(judgement, out);
	put_reasons(judgement, out);
	if (judgement->verdict != VERDICT_NOT_APPLICABLE)
		put_ground(evidence, judgement, out);
}

void
readiness_html(const struct evidence *evidence, const struct judgement *judgement, GString *out)
{
	g_autofree char *title = readiness_html_title(evidence, judgement);
	html_begin(out, title);
	readiness_html_content(evidence, judgement, out);
	html_end(out);
}
