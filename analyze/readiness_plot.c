/* The plots of a verdict's page. */
#include "analyze/readiness_plot.h"

#include <string.h>

#include "analyze/html.h"
#include "ingest/instant.h"

#define DAY_SECONDS INT64_C(86400)

/* What a day looks like: sessions by effect, under all policies but DANE's own. */
struct day_look {
	int64_t success, refused, unprotected, other;
	bool told; /* some report tells of it */
};

/* Of the window, and the day that is judged, of which checks tell already. */
static int32_t
days_of(const struct evidence *evidence)
{
	return evidence->last_day - evidence->first_day + 2;
}

static struct day_look *
looks_of(const struct evidence *evidence)
{
	struct day_look *looks = g_new0(struct day_look, (gsize)days_of(evidence));
	for (size_t i = 0; i < evidence->n_days; i++) {
		const struct day_sum *sum = &evidence->days[i];
		if (strcmp(evidence->policies[sum->policy].type, "tlsa") == 0)
			continue;
		struct day_look *look = &looks[sum->day - evidence->first_day];
		look->told = true;
		look->success += sum->success;
	}
	for (size_t i = 0; i < evidence->n_failures; i++) {
		const struct day_failure *failure = &evidence->failures[i];
		struct day_look *look = &looks[failure->day - evidence->first_day];
		switch (verdict_effect(
			evidence->policies[failure->policy].type, failure->result_type)) {
		case EFFECT_REFUSED:
			look->refused += failure->sessions;
			break;
		case EFFECT_UNPROTECTED:
			look->unprotected += failure->sessions;
			break;
		case EFFECT_DANE:
		case EFFECT_NONE:
			look->other += failure->sessions;
		}
	}
	return looks;
}

static const char *
day_text(int32_t day, char buffer[INSTANT_DAY_TEXT_BYTES])
{
	return instant_day_text(day, buffer);
}

static void
put_key(GString *out, const char *classes, bool cross, const char *words)
{
	g_string_append_printf(out,
		"<li><svg viewBox=\"0 0 14 14\" aria-hidden=\"true\"><rect x=\"1\" y=\"1\" "
		"width=\"12\" height=\"12\" rx=\"2\" class=\"%s\"/>%s</svg>",
		classes, cross ? "<path d=\"M4 4l6 6m0-6l-6 6\" class=\"cross\"/>" : "");
	html_text(out, words);
	g_string_append(out, "</li>");
}

/* ---- the calendar ---- */

#define CELL 16
#define LEFT 34

struct calendar {
	const struct evidence *evidence;
	const struct judgement *judgement;
	const struct day_look *looks;
	int32_t monday; /* of the first week */
	GString *out;
};

static const char *
state_of(const struct calendar *calendar, int32_t day)
{
	const struct evidence *evidence = calendar->evidence;
	if (day > evidence->last_day)
		return "togo";
	const struct day_look *look = &calendar->looks[day - evidence->first_day];
	if (look->refused > 0)
		return "failed";
	return look->told ? "clean" : "silent";
}

static void
put_cell(const struct calendar *calendar, int32_t day)
{
	char text[INSTANT_DAY_TEXT_BYTES];
	const char *state = state_of(calendar, day);
	int32_t place = day - calendar->monday;
	int x = LEFT + place / 7 * CELL, y = 16 + place % 7 * CELL;
	g_string_append_printf(calendar->out,
		"<rect x=\"%d\" y=\"%d\" width=\"13\" height=\"13\" rx=\"2\" class=\"%s\">"
		"<title>%s: %s</title></rect>",
		x, y, state, day_text(day, text),
		strcmp(state, "togo") == 0     ? "to go"
		: strcmp(state, "silent") == 0 ? "no report"
					       : state);
	if (strcmp(state, "failed") == 0)
		g_string_append_printf(calendar->out,
			"<path d=\"M%d %dl7 7m0-7l-7 7\" class=\"cross\"/>", x + 3, y + 3);
}

/* The first of each month above its week. */
static void
put_months(const struct calendar *calendar, int32_t first, int32_t last)
{
	char text[INSTANT_DAY_TEXT_BYTES];
	for (int32_t day = first; day <= last; day++) {
		day_text(day, text);
		if (strcmp(text + 8, "01") == 0)
			g_string_append_printf(calendar->out, "<text x=\"%d\" y=\"11\">%.7s</text>",
				LEFT + (day - calendar->monday) / 7 * CELL, text);
	}
}

