/* What the verdict is, and why: each word, each reason, and what goes before what. */
#include "analyze/verdict.h"

#include "tests/unit/row.h"
#include "tests/unit/verdict_world.h"

#define SERVED "served testing mx1.a.example,mx2.a.example 86400\n"
#define ENFORCED "served enforce mx1.a.example,mx2.a.example 604800\n"
#define HOSTS                                                                                      \
	"host mx1.a.example fine\naddress 192.0.2.1 fine 0-150\n"                                  \
	"host mx2.a.example fine\naddress 192.0.2.2 fine 0-150\n"
#define FINE "check 0-90 fine fine fine fine\n"
#define ENFORCE_WORLD WORLD_POLICY WORLD_SUMS WORLD_REPORTERS FINE ENFORCED HOSTS
/* Two senders, so that no single one is to blame. */
#define TWO(day)                                                                                   \
	"fail " day " 0 v one.example starttls-not-supported mx1.a.example 192.0.2.1 1\n"          \
	"fail " day " 0 v two.example starttls-not-supported mx1.a.example 192.0.2.1 1\n"
/* The same, with nothing after it to show that it is over. */
#define ENDS_WITH_FAILURE(day) WORLD_POLICY "sum 0-" day " 0 v 60 0 3\n" WORLD_REPORTERS TWO(day)
#define PROVEN WORLD_POLICY WORLD_SUMS WORLD_REPORTERS
/* Checks that saw this certificate at that address of mx1. */
#define LOOKED(span, ip, days)                                                                     \
	"check " span " fine fine fine fine\n"                                                     \
	"served testing mx1.a.example,mx2.a.example 86400\n"                                       \
	"host mx1.a.example fine\n"                                                                \
	"address " ip " fine " days "\n"                                                           \
	"host mx2.a.example fine\n"                                                                \
	"address 192.0.2.2 fine 0-150\n"

