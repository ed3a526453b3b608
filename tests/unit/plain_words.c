/* Settings of a policy in words. */
#include "checker/plain_words.h"

#include "tests/unit/row.h"

static void
test_durations(void)
{
	static const struct {
		uint64_t seconds;
		const char *want;
	} rows[] = {
		{ 0, "0 seconds" },
		{ 1, "1 second" },
		{ 59, "59 seconds" },
		{ 60, "1 minute" },
		{ 90, "1 minute 30 seconds" },
		{ 3600, "1 hour" },
		{ 3601, "1 hour 1 second" },
		{ 3661, "about 1 hour 1 minute" },
		{ 86400, "1 day" },
		{ 129600, "1 day 12 hours" },
		{ 172800, "2 days" },
		{ 604799, "about 6 days 23 hours" },
		{ 604800, "1 week" },
		{ 1209600, "2 weeks" },
		{ 8 * 604800, "8 weeks" },
		{ 9 * 604800, "63 days" },
		{ 31536000, "365 days" },
		{ 31557600, "365 days 6 hours" },
		{ UINT64_MAX, "about 213503982334601 days 7 hours" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *got = plain_duration(rows[i].seconds);
		if (strcmp(got, rows[i].want) != 0)
			FAIL("%" G_GUINT64_FORMAT ": %s", rows[i].seconds, got);
	}
}

/* The edges of what is said. */
static void
test_max_ages(void)
{
	static const struct {
		uint64_t seconds;
		const char *begins;
	} rows[] = {
		{ 0, "0 seconds: senders forget" },
		{ 1, "1 second: too short" },
		{ 86399, "about 23 hours 59 minutes: too short" },
		{ 86400, "1 day: good for testing" },
		{ 604799, "about 6 days 23 hours: good for testing" },
		{ 604800, "1 week: good to begin enforce" },
		{ 1209599, "about 13 days 23 hours: good to begin enforce" },
		{ 1209600, "2 weeks: weeks, as RFC 8461" },
		{ 15724799, "about 181 days 23 hours: weeks" },
		{ 15724800, "182 days: the longest protection" },
		{ 31557600, "365 days 6 hours: the longest protection" },
		{ 31557601, "about 365 days 6 hours: longer than the RFC allows" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *got = plain_max_age(rows[i].seconds);
		if (!g_str_has_prefix(got, rows[i].begins) || !g_str_has_suffix(got, "."))
			FAIL("%" G_GUINT64_FORMAT ": %s", rows[i].seconds, got);
	}
}

static void
test_modes(void)
{
	g_assert_nonnull(strstr(plain_mode(STS_MODE_TESTING), "nothing is blocked"));
	g_assert_nonnull(strstr(plain_mode(STS_MODE_ENFORCE), "deliver only to"));
	g_assert_nonnull(strstr(plain_mode(STS_MODE_NONE), "ended"));
	g_assert_nonnull(strstr(plain_mode(STS_MODE_MISSING), "no mode"));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/plain-words/durations", test_durations);
	g_test_add_func("/plain-words/max-ages", test_max_ages);
	g_test_add_func("/plain-words/modes", test_modes);
	return g_test_run();
}
