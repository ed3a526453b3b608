/* Instants as text, and what a person may give for one. */
#include "ingest/instant.h"

#include "tests/unit/row.h"

static void
test_instants(void)
{
	static const struct {
		const char *text, *want; /* NULL: refused */
		unsigned quirks;
	} rows[] = {
		{ "2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z", 0 },
		{ "2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z", 0 },
		{ "2026-02-29T00:00:00Z", NULL, 0 },
		{ "2026-03-01t00:00:00z", "2026-03-01T00:00:00Z", 0 },
		{ "2026-03-01 00:00:00", "2026-03-01T00:00:00Z", INSTANT_NO_ZONE },
		{ "2026-03-01T01:30:00+01:30", "2026-03-01T00:00:00Z", 0 },
		{ "2026-02-28T19:00:00-0500", "2026-03-01T00:00:00Z", 0 },
		{ "2026-03-01T00:00:00.999999Z", "2026-03-01T00:00:00Z", 0 },
		{ "2026-12-31T23:59:60Z", "2026-12-31T23:59:59Z", INSTANT_LEAP },
		{ "2026-03-01", "2026-03-01T00:00:00Z", INSTANT_DATE_ONLY },
		{ " 2026-03-01T00:00:00Z ", "2026-03-01T00:00:00Z", 0 },
		{ "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", 0 },
		{ "9999-12-31T23:59:59-00:01", NULL, 0 },
		{ "1970-01-01T00:00:00+00:01", NULL, 0 },
		{ "1969-12-31T23:59:59Z", NULL, 0 },
		{ "10000-01-01T00:00:00Z", NULL, 0 },
		{ "2026-13-01T00:00:00Z", NULL, 0 },
		{ "2026-03-01T24:00:00Z", NULL, 0 },
		{ "2026-03-01T00:00Z", NULL, 0 },
		{ "2026-03-01T00:00:00Zx", NULL, 0 },
		{ "2026-3-1", NULL, 0 },
		{ "1772323200", NULL, 0 },
		{ "", NULL, 0 },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		int64_t instant;
		unsigned quirks = 0;
		char text[INSTANT_TEXT_BYTES];
		bool fine = instant_parse(rows[i].text, &instant, &quirks);
		if (g_strcmp0(fine ? instant_text(instant, text) : NULL, rows[i].want) != 0 ||
			quirks != rows[i].quirks)
			FAIL("\"%s\": got %s quirks %u", rows[i].text, fine ? text : "refused",
				quirks);
	}
	g_assert_cmpint(instant_day(0), ==, 0);
	g_assert_cmpint(instant_day(86399), ==, 0);
	g_assert_cmpint(instant_day(86400), ==, 1);
	g_assert_cmpint(instant_day(-1), ==, -1);
}

static void
test_options(void)
{
	static const struct {
		const char *text;
		int64_t want; /* -1: refused */
	} rows[] = { { "14d", 1000000000 - 14 * 86400 }, { "12h", 1000000000 - 12 * 3600 },
		{ "2w", 1000000000 - 14 * 86400 }, { "1970-01-02", 86400 }, { "14", -1 },
		{ "d", -1 }, { "14x", -1 }, { "99999999999d", -1 }, { "-3d", -1 } };
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		int64_t instant = -1;
		if (!instant_parse_option(rows[i].text, 1000000000, &instant))
			instant = -1;
		if (instant != rows[i].want)
			FAIL("%s: %" G_GINT64_FORMAT, rows[i].text, instant);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/instant/parse", test_instants);
	g_test_add_func("/instant/options", test_options);
	return g_test_run();
}