static const struct {
	const char *name, *world;
	enum verdict want;
	const char *reasons; /* "CODE/severity ..." in order: block, warn, info */
} rows[] = {
	{ "all is well", WORLD_PROMOTE, VERDICT_PROMOTE, "" },
	{ "all is well and enforced", ENFORCE_WORLD, VERDICT_ENFORCED, "" },

	/* what cannot be told is not good */
	{ "no check", WORLD_POLICY WORLD_SUMS WORLD_REPORTERS, VERDICT_UNKNOWN,
		"check-missing/warn" },
	{ "a check of three days ago",
		WORLD_POLICY WORLD_SUMS WORLD_REPORTERS
		"check 0-87 fine fine fine fine\n" SERVED HOSTS,
		VERDICT_UNKNOWN, "check-stale/warn" },
	{ "a check of yesterday",
		WORLD_POLICY WORLD_SUMS WORLD_REPORTERS
		"check 0-89 fine fine fine fine\n" SERVED HOSTS,
		VERDICT_PROMOTE, "" },
	{ "MX records could not be told",
		WORLD_POLICY WORLD_SUMS WORLD_REPORTERS "check 0-90 unknown fine fine fine\n" SERVED
							"finding lookup-failed warn\n",
		VERDICT_UNKNOWN, "lookup-failed/warn" },
	{ "the record could not be told",
		WORLD_POLICY WORLD_SUMS WORLD_REPORTERS
		"check 0-90 fine unknown fine fine\n" SERVED HOSTS,
		VERDICT_UNKNOWN, "" },
	{ "the policy could not be told, and an MX is bad",
		WORLD_POLICY WORLD_SUMS WORLD_REPORTERS "check 0-90 fine fine unknown fine\n" HOSTS
							"finding mx-certificate-expired block\n",
		VERDICT_FIX, "mx-certificate-expired/block" },
	{ "one address could not be told, and all else is proven",
		WORLD_PROMOTE "address 192.0.2.3 unknown\n", VERDICT_UNKNOWN, "" },
	{ "one address could not be told, and there is little proof",
		WORLD_POLICY "sum 80-89 0 v 60\n" WORLD_REPORTERS WORLD_CHECK
			     "address 192.0.2.3 unknown\n",
		VERDICT_WAIT, "soak-short/warn" },
	{ "enforced, and one address could not be told",
		ENFORCE_WORLD "address 192.0.2.3 unknown\n", VERDICT_UNKNOWN, "" },

	/* nothing to protect */
	{ "null MX", "check 0-90 absent absent absent absent\nfinding null-mx info\n",
		VERDICT_NOT_APPLICABLE, "null-mx/info" },
	{ "no MX, and old reports",
		WORLD_POLICY WORLD_SUMS "check 0-90 absent fine fine fine\n" SERVED,
		VERDICT_NOT_APPLICABLE, "" },

	/* setup, and what was there once */
	{ "no policy ever", "check 0-90 fine absent absent fine\n" HOSTS, VERDICT_SETUP,
		"no-reports/warn" },
	{ "a policy without a record", "check 0-90 fine absent fine fine\n" SERVED HOSTS,
		VERDICT_SETUP, "no-reports/warn" },
	{ "a record without a policy", "check 0-90 fine fine absent fine\n" HOSTS, VERDICT_SETUP,
		"no-reports/warn" },
	{ "no reports are asked for", "check 0-90 fine fine fine absent\n" SERVED HOSTS,
		VERDICT_SETUP, "no-reports/warn" },
	{ "mode none", WORLD_POLICY WORLD_SUMS WORLD_REPORTERS FINE "served none - 86400\n" HOSTS,
		VERDICT_SETUP, "" },
	{ "a policy that was in use is gone",
		WORLD_POLICY WORLD_SUMS WORLD_REPORTERS "check 0-90 fine fine absent fine\n" HOSTS
							"finding policy-unreachable block\n",
		VERDICT_FIX, "policy-unreachable/block" },
	{ "the record of a policy in use is gone",
		WORLD_POLICY WORLD_SUMS WORLD_REPORTERS
		"check 0-90 fine absent fine fine\n" SERVED HOSTS
		"finding sts-record-missing block\n",
		VERDICT_FIX, "sts-record-missing/block" },
	{ "a policy that our own check once saw in use is gone",
		"check 0-80 fine fine fine fine\n" SERVED HOSTS
		"check 81-90 fine fine absent fine\n" HOSTS "finding policy-unreachable block\n",
		VERDICT_FIX, "policy-unreachable/block no-reports/warn" },

	/* not enough proof */
	{ "no report", WORLD_CHECK, VERDICT_WAIT, "no-reports/warn" },
	{ "13 days of much mail", WORLD_POLICY "sum 77-89 0 v 60\n" WORLD_REPORTERS WORLD_CHECK,
		VERDICT_WAIT, "soak-short/warn" },
	{ "14 days of much mail", WORLD_POLICY "sum 76-89 0 v 60\n" WORLD_REPORTERS WORLD_CHECK,
		VERDICT_PROMOTE, "" },
	{ "nine sessions",
		WORLD_POLICY
		"sum 0 0 v 1\nsum 10 0 v 1\nsum 20 0 v 1\nsum 30 0 v 1\nsum 40 0 v 1\nsum 50 0 v "
		"1\n"
		"sum 60 0 v 1\nsum 70 0 v 1\nsum 80 0 v 1\n" WORLD_REPORTERS WORLD_CHECK,
		VERDICT_WAIT, "volume-low/warn" },
	{ "ten sessions",
		WORLD_POLICY
		"sum 0 0 v 1\nsum 10 0 v 1\nsum 20 0 v 1\nsum 30 0 v 1\nsum 40 0 v 1\nsum 50 0 v "
		"1\n"
		"sum 60 0 v 1\nsum 70 0 v 1\nsum 80 0 v 2\n" WORLD_REPORTERS WORLD_CHECK,
		VERDICT_PROMOTE, "" },
	{ "one reporter", WORLD_POLICY WORLD_SUMS "reporter one.example v 0-89 5400\n" WORLD_CHECK,
		VERDICT_WAIT, "reporters-few/warn" },
	{ "two reporters",
		WORLD_POLICY WORLD_SUMS "reporter one.example v 0-89 5400\n"
					"reporter two.example v 0-89 1\n" WORLD_CHECK,
		VERDICT_PROMOTE, "" },
	{ "reports stopped eight days ago",
		WORLD_POLICY "sum 0-81 0 v 60\n" WORLD_REPORTERS WORLD_CHECK, VERDICT_WAIT,
		"report-gap/warn" },
	{ "anybody could have told all that",
		WORLD_POLICY "sum 0-89 0 a 60 0 3\n" WORLD_REPORTERS WORLD_CHECK, VERDICT_PROMOTE,
		"unauthenticated-only/warn" },
	{ "anybody could have told it, for 59 days",
		WORLD_POLICY "sum 31-89 0 a 60 0 3\n" WORLD_REPORTERS WORLD_CHECK, VERDICT_WAIT,
		"soak-short/warn unauthenticated-only/warn" },

	/* something would lose mail */
	{ "the check blocks", WORLD_PROMOTE "finding policy-certificate block\n", VERDICT_FIX,
		"policy-certificate/block" },
	{ "the check warns", WORLD_PROMOTE "finding tlsrpt-rua-unreachable warn\n", VERDICT_PROMOTE,
		"tlsrpt-rua-unreachable/warn" },
	{ "the check warns of a certificate",
		WORLD_PROMOTE "finding mx-certificate-expiring warn\n", VERDICT_WAIT,
		"mx-certificate-expiring/warn" },
	{ "a certificate ends in 13 days", PROVEN LOOKED("0-90", "192.0.2.1", "0-103"),
		VERDICT_WAIT, "mx-certificate-expiring/warn" },
	{ "in 15 days", PROVEN LOOKED("0-90", "192.0.2.1", "0-105"), VERDICT_PROMOTE, "" },
	{ "a machine that had one was met six days ago",
		PROVEN LOOKED("0-84", "192.0.2.1", "0-103") LOOKED("85-90", "192.0.2.1", "60-150"),
		VERDICT_WAIT, "mx-certificate-expiring/warn" },
	{ "and it has ended since",
		PROVEN LOOKED("0-84", "192.0.2.1", "0-88") LOOKED("85-90", "192.0.2.1", "60-150"),
		VERDICT_WAIT, "mx-certificate-expiring/warn" },
	{ "eight days ago",
		PROVEN LOOKED("0-82", "192.0.2.1", "0-103") LOOKED("83-90", "192.0.2.1", "60-150"),
		VERDICT_PROMOTE, "" },
	{ "at an address that is gone",
		PROVEN LOOKED("0-84", "192.0.2.9", "0-103") LOOKED("85-90", "192.0.2.1", "60-150"),
		VERDICT_PROMOTE, "" },
	{ "the check only tells", WORLD_PROMOTE "finding mx-tls-old info\n", VERDICT_PROMOTE, "" },
	{ "DANE is broken today already", WORLD_PROMOTE "finding dane-mismatch block\n",
		VERDICT_PROMOTE, "dane-mismatch/warn" },
	{ "two senders failed yesterday, and nothing explains it", WORLD_PROMOTE TWO("89"),
		VERDICT_FIX, "reported-refused/block soak-short/warn" },
	{ "13 days ago", ENDS_WITH_FAILURE("76") WORLD_CHECK, VERDICT_FIX,
		"reported-refused/block soak-short/warn report-gap/warn" },
	{ "14 days ago", ENDS_WITH_FAILURE("75") WORLD_CHECK, VERDICT_WAIT,
		"reported-refused/warn soak-short/warn report-gap/warn" },
	{ "a failure that we see as well",
		WORLD_POLICY WORLD_SUMS WORLD_REPORTERS FINE SERVED
		"host mx1.a.example fine\naddress 192.0.2.1 bad 0-80 bad\n"
		"finding mx-certificate-expired block\n"
		"fail 40 0 a anybody.example certificate-expired mx1.a.example 192.0.2.1 1\n",
		VERDICT_FIX, "mx-certificate-expired/block reported-refused/block" },
	{ "failures without details, from two",
		WORLD_PROMOTE "fail 89 0 v one.example - - - 3\nfail 89 0 v two.example - - - 1\n",
		VERDICT_FIX, "reported-refused/block soak-short/warn" },

	/* what does not block */
	{ "a sender's own fault",
		WORLD_PROMOTE
		"fail 85 0 v one.example starttls-not-supported mx1.a.example 192.0.2.1 1\n",
		VERDICT_PROMOTE, "reported-sender-side/warn" },
	{ "somebody else's host",
		WORLD_PROMOTE "fail 85 0 v one.example certificate-expired mx.b.example - 900\n",
		VERDICT_PROMOTE, "reported-foreign/warn" },
	{ "a fault that is over", WORLD_PROMOTE TWO("40"), VERDICT_PROMOTE, "reported-fixed/info" },
	{ "senders that could not fetch the policy",
		WORLD_PROMOTE "fail 85-89 0 v one.example sts-policy-fetch-error - - 30\n",
		VERDICT_PROMOTE, "reported-unprotected/warn" },
	{ "DANE failures",
		WORLD_PROMOTE "fail 85-89 0 v one.example tlsa-invalid mx1.a.example - 30\n",
		VERDICT_PROMOTE, "reported-dane/warn" },
	{ "failures of senders that had no policy",
		WORLD_PROMOTE "policy no-policy-found - - -\n"
			      "fail 89 1 v one.example starttls-not-supported mx1.a.example - 9\n",
		VERDICT_PROMOTE, "" },
	{ "an older list that left a host out",
		WORLD_PROMOTE "policy sts testing mx1.a.example 86400 0-60\n"
			      "fail 60 1 v one.example validation-failure mx2.a.example - 1\n",
		VERDICT_PROMOTE, "stale-policy/info" },
	{ "an older list that is still held",
		WORLD_PROMOTE "policy sts testing mx1.a.example 604800 0-85\n", VERDICT_PROMOTE,
		"stale-policy/info" },
	{ "more details than failures",
		WORLD_POLICY
		"sum 0-39 0 v 60 0 3\nsum 40 0 v 60 1 3\nsum 41-89 0 v 60 0 3\n" WORLD_REPORTERS
			WORLD_CHECK
		"detail 40 0 v one.example starttls-not-supported mx1.a.example - 2\n"
		"detail 40 0 v two.example starttls-not-supported mx1.a.example - 1\n",
		VERDICT_PROMOTE, "reported-fixed/info detail-mismatch/info" },

	/* who says so */
	{ "a flood of failures from nobody, which our check contradicts",
		WORLD_PROMOTE
		"fail 89 0 a nobody.example certificate-expired mx1.a.example 192.0.2.1 9000\n",
		VERDICT_WAIT, "reported-refused/warn soak-short/warn" },
	{ "the same from somebody",
		WORLD_PROMOTE
		"fail 89 0 v one.example certificate-expired mx1.a.example 192.0.2.1 9000\n",
		VERDICT_FIX, "reported-refused/block soak-short/warn" },

	/* enforce */
	{ "enforced, and an MX is bad", ENFORCE_WORLD "finding mx-certificate-expired block\n",
		VERDICT_ROLLBACK, "mx-certificate-expired/block" },
	{ "enforced, and the policy host's certificate is bad",
		ENFORCE_WORLD "finding policy-certificate block\n", VERDICT_FIX,
		"policy-certificate/block" },
	{ "enforced, refused three days ago", ENDS_WITH_FAILURE("86") FINE ENFORCED HOSTS,
		VERDICT_ROLLBACK, "reported-refused/block" },
	{ "enforced, refused four days ago", ENDS_WITH_FAILURE("85") FINE ENFORCED HOSTS,
		VERDICT_FIX, "reported-refused/block" },
	{ "enforced, refused two weeks ago", ENDS_WITH_FAILURE("75") FINE ENFORCED HOSTS,
		VERDICT_ENFORCED, "reported-refused/warn report-gap/warn" },
	{ "enforced, and nobody reports", FINE ENFORCED HOSTS, VERDICT_ENFORCED,
		"no-reports/warn" },

	/* a policy that is only planned */
	{ "planned, the same hosts",
		WORLD_PROMOTE "planned enforce mx1.a.example,mx2.a.example 604800\n",
		VERDICT_PROMOTE, "" },
	{ "planned, one host short", WORLD_PROMOTE "planned enforce mx1.a.example 604800\n",
		VERDICT_FIX,
		"mx-not-in-policy/block soak-short/warn "
		"stale-policy/info" },
	{ "planned, what the live one lacks",
		WORLD_POLICY WORLD_SUMS WORLD_REPORTERS FINE
		"served testing mx1.a.example 86400\n" HOSTS "finding mx-not-in-policy block\n"
		"planned testing mx1.a.example,mx2.a.example 86400\n",
		VERDICT_PROMOTE, "" },
	{ "planned, a wildcard that covers all",
		WORLD_PROMOTE "planned testing *.a.example 86400\n", VERDICT_WAIT,
		"soak-short/warn stale-policy/info" },
};

