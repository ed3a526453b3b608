/* A report's notes, each once, cut and bounded, and the day it counts for. */
#include "ingest/report.h"

#include "ingest/instant.h"
#include "ingest/limits.h"
#include "tests/unit/row.h"

static void
test_notes(void)
{
	g_autoptr(Report) report = report_new();
	report_note(report, "%d of %s", 3, "quay");
	report_note(report, "3 of quay");
	report_note(report, "bytes \xff");
	g_assert_cmpuint(report->n_notes, ==, 2);
	g_assert_cmpstr(report->notes[0], ==, "3 of quay");
	g_assert_cmpstr(report->notes[1], ==, "bytes \xef\xbf\xbd");
}

/* Cut at a character, wherever the cut falls. */
static void
test_long_notes(void)
{
	for (size_t offset = 0; offset < 5; offset++) {
		g_autoptr(Report) report = report_new();
		g_autoptr(GString) text = g_string_new(NULL);
		for (size_t i = 0; i < offset; i++)
			g_string_append_c(text, 'x');
		while (text->len < 2 * LIMIT_TEXT_BYTES)
			g_string_append(text, "\xf0\x9f\x98\x80");
		report_note(report, "%s", text->str);
		size_t length = strlen(report->notes[0]);
		if (length > LIMIT_TEXT_BYTES || length < LIMIT_TEXT_BYTES - 7 ||
			strstr(report->notes[0], "\xef\xbf\xbd") != NULL ||
			!g_utf8_validate(report->notes[0], -1, NULL))
			FAIL("offset %zu: %zu bytes", offset, length);
	}
}

static void
add_notes(struct report *report, const char *what, int count)
{
	for (int i = 0; i < count; i++)
		report_note(report, "%s %d", what, i);
}

/* What tells of trust finds room behind a report that has something odd in every line. */
static void
test_most_notes(void)
{
	g_autoptr(Report) report = report_new();
	add_notes(report, "odd", 1000);
	g_assert_cmpuint(report->n_notes, ==, LIMIT_NOTES);
	g_assert_cmpstr(report->notes[LIMIT_NOTES - 1], ==, "more notes than are kept");

	report_end_reading(report);
	g_assert_cmpuint(report->reader_notes, ==, LIMIT_NOTES - LIMIT_TRUST_NOTES);
	g_assert_cmpstr(report->notes[report->n_notes - 1], ==, "more notes than are kept");
	report_note(report, "not signed");
	g_assert_cmpstr(report->notes[report->reader_notes], ==, "not signed");
	add_notes(report, "trust", 1000);
	g_assert_cmpuint(report->n_notes, ==, LIMIT_NOTES);
}

static void
test_few_notes(void)
{
	g_autoptr(Report) report = report_new();
	report_end_reading(report);
	g_assert_cmpuint(report->reader_notes, ==, 0);
	add_notes(report, "trust", 2);
	g_assert_cmpuint(report->n_notes, ==, 2);
}

/* A9: an end at midnight never spills into the next day, nor does a range of several. */
static void
test_day(void)
{
	static const struct {
		const char *start, *end, *day;
	} rows[] = {
		{ "2026-04-02T00:00:00Z", "2026-04-02T23:59:59Z", "2026-04-02" },
		{ "2026-04-02T00:00:00Z", "2026-04-03T00:00:00Z", "2026-04-02" },
		{ "2026-04-02T23:59:59Z", "2026-04-09T23:59:59Z", "2026-04-02" },
		{ "2026-04-02T01:30:00+02:00", "2026-04-03T01:30:00+02:00", "2026-04-01" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char text[INSTANT_DAY_TEXT_BYTES];
		g_autoptr(Report) report = report_new();
		g_assert_true(instant_parse(rows[i].start, &report->start, NULL));
		g_assert_true(instant_parse(rows[i].end, &report->end, NULL));
		if (strcmp(instant_day_text(report_day(report), text), rows[i].day) != 0)
			FAIL("%s to %s: %s", rows[i].start, rows[i].end, text);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/report/notes", test_notes);
	g_test_add_func("/report/long-notes", test_long_notes);
	g_test_add_func("/report/most-notes", test_most_notes);
	g_test_add_func("/report/few-notes", test_few_notes);
	g_test_add_func("/report/day", test_day);
	return g_test_run();
}