void
readiness_calendar(const struct evidence *evidence, const struct judgement *judgement, GString *out)
{
	const struct soak *soak = &judgement->soak;
	int32_t last = evidence->last_day;
	g_autofree struct day_look *looks = looks_of(evidence);
	if (judgement->verdict == VERDICT_WAIT && soak->earliest_day != INT32_MIN)
		last = MIN(MAX(last, soak->earliest_day - 1), evidence->last_day + 120);
	/* day 0 was a Thursday */
	struct calendar calendar = { evidence, judgement, looks,
		evidence->first_day - (evidence->first_day + 3) % 7, out };
	int width = LEFT + ((last - calendar.monday) / 7 + 1) * CELL + 30;
	html_printf(out,
		"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Soak\">"
		"<svg viewBox=\"0 0 %d 132\" width=\"%d\" height=\"165\" class=\"fixed\" "
		"role=\"img\" "
		"aria-label=\"The soak, a square for each day, a column for each week: %d of %d "
		"days clean\">",
		width, width * 5 / 4, soak->clean_days, soak->required_days);
	put_months(&calendar, evidence->first_day, last);
	g_string_append(out, "<text x=\"0\" y=\"28\">Mon</text><text x=\"0\" y=\"60\">Wed</text>"
			     "<text x=\"0\" y=\"92\">Fri</text>");
	for (int32_t day = evidence->first_day; day <= last; day++)
		put_cell(&calendar, day);
	g_string_append(out, "</svg></div>\n<ul class=\"key\">");
	put_key(out, "clean", false, "no refused session");
	put_key(out, "failed", true, "refused sessions");
	put_key(out, "silent", false, "no report");
	if (last > evidence->last_day)
		put_key(out, "togo", false, "to go");
	g_string_append(out, "</ul>\n");
}

/* ---- sessions by day ---- */

#define PLOT_WIDTH 720
#define PLOT_LEFT 44
#define PLOT_TOP 10
#define PLOT_HEIGHT 130
#define CHECKS_TOP (PLOT_TOP + PLOT_HEIGHT + 8)

static int64_t
total_of(const struct day_look *look)
{
	return look->success + look->refused + look->unprotected + look->other;
}

/* Worst first: bad, unknown, fine; NULL: nobody looked. */
static const char *
checks_of(const struct evidence *evidence, int32_t day)
{
	const char *state = NULL;
	int64_t from = day * DAY_SECONDS, to = from + DAY_SECONDS;
	for (size_t i = 0; i < evidence->n_checks; i++) {
		const struct seen_check *check = &evidence->checks[i];
		if (check->last_at < from || check->first_at >= to)
			continue;
		for (size_t k = 0; k < check->n_findings; k++)
			if (check->findings[k].severity == SEEN_BLOCK)
				return "bad";
		if (check->mx == SEEN_UNKNOWN || check->policy == SEEN_UNKNOWN)
			state = "unknown";
		else if (state == NULL)
			state = "fine";
	}
	return state;
}

struct plot {
	const struct evidence *evidence;
	const struct day_look *looks;
	double step; /* width of a day */
	double scale;
	GString *out;
};

/* A bar on top of others; something is never nothing. */
static double
put_bar(const struct plot *plot, int32_t at, int64_t sessions, double below, const char *classes)
{
	if (sessions == 0)
		return below;
	double height = MAX(2, (double)sessions * plot->scale);
	g_string_append_printf(plot->out,
		"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"%s\"/>",
		PLOT_LEFT + at * plot->step, PLOT_TOP + PLOT_HEIGHT - below - height,
		MAX(1, plot->step - 1), height, classes);
	return below + height;
}

static void
put_day(const struct plot *plot, int32_t at)
{
	const struct day_look *look = &plot->looks[at];
	double below = put_bar(plot, at, look->success, 0, "clean");
	below = put_bar(plot, at, look->unprotected, below, "unprotected");
	below = put_bar(plot, at, look->other, below, "otherbar");
	put_bar(plot, at, look->refused, below, "refused");
	const char *state = checks_of(plot->evidence, plot->evidence->first_day + at);
	if (state == NULL)
		return;
	/* a fault is taller than what is well, so that shape tells as well */
	bool bad = strcmp(state, "bad") == 0;
	g_string_append_printf(plot->out,
		"<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" class=\"seen-%s\"/>",
		PLOT_LEFT + at * plot->step, CHECKS_TOP + (bad ? 0 : 6), plot->step, bad ? 12 : 6,
		state);
}