static char *
reasons_of(const struct judgement *judgement)
{
	static const char *const severities[] = { "info", "warn", "block" };
	GString *text = g_string_new(NULL);
	for (size_t i = 0; i < judgement->n_reasons; i++)
		g_string_append_printf(text, "%s%s/%s", i > 0 ? " " : "",
			judgement->reasons[i].code, severities[judgement->reasons[i].severity]);
	return g_string_free(text, FALSE);
}

static void
test_verdicts(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct arena *arena = arena_new();
		const struct judgement *judgement =
			verdict_judge(world_read(arena, rows[i].world), &verdict_usual);
		g_autofree char *reasons = reasons_of(judgement);
		if (judgement->verdict != rows[i].want || strcmp(reasons, rows[i].reasons) != 0)
			FAIL("%s: got %s, %s\nwant %s, %s", rows[i].name,
				verdict_name(judgement->verdict), reasons,
				verdict_name(rows[i].want), rows[i].reasons);
		for (size_t k = 0; k < judgement->n_reasons; k++)
			if (judgement->reasons[k].text == NULL ||
				(judgement->reasons[k].severity == SEEN_BLOCK &&
					judgement->reasons[k].remedy == NULL))
				FAIL("%s: %s without a sentence or a remedy", rows[i].name,
					judgement->reasons[k].code);
		arena_free(arena);
	}
}

