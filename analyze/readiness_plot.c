/* The plots of a verdict's page. */
#include "analyze/readiness_plot.h"

#include <string.h>

#include "analyze/html.h"
#include "analyze/html_table.h"
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

static void
put_key(GString *out, const char *classes, bool cross, const char *words)
{
	g_string_append_printf(out,
		"<li><svg viewBox=\"0 0 14 14\" width=\"14\" height=\"14\" "
		"aria-hidden=\"true\"><rect x=\"1\" y=\"1\" "
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

enum cell { CELL_COUNTS, CELL_EARLIER, CELL_FAILED, CELL_SILENT, CELL_TO_GO, CELLS };

static const struct {
	const char *classes, *words;
} cells[CELLS] = {
	[CELL_COUNTS] = { "clean", "clean, counted" },
	[CELL_EARLIER] = { "earlier", "clean, not counted" },
	[CELL_FAILED] = { "failed", "refused sessions" },
	[CELL_SILENT] = { "silent", "no report" },
	[CELL_TO_GO] = { "togo", "to go" },
};

static enum cell
cell_of(const struct calendar *calendar, int32_t day)
{
	const struct evidence *evidence = calendar->evidence;
	const struct soak *soak = &calendar->judgement->soak;
	if (day > evidence->last_day)
		return CELL_TO_GO;
	const struct day_look *look = &calendar->looks[day - evidence->first_day];
	if (look->refused > 0)
		return CELL_FAILED;
	if (!look->told)
		return CELL_SILENT;
	return day >= soak->from_day && day <= soak->to_day ? CELL_COUNTS : CELL_EARLIER;
}

static void
put_cell(const struct calendar *calendar, int32_t day)
{
	char text[INSTANT_DAY_TEXT_BYTES];
	enum cell cell = cell_of(calendar, day);
	int32_t place = day - calendar->monday;
	int x = LEFT + place / 7 * CELL, y = 16 + place % 7 * CELL;
	g_string_append_printf(calendar->out,
		"<rect x=\"%d\" y=\"%d\" width=\"13\" height=\"13\" rx=\"2\" class=\"%s\">"
		"<title>%s: %s</title></rect>",
		x, y, cells[cell].classes, instant_day_text(day, text), cells[cell].words);
	if (cell == CELL_FAILED)
		g_string_append_printf(calendar->out,
			"<path d=\"M%d %dl7 7m0-7l-7 7\" class=\"cross\"/>", x + 3, y + 3);
}

/* The first of each month above its week. */
static void
put_months(const struct calendar *calendar, int32_t first, int32_t last)
{
	char text[INSTANT_DAY_TEXT_BYTES];
	for (int32_t day = first; day <= last; day++) {
		instant_day_text(day, text);
		if (strcmp(text + 8, "01") == 0)
			g_string_append_printf(calendar->out, "<text x=\"%d\" y=\"11\">%.7s</text>",
				LEFT + (day - calendar->monday) / 7 * CELL, text);
	}
}

/* The kinds of days that there are, in words. */
static void
put_cell_keys(const struct calendar *calendar, int32_t last)
{
	bool seen[CELLS] = { false };
	for (int32_t day = calendar->evidence->first_day; day <= last; day++)
		seen[cell_of(calendar, day)] = true;
	g_string_append(calendar->out, "<ul class=\"key\">");
	for (int cell = 0; cell < CELLS; cell++)
		if (seen[cell])
			put_key(calendar->out, cells[cell].classes, cell == CELL_FAILED,
				cells[cell].words);
	g_string_append(calendar->out, "</ul>\n");
}

static void
put_weeks(const struct calendar *calendar, int32_t last)
{
	const struct soak *soak = &calendar->judgement->soak;
	int width = LEFT + ((last - calendar->monday) / 7 + 1) * CELL + 30;
	html_printf(calendar->out,
		"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Soak\">"
		"<svg viewBox=\"0 0 %d 128\" width=\"%d\" height=\"160\" role=\"img\" "
		"aria-label=\"The soak, a square for each day, a column for each week: %d clean "
		"days, %d are needed\">",
		width, width * 5 / 4, soak->clean_days, soak->required_days);
	put_months(calendar, calendar->evidence->first_day, last);
	g_string_append(calendar->out,
		"<text x=\"0\" y=\"27\">Mon</text><text x=\"0\" y=\"59\">Wed</text>"
		"<text x=\"0\" y=\"91\">Fri</text>");
	for (int32_t day = calendar->evidence->first_day; day <= last; day++)
		put_cell(calendar, day);
	g_string_append(calendar->out, "</svg></div>\n");
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
	g_string_append(out, "<div>");
	put_weeks(&calendar, last);
	put_cell_keys(&calendar, last);
	g_string_append(out, "</div>\n");
}

/* ---- sessions by day ---- */

/* Across, all is in hundredths of the width, so that it fits any; down, in pixels. */
#define TOP 24
#define BASE 170
#define CHECKS_TOP (BASE + 26)
#define CHECKS_HEIGHT 14
#define FOOT (CHECKS_TOP + CHECKS_HEIGHT + 4)

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

static const char *
state_words(const char *state)
{
	if (state == NULL)
		return "none";
	return strcmp(state, "bad") == 0 ? "a fault" : strcmp(state, "fine") == 0 ? "fine" : state;
}

struct plot {
	const struct evidence *evidence;
	const struct day_look *looks;
	double step;  /* width of a day */
	double scale; /* height of a session */
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
		"<rect x=\"%.2f%%\" y=\"%.1f\" width=\"%.2f%%\" height=\"%.1f\" class=\"%s\"/>",
		at * plot->step, BASE - below - height, plot->step * 0.86, height, classes);
	return below + height;
}

/* What is said where a pointer rests on the day. */
static void
put_hint(const struct plot *plot, int32_t at, const char *state)
{
	const struct day_look *look = &plot->looks[at];
	html_printf(plot->out, "<title>%D: %ld clean, %ld refused, %ld unprotected, %ld other; ",
		plot->evidence->first_day + at, (long)look->success, (long)look->refused,
		(long)look->unprotected, (long)look->other);
	html_printf(plot->out, "our check: %s</title>", state_words(state));
	g_string_append_printf(plot->out,
		"<rect x=\"%.2f%%\" y=\"%d\" width=\"%.2f%%\" height=\"%d\" class=\"hit\"/>",
		at * plot->step, TOP, plot->step, FOOT - TOP);
}

static void
put_day(const struct plot *plot, int32_t at)
{
	const struct day_look *look = &plot->looks[at];
	const char *state = checks_of(plot->evidence, plot->evidence->first_day + at);
	if (!look->told && state == NULL)
		return;
	g_string_append(plot->out, "<g>");
	put_hint(plot, at, state);
	double below = put_bar(plot, at, look->success, 0, "clean");
	below = put_bar(plot, at, look->unprotected, below, "unprotected");
	below = put_bar(plot, at, look->other, below, "otherbar");
	put_bar(plot, at, look->refused, below, "refused");
	/* a fault is taller than what is well, so that shape tells as well */
	bool bad = state != NULL && strcmp(state, "bad") == 0;
	if (state != NULL)
		g_string_append_printf(plot->out,
			"<rect x=\"%.2f%%\" y=\"%d\" width=\"%.2f%%\" height=\"%d\" "
			"class=\"seen-%s\"/>",
			at * plot->step, CHECKS_TOP + (bad ? 0 : CHECKS_HEIGHT / 2), plot->step,
			bad ? CHECKS_HEIGHT : CHECKS_HEIGHT / 2, state);
	g_string_append(plot->out, "</g>");
}

/* The first of each month, through both parts: they have one axis. */
static void
put_month_lines(const struct plot *plot)
{
	char text[INSTANT_DAY_TEXT_BYTES];
	for (int32_t at = 0; at < days_of(plot->evidence); at++) {
		instant_day_text(plot->evidence->first_day + at, text);
		if (strcmp(text + 8, "01") != 0)
			continue;
		double x = at * plot->step;
		g_string_append_printf(plot->out,
			"<line x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\" class=\"axis\"/>"
			"<line x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\" class=\"axis\"/>"
			"<text x=\"%.2f%%\" y=\"%d\"%s>%.7s</text>",
			x, x, TOP, BASE, x, x, CHECKS_TOP - 4, FOOT, x, FOOT + 16,
			x > 85 ? " text-anchor=\"end\"" : "", text);
	}
}

static void
put_axes(const struct plot *plot, int64_t most)
{
	put_month_lines(plot);
	g_string_append_printf(plot->out,
		"<line x1=\"0\" x2=\"100%%\" y1=\"%d\" y2=\"%d\" class=\"axis\"/>"
		"<line x1=\"0\" x2=\"100%%\" y1=\"%d\" y2=\"%d\" class=\"axis\"/>"
		"<text x=\"0\" y=\"14\">%ld %s a day</text><text x=\"0\" y=\"%d\">Our own "
		"checks</text>",
		TOP, TOP, BASE, BASE, (long)most, most == 1 ? "session" : "sessions",
		CHECKS_TOP - 8);
}

static void
put_table(const struct plot *plot)
{
	static const struct html_column columns[] = { { "Day", "day" }, { "Clean", "n" },
		{ "Refused", "n" }, { "Unprotected", "n" }, { "Other", "n" }, { "Our check" },
		{ NULL } };
	struct html_table table;
	g_string_append(plot->out, "<details><summary>The same as a table</summary>");
	html_table_begin(&table, plot->out, "Sessions by day, and what our checks saw", columns);
	for (int32_t at = days_of(plot->evidence) - 1; at >= 0; at--) {
		const struct day_look *look = &plot->looks[at];
		const char *state = checks_of(plot->evidence, plot->evidence->first_day + at);
		if (!look->told && state == NULL)
			continue;
		html_cell(&table, "%D", plot->evidence->first_day + at);
		html_cell(&table, "%ld", (long)look->success);
		html_cell(&table, "%ld", (long)look->refused);
		html_cell(&table, "%ld", (long)look->unprotected);
		html_cell(&table, "%ld", (long)look->other);
		html_cell(&table, "%s", state_words(state));
	}
	html_table_end(&table);
	g_string_append(plot->out, "</details>\n");
}

static void
put_keys(GString *out)
{
	g_string_append(out, "<ul class=\"key\">");
	put_key(out, "clean", false, "clean");
	put_key(out, "refused", false, "refused");
	put_key(out, "unprotected", false, "unprotected");
	put_key(out, "otherbar", false, "other");
	g_string_append(out, "<li>Our own checks: low is fine, tall is a fault, grey could not "
			     "tell</li></ul>\n");
}

static void
put_plot(const struct plot *plot, const struct sessions *sums, int64_t most)
{
	html_printf(plot->out,
		"<svg class=\"plot\" role=\"img\" aria-label=\"Sessions by day, and what our "
		"checks saw on it: %ld clean, %ld refused, %ld unprotected; the table below has "
		"each day\">",
		(long)sums->success, (long)sums->refused, (long)sums->unprotected);
	put_axes(plot, most);
	for (int32_t at = 0; at < days_of(plot->evidence); at++)
		put_day(plot, at);
	g_string_append(plot->out, "</svg>\n");
	put_keys(plot->out);
	put_table(plot);
}

void
readiness_days(const struct evidence *evidence, const struct judgement *judgement, GString *out)
{
	g_autofree struct day_look *looks = looks_of(evidence);
	int64_t most = 1;
	if (evidence->n_days == 0 && evidence->n_checks == 0) {
		g_string_append(out, "<p>No report tells of any, and nobody looked.</p>\n");
		return;
	}
	for (int32_t at = 0; at < days_of(evidence); at++)
		most = MAX(most, total_of(&looks[at]));
	struct plot plot = { evidence, looks, 100.0 / days_of(evidence),
		(BASE - TOP) / (double)most, out };
	put_plot(&plot, &judgement->sessions, most);
}
