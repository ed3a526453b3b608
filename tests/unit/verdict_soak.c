/* How long the candidate has been clean, and how long it must be: each threshold at its edge. */
#include "analyze/verdict_parts.h"

#include "tests/unit/row.h"
#include "tests/unit/verdict_world.h"

#define NEVER (-1000) /* nobody can say */

#define TWO(day)                                                                                   \
	"fail " day " 0 v one.example starttls-not-supported mx1.a.example 192.0.2.1 1\n"          \
	"fail " day " 0 v two.example starttls-not-supported mx1.a.example 192.0.2.1 1\n"

static const struct {
	const char *name, *world;
	int from, clean, required, earliest; /* days of the world */
	int64_t sessions, vouched, reporters;
	int gap, allowed;
} rows[] = {
	{ "much mail, all the window", WORLD_PROMOTE, 0, 90, 14, 90, 5400, 5400, 3, 1, 7 },

	/* length by volume */
	{ "five a day", WORLD_POLICY WORLD_CHECK "sum 0-13 0 v 5\n", 0, 14, 14, 90, 70, 70, 0, 76,
		7 },
	{ "a little under five a day", WORLD_POLICY WORLD_CHECK "sum 0-12 0 v 5\nsum 13 0 v 4\n", 0,
		14, 30, 90, 69, 69, 0, 76, 7 },
	{ "one a day", WORLD_POLICY WORLD_CHECK "sum 60-89 0 v 1\n", 60, 30, 30, 91, 30, 30, 0, 1,
		7 },
	{ "a little under one a day", WORLD_POLICY WORLD_CHECK "sum 60-88 0 v 1\nsum 89 0 v 0\n",
		60, 30, 60, 121, 29, 29, 0, 1, 7 },
	{ "much mail, of which anybody could have told",
		WORLD_POLICY WORLD_CHECK "sum 0-89 0 a 60\n", 0, 90, 60, 90, 5400, 0, 0, 1, 7 },
	{ "some of it vouched for", WORLD_POLICY WORLD_CHECK "sum 0-89 0 a 60\nsum 0-89 0 v 1\n", 0,
		90, 30, 90, 5490, 90, 0, 1, 7 },

	{ "five a day for two weeks, then quiet",
		WORLD_POLICY WORLD_CHECK "sum 60-73 0 v 5\nsum 74-89 0 v 0\n", 60, 30, 14, 90, 70,
		70, 0, 1, 7 },
	{ "five a day for 13 days between quiet ones",
		WORLD_POLICY WORLD_CHECK "sum 60-63 0 v 0\nsum 64-76 0 v 5\nsum 77-89 0 v 0\n", 60,
		30, 30, 91, 65, 65, 0, 1, 7 },

	/* where it begins and ends */
	{ "reports began late", WORLD_POLICY WORLD_CHECK "sum 80-89 0 v 60\n", 80, 10, 14, 95, 600,
		600, 0, 1, 7 },
	{ "reports end early: days count up to the last that is told of",
		WORLD_POLICY WORLD_CHECK "sum 70-85 0 v 60\n", 70, 16, 14, 90, 960, 960, 0, 4, 7 },
	{ "an unexplained failure", WORLD_PROMOTE TWO("89"), 90, 0, 60, 151, 0, 0, 0, 0, 7 },
	{ "one that silence explains", WORLD_PROMOTE TWO("40"), 41, 49, 14, 90, 2940, 2940, 3, 1,
		7 },
	{ "a fix that came later than the last failure",
		WORLD_POLICY WORLD_SUMS WORLD_REPORTERS
		"check 0-60 fine fine fine fine\n"
		"served testing mx1.a.example,mx2.a.example 86400\n"
		"host mx1.a.example fine\naddress 192.0.2.1 bad 0-150 bad\n"
		"check 65-90 fine fine fine fine\n"
		"served testing mx1.a.example,mx2.a.example 86400\n"
		"host mx1.a.example fine\naddress 192.0.2.1 fine 0-150\n" TWO("50"),
		65, 25, 14, 90, 1500, 1500, 3, 1, 7 },
	{ "a sender's own failure breaks nothing",
		WORLD_PROMOTE
		"fail 80 0 v one.example starttls-not-supported mx1.a.example 192.0.2.1 1\n",
		0, 90, 14, 90, 5400, 5400, 3, 1, 7 },
	{ "nor does a host that is not ours",
		WORLD_PROMOTE "fail 80 0 v one.example certificate-expired mx.b.example - 1\n", 0,
		90, 14, 90, 5400, 5400, 3, 1, 7 },
	{ "nor what only goes unprotected",
		WORLD_PROMOTE "fail 80 0 v one.example sts-policy-fetch-error - - 30\n", 0, 90, 14,
		90, 5400, 5400, 3, 1, 7 },
	{ "nor DANE", WORLD_PROMOTE "fail 80 0 v one.example tlsa-invalid mx1.a.example - 30\n", 0,
		90, 14, 90, 5400, 5400, 3, 1, 7 },

	/* which policy */
	{ "another list of hosts proves nothing",
		WORLD_POLICY "policy sts testing mx1.a.example 86400 0-60\n"
			     "sum 0-60 1 v 60\nsum 61-89 0 v 60\n" WORLD_CHECK,
		61, 29, 14, 90, 1740, 1740, 0, 1, 7 },
	{ "the same list in another order does",
		"policy sts enforce mx2.a.example,mx1.a.example 604800 0-89\n" WORLD_SUMS
			WORLD_CHECK,
		0, 90, 14, 90, 5400, 5400, 0, 1, 7 },
	{ "so does a policy that was not told", "policy sts - - -\n" WORLD_SUMS WORLD_CHECK, 0, 90,
		14, 90, 5400, 5400, 0, 1, 7 },
	{ "DANE's sessions do not", "policy tlsa - - -\n" WORLD_SUMS WORLD_CHECK, 90, 0, 60, NEVER,
		0, 0, 0, 0, 7 },
	{ "nor those without a policy", "policy no-policy-found - - -\n" WORLD_SUMS WORLD_CHECK, 90,
		0, 60, NEVER, 0, 0, 0, 0, 7 },
	{ "no candidate",
		WORLD_POLICY WORLD_SUMS WORLD_REPORTERS "check 0-90 fine absent absent fine\n", 90,
		0, 60, NEVER, 0, 0, 0, 0, 7 },

	/* silences */
	{ "seven days from one report to the next",
		WORLD_POLICY WORLD_CHECK "sum 0-40 0 v 60\nsum 47-89 0 v 60\n", 0, 90, 14, 90, 5040,
		5040, 0, 7, 7 },
	{ "eight", WORLD_POLICY WORLD_CHECK "sum 0-40 0 v 60\nsum 48-89 0 v 60\n", 0, 90, 14, 90,
		4980, 4980, 0, 8, 7 },
	{ "seven days since the last", WORLD_POLICY WORLD_CHECK "sum 0-82 0 v 60\n", 0, 83, 14, 90,
		4980, 4980, 0, 7, 7 },
	{ "eight days since the last", WORLD_POLICY WORLD_CHECK "sum 0-81 0 v 60\n", 0, 82, 14, 90,
		4920, 4920, 0, 8, 7 },
	{ "four usual silences, where they are weeks",
		WORLD_POLICY WORLD_CHECK
		"sum 0 0 v 60\nsum 7 0 v 60\nsum 14 0 v 60\nsum 21 0 v 60\nsum 49 0 v 60\n"
		"sum 56 0 v 60\nsum 63 0 v 60\nsum 70 0 v 60\nsum 77 0 v 60\nsum 84 0 v 60\n",
		0, 85, 14, 90, 600, 600, 0, 28, 28 },
	{ "ten days apart, then daily: no break, then or now",
		WORLD_POLICY WORLD_CHECK
		"sum 0 0 v 60\nsum 10 0 v 60\nsum 20 0 v 60\nsum 30 0 v 60\nsum 40 0 v 60\n"
		"sum 41-89 0 v 60\n",
		0, 90, 14, 90, 3240, 3240, 0, 0, 7 },
	{ "the same, and silent for eight days",
		WORLD_POLICY WORLD_CHECK
		"sum 0 0 v 60\nsum 10 0 v 60\nsum 20 0 v 60\nsum 30 0 v 60\nsum 40 0 v 60\n"
		"sum 41-81 0 v 60\n",
		0, 82, 14, 90, 2760, 2760, 0, 8, 7 },
	{ "two silences make no rhythm",
		WORLD_POLICY WORLD_CHECK "sum 29 0 v 60\nsum 59 0 v 60\nsum 89 0 v 60\n", 29, 61,
		30, 90, 180, 180, 0, 30, 7 },
	{ "a silence before the soak is no matter",
		WORLD_POLICY WORLD_CHECK
		"sum 0-5 0 v 60\nsum 40-89 0 v 60\nfail 39 0 v one.example "
		"starttls-not-supported mx1.a.example 192.0.2.1 1\n",
		40, 50, 14, 90, 3000, 3000, 0, 1, 7 },

	/* who reports */
	{ "reporters of before the soak do not count",
		WORLD_POLICY "sum 60-89 0 v 60\n" WORLD_CHECK "reporter one.example v 0-59 100\n"
			     "reporter two.example v 0-60 100\nreporter three.example a 80 1\n",
		60, 30, 14, 90, 1800, 1800, 2, 1, 7 },
	{ "nor do those who tell of failures only",
		WORLD_POLICY WORLD_SUMS WORLD_CHECK "reporter one.example v 0-89 0 5\n"
						    "reporter two.example v 0-89 100\n",
		0, 90, 14, 90, 5400, 5400, 1, 1, 7 },
	{ "one who is signed and unsigned is one",
		WORLD_POLICY WORLD_SUMS WORLD_CHECK "reporter one.example v 0-89 5\n"
						    "reporter one.example a 0-89 5\n",
		0, 90, 14, 90, 5400, 5400, 1, 1, 7 },
};