static void
test_names(void)
{
	static const struct {
		enum verdict verdict;
		const char *name;
		int exit;
	} names[] = { { VERDICT_PROMOTE, "promote", 0 }, { VERDICT_WAIT, "wait", 1 },
		{ VERDICT_FIX, "fix", 2 }, { VERDICT_ENFORCED, "enforced", 0 },
		{ VERDICT_ROLLBACK, "rollback", 2 }, { VERDICT_SETUP, "setup", 1 },
		{ VERDICT_NOT_APPLICABLE, "not-applicable", 0 },
		{ VERDICT_UNKNOWN, "unknown", 3 } };
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_assert_cmpstr(verdict_name(names[i].verdict), ==, names[i].name);
		g_assert_cmpint(verdict_exit(names[i].verdict), ==, names[i].exit);
	}
}

static void
test_sums(void)
{
	struct arena *arena = arena_new();
	const struct judgement *judgement = verdict_judge(
		world_read(arena, WORLD_PROMOTE
			"policy tlsa - - -\npolicy no-policy-found - - -\n"
			"sum 0-89 1 v 1000\nsum 0-89 2 v 1000\n"
			"fail 85 0 v one.example certificate-expired mx1.a.example - 2\n"
			"fail 85 0 v one.example sts-policy-fetch-error - - 3\n"
			"fail 85 1 v one.example tlsa-invalid mx1.a.example - 5\n"
			"fail 85 2 v one.example starttls-not-supported - - 7\n"),
		&verdict_usual);
	/* the same sessions may be listed under sts and tlsa: they are never added */
	g_assert_cmpint(judgement->sessions.success, ==, 5400);
	g_assert_cmpint(judgement->sessions.refused, ==, 2);
	g_assert_cmpint(judgement->sessions.unprotected, ==, 3);
	g_assert_cmpint(judgement->sessions.dane, ==, 5);
	g_assert_cmpint(judgement->sessions.other, ==, 7);
	g_assert_cmpfloat_with_epsilon(judgement->upper_bound, 3.0 / 5400, 1e-12);
	arena_free(arena);
}