static void
put_axes(const struct plot *plot, int64_t most)
{
	char text[INSTANT_DAY_TEXT_BYTES];
	g_string_append_printf(plot->out,
		"<path d=\"M%d %dh%d\" class=\"axis\"/>"
		"<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%ld</text>"
		"<text x=\"%d\" y=\"%d\" text-anchor=\"end\">0</text>"
		"<text x=\"%d\" y=\"%d\" text-anchor=\"end\">checks</text>",
		PLOT_LEFT, PLOT_TOP + PLOT_HEIGHT, PLOT_WIDTH - PLOT_LEFT, PLOT_LEFT - 4,
		PLOT_TOP + 9, (long)most, PLOT_LEFT - 4, PLOT_TOP + PLOT_HEIGHT, PLOT_LEFT - 4,
		CHECKS_TOP + 11);
	for (int32_t at = 0; at < days_of(plot->evidence) - 5; at += 15)
		g_string_append_printf(plot->out, "<text x=\"%.1f\" y=\"%d\">%s</text>",
			PLOT_LEFT + at * plot->step, CHECKS_TOP + 28,
			day_text(plot->evidence->first_day + at, text));
}

static void
put_table(const struct plot *plot)
{
	GString *out = plot->out;
	g_string_append(out,
		"<details><summary>The same as a table</summary><div class=\"scroll\" "
		"tabindex=\"0\" role=\"region\" aria-label=\"Sessions by day\"><table><caption>"
		"Sessions by day</caption><thead><tr><th scope=\"col\">Day</th><th scope=\"col\" "
		"class=\"n\">Clean</th><th scope=\"col\" class=\"n\">Refused</th><th scope=\"col\" "
		"class=\"n\">Unprotected</th><th scope=\"col\" class=\"n\">Other</th><th "
		"scope=\"col\">Our check</th></tr></thead><tbody>\n");
	for (int32_t at = days_of(plot->evidence) - 1; at >= 0; at--) {
		char text[INSTANT_DAY_TEXT_BYTES];
		const struct day_look *look = &plot->looks[at];
		const char *state = checks_of(plot->evidence, plot->evidence->first_day + at);
		if (!look->told && state == NULL)
			continue;
		html_printf(out,
			"<tr><th scope=\"row\">%s</th><td class=\"n\">%ld</td><td "
			"class=\"n\">%ld</td><td class=\"n\">%ld</td><td class=\"n\">%ld</td>"
			"<td>%s</td></tr>\n",
			day_text(plot->evidence->first_day + at, text), (long)look->success,
			(long)look->refused, (long)look->unprotected, (long)look->other,
			state != NULL ? state : "none");
	}
	g_string_append(out, "</tbody></table></div></details>\n");
}

void
readiness_days(const struct evidence *evidence, const struct judgement *judgement, GString *out)
{
	g_autofree struct day_look *looks = looks_of(evidence);
	int64_t most = 1;
	for (int32_t at = 0; at < days_of(evidence); at++)
		most = MAX(most, total_of(&looks[at]));
	struct plot plot = { evidence, looks, (double)(PLOT_WIDTH - PLOT_LEFT) / days_of(evidence),
		(PLOT_HEIGHT - 6) / (double)most, out };
	html_printf(out,
		"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Sessions by "
		"day, plot\"><svg viewBox=\"0 0 %d %d\" class=\"wide\" role=\"img\" "
		"aria-label=\"Sessions by day, and what our checks saw on it: %ld clean, %ld "
		"refused, %ld unprotected\">",
		PLOT_WIDTH, CHECKS_TOP + 36, (long)judgement->sessions.success,
		(long)judgement->sessions.refused, (long)judgement->sessions.unprotected);
	put_axes(&plot, most);
	for (int32_t at = 0; at < days_of(evidence); at++)
		put_day(&plot, at);
	g_string_append(out, "</svg></div>\n<ul class=\"key\">");
	put_key(out, "clean", false, "clean");
	put_key(out, "refused", false, "refused");
	put_key(out, "unprotected", false, "unprotected");
	put_key(out, "otherbar", false, "other");
	g_string_append(
		out, "<li>below: what our own checks saw, a fault being taller</li></ul>\n");
	put_table(&plot);
}