static int
world_day(int32_t day)
{
	return day == INT32_MIN ? NEVER : day - WORLD_FIRST;
}

static void
test_soak(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct arena *arena = arena_new();
		const struct judgement *judgement =
			verdict_judge(world_read(arena, rows[i].world), &verdict_usual);
		const struct soak *soak = &judgement->soak;
		if (world_day(soak->from_day) != rows[i].from ||
			soak->clean_days != rows[i].clean ||
			soak->required_days != rows[i].required ||
			world_day(soak->earliest_day) != rows[i].earliest ||
			soak->sessions != rows[i].sessions ||
			soak->vouched_sessions != rows[i].vouched ||
			soak->reporters != rows[i].reporters || soak->longest_gap != rows[i].gap ||
			soak->allowed_gap != rows[i].allowed)
			FAIL("%s: from %d, %d of %d clean, earliest %d, sessions %ld (%ld), "
			     "reporters %ld, gap %d of %d",
				rows[i].name, world_day(soak->from_day), soak->clean_days,
				soak->required_days, world_day(soak->earliest_day),
				(long)soak->sessions, (long)soak->vouched_sessions,
				(long)soak->reporters, soak->longest_gap, soak->allowed_gap);
		arena_free(arena);
	}
}

/* Every threshold is the rules', not a number of its own. */
static void
test_rules(void)
{
	struct arena *arena = arena_new();
	struct verdict_rules rules = verdict_usual;
	rules.busy_sessions = 61;
	rules.soak_steady_days = 33;
	rules.gap_days = 3;
	rules.gap_medians = 9;
	struct judgement *judgement = verdict_judge(world_read(arena, WORLD_PROMOTE), &rules);
	g_assert_cmpint(judgement->soak.required_days, ==, 33);
	g_assert_cmpint(judgement->soak.allowed_gap, ==, 9);
	rules.steady_sessions = 61;
	rules.soak_quiet_days = 77;
	judgement = verdict_judge(world_read(arena, WORLD_PROMOTE), &rules);
	g_assert_cmpint(judgement->soak.required_days, ==, 77);
	rules.busy_sessions = 60;
	rules.soak_busy_days = 5;
	rules.gap_medians = 0;
	judgement = verdict_judge(world_read(arena, WORLD_PROMOTE), &rules);
	g_assert_cmpint(judgement->soak.required_days, ==, 5);
	g_assert_cmpint(judgement->soak.allowed_gap, ==, 3);
	arena_free(arena);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/verdict/soak", test_soak);
	g_test_add_func("/verdict/soak-rules", test_rules);
	return g_test_run();
}