/* The rule of three: over what somebody vouches for, where anybody does. */
static void
test_bound(void)
{
	static const struct {
		const char *name, *world;
		double want;
	} bounds[] = {
		{ "all vouched for", WORLD_PROMOTE, 3.0 / 5400 },
		{ "a flood of praise changes nothing", WORLD_PROMOTE "sum 0-89 0 a 100000\n",
			3.0 / 5400 },
		{ "nothing else is there",
			WORLD_POLICY "sum 0-89 0 a 60 0 3\n" WORLD_REPORTERS WORLD_CHECK,
			3.0 / 5400 },
		{ "two sessions bound nothing",
			WORLD_POLICY "sum 89 0 v 2\n" WORLD_REPORTERS WORLD_CHECK, 1 },
		{ "no session", WORLD_CHECK, 0 },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(bounds); i++) {
		struct arena *arena = arena_new();
		const struct judgement *judgement =
			verdict_judge(world_read(arena, bounds[i].world), &verdict_usual);
		if (judgement->upper_bound != bounds[i].want)
			FAIL("%s: got %g", bounds[i].name, judgement->upper_bound);
		arena_free(arena);
	}
}

/* From when on no sender can hold any policy that was seen (RFC 8461 8.3). */
static void
test_removal(void)
{
	static const struct {
		const char *name, *world;
		int want; /* a day of the world; -1000: none was seen */
	} removals[] = {
		{ "what our check saw served last, a day", WORLD_PROMOTE, 92 },
		{ "a week", FINE ENFORCED HOSTS, 98 },
		{ "an older one that lasts longer",
			WORLD_PROMOTE "policy sts enforce mx1.a.example 2592000 0-80\n", 111 },
		{ "one that claims ten years lasts one, as senders hold it",
			WORLD_PROMOTE "policy sts enforce mx1.a.example 315576000 0-0\n", 366 },
		{ "none", "check 0-90 fine absent absent fine\n" HOSTS, -1000 },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(removals); i++) {
		struct arena *arena = arena_new();
		const struct judgement *judgement =
			verdict_judge(world_read(arena, removals[i].world), &verdict_usual);
		int got = judgement->removal_day == INT32_MIN
				  ? -1000
				  : judgement->removal_day - WORLD_FIRST;
		if (got != removals[i].want)
			FAIL("%s: got %d", removals[i].name, got);
		arena_free(arena);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/verdict/verdicts", test_verdicts);
	g_test_add_func("/verdict/names", test_names);
	g_test_add_func("/verdict/sums", test_sums);
	g_test_add_func("/verdict/bound", test_bound);
	g_test_add_func("/verdict/removal", test_removal);
	return g_test_run();
}
