/* Effects of failures, and what becomes of each when it is held against our own checks. */
#include "analyze/verdict_parts.h"

#include "tests/unit/row.h"
#include "tests/unit/verdict_world.h"

static void
test_effects(void)
{
	static const struct {
		const char *type, *result; /* NULL: no detail explains it */
		enum effect want;
	} rows[] = {
		{ "sts", "starttls-not-supported", EFFECT_REFUSED },
		{ "sts", "certificate-host-mismatch", EFFECT_REFUSED },
		{ "sts", "certificate-expired", EFFECT_REFUSED },
		{ "sts", "certificate-not-trusted", EFFECT_REFUSED },
		{ "sts", "validation-failure", EFFECT_REFUSED },
		{ "sts", "a-type-of-tomorrow", EFFECT_REFUSED },
		{ "sts", NULL, EFFECT_REFUSED },
		{ "sts", "sts-policy-fetch-error", EFFECT_UNPROTECTED },
		{ "sts", "sts-policy-invalid", EFFECT_UNPROTECTED },
		{ "sts", "sts-webpki-invalid", EFFECT_UNPROTECTED },
		{ "sts", "tlsa-invalid", EFFECT_DANE },
		{ "sts", "dnssec-invalid", EFFECT_DANE },
		{ "sts", "dane-required", EFFECT_DANE },
		{ "tlsa", "tlsa-invalid", EFFECT_DANE },
		{ "tlsa", "certificate-expired", EFFECT_DANE },
		{ "tlsa", "starttls-not-supported", EFFECT_DANE },
		{ "tlsa", NULL, EFFECT_DANE },
		{ "no-policy-found", "sts-policy-fetch-error", EFFECT_UNPROTECTED },
		{ "no-policy-found", "sts-policy-invalid", EFFECT_UNPROTECTED },
		{ "no-policy-found", "dane-required", EFFECT_DANE },
		{ "no-policy-found", "starttls-not-supported", EFFECT_NONE },
		{ "no-policy-found", "certificate-expired", EFFECT_NONE },
		{ "no-policy-found", NULL, EFFECT_NONE },
		{ "another", "certificate-expired", EFFECT_REFUSED },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		enum effect got = verdict_effect(rows[i].type, rows[i].result);
		if (got != rows[i].want)
			FAIL("%s, %s: got %s", rows[i].type,
				rows[i].result != NULL ? rows[i].result : "no detail",
				effect_name(got));
	}
}

/* Two senders on the window's last day: neither silence nor a single sender can explain that. */
#define TWO_ON_LAST_DAY(type)                                                                      \
	"fail 89 0 v one.example " type " mx1.a.example 192.0.2.1 1\n"                             \
	"fail 89 0 v two.example " type " mx1.a.example 192.0.2.1 1\n"
#define CHECK_HEAD                                                                                 \
	"fine fine fine fine\nserved testing mx1.a.example,mx2.a.example 86400\nhost "             \
	"mx1.a.example fine\naddress 192.0.2.1 "
#define MX1_BAD CHECK_HEAD "bad 0-150 bad\n"
#define MX1_FINE CHECK_HEAD "fine 0-150\n"
#define ONE_OF_MANY "fail 89 0 v one.example starttls-not-supported mx1.a.example 192.0.2.1 "

static const struct {
	const char *name, *world;
	enum group_status want;
	int fixed_day; /* where fixed */
} rows[] = {
	/* confirmed */
	{ "our check sees a bad certificate there",
		WORLD_POLICY WORLD_SUMS
		"check 0-90 " MX1_BAD TWO_ON_LAST_DAY("certificate-expired"),
		GROUP_CONFIRMED, 0 },
	{ "our check is offered no STARTTLS there",
		WORLD_POLICY WORLD_SUMS "check 0-90 " MX1_FINE
					"nostarttls\n" TWO_ON_LAST_DAY("starttls-not-supported"),
		GROUP_CONFIRMED, 0 },
	{ "no host is named, and one of ours is bad",
		WORLD_POLICY WORLD_SUMS "check 0-90 " MX1_BAD
					"fail 89 0 v one.example certificate-expired - - 1\n",
		GROUP_CONFIRMED, 0 },
	{ "an address alone is named, and it is bad",
		WORLD_POLICY WORLD_SUMS
		"check 0-90 " MX1_BAD "fail 89 0 v one.example certificate-expired - 192.0.2.1 1\n",
		GROUP_CONFIRMED, 0 },
	{ "an address behind the name that we never met, and the host is bad",
		WORLD_POLICY WORLD_SUMS
		"check 0-90 " MX1_BAD
		"fail 89 0 v one.example certificate-expired mx1.a.example 192.0.2.77 1\n",
		GROUP_CONFIRMED, 0 },
	{ "the policy leaves the host out",
		WORLD_PROMOTE "host mx3.a.example fine\naddress 192.0.2.3 fine\n"
			      "fail 89 0 v one.example validation-failure mx3.a.example - 1\n",
		GROUP_CONFIRMED, 0 },
	{ "bad now, whoever says so",
		WORLD_POLICY WORLD_SUMS
		"check 0-90 " MX1_BAD
		"fail 89 0 a anybody.example certificate-expired mx1.a.example 192.0.2.1 1\n",
		GROUP_CONFIRMED, 0 },
	{ "bad once, fine since, failing again",
		WORLD_POLICY WORLD_SUMS
		"check 0-60 " MX1_BAD
		"check 61-90 " MX1_FINE TWO_ON_LAST_DAY("certificate-expired"),
		GROUP_UNEXPLAINED, 0 },

	/* foreign */
	{ "a host that was never ours",
		WORLD_PROMOTE "fail 80 0 v one.example certificate-expired mx.b.example - 1\n",
		GROUP_FOREIGN, 0 },
	{ "a host that is not ours now, and nobody looked then",
		WORLD_POLICY WORLD_SUMS
		"check 85-90 " MX1_FINE
		"fail 80 0 v one.example certificate-expired mx.b.example - 1\n",
		GROUP_FIXED, 85 },
	{ "an address that was never ours",
		WORLD_PROMOTE
		"fail 89 0 v one.example certificate-expired mx1.a.example 203.0.113.9 1\n",
		GROUP_FOREIGN, 0 },
	{ "an address that two senders were led to",
		WORLD_PROMOTE
		"fail 89 0 v one.example certificate-expired mx1.a.example 203.0.113.9 1\n"
		"fail 89 0 v two.example certificate-expired mx1.a.example 203.0.113.9 1\n",
		GROUP_UNEXPLAINED, 0 },
	{ "an address that was ours in another check",
		WORLD_POLICY WORLD_SUMS
		"check 0-10 " CHECK_HEAD "fine 0-150\naddress 203.0.113.9 fine 0-150\n"
		"check 11-90 " MX1_FINE
		"fail 89 0 v one.example certificate-expired mx1.a.example 203.0.113.9 60\n",
		GROUP_UNEXPLAINED, 0 },

	/* gone */
	{ "a host that has left the MX records",
		WORLD_POLICY WORLD_SUMS
		"check 0-70 " MX1_FINE "host old.a.example fine\naddress 192.0.2.9 fine\n"
		"check 71-90 " MX1_FINE
		"fail 60-65 0 v one.example certificate-expired old.a.example 192.0.2.9 1\n",
		GROUP_FIXED, 71 },

	/* an older policy */
	{ "a host that the older list left out",
		WORLD_PROMOTE "policy sts testing mx1.a.example 86400 0-80\n"
			      "fail 80 1 v one.example validation-failure mx2.a.example - 1\n",
		GROUP_OLDER_POLICY, 0 },
	{ "an older list, and another fault",
		WORLD_PROMOTE "policy sts testing mx1.a.example 86400 0-80\n"
			      "fail 89 1 v one.example certificate-expired mx2.a.example - 1\n"
			      "fail 89 1 v two.example certificate-expired mx2.a.example - 1\n",
		GROUP_UNEXPLAINED, 0 },

	/* the policy host */
	{ "we cannot fetch the policy either",
		WORLD_POLICY WORLD_SUMS "check 0-90 fine fine bad fine\n"
					"fail 89 0 v one.example sts-policy-fetch-error - - 2\n"
					"fail 89 0 v two.example sts-policy-fetch-error - - 2\n",
		GROUP_CONFIRMED, 0 },
	{ "we can, and a bad MX has no part in it",
		WORLD_POLICY WORLD_SUMS "check 0-90 " MX1_BAD
					"fail 89 0 v one.example sts-policy-fetch-error - - 2\n"
					"fail 89 0 v two.example sts-policy-fetch-error - - 2\n",
		GROUP_UNEXPLAINED, 0 },
	{ "one sender cannot, once",
		WORLD_PROMOTE "fail 89 0 v one.example sts-policy-fetch-error - - 2\n",
		GROUP_SENDER_SIDE, 0 },
	{ "we could not, then could",
		WORLD_POLICY
		"sum 0-70 0 v 60 0 3\ncheck 0-70 fine fine bad fine\ncheck 72-90 " CHECK_HEAD
		"fine 0-150\n"
		"fail 60-70 0 v one.example sts-policy-fetch-error - - 2\n",
		GROUP_FIXED, 72 },

	/* seen to go */
	{ "bad, then good, then quiet",
		WORLD_POLICY
		"sum 0-70 0 v 60 0 3\n"
		"check 0-70 " MX1_BAD "check 72-90 " MX1_FINE
		"fail 60-70 0 v one.example certificate-expired mx1.a.example 192.0.2.1 1\n",
		GROUP_FIXED, 72 },
	{ "mended on the day of the last failure",
		WORLD_POLICY
		"sum 0-70 0 v 60 0 3\n"
		"check 0-69 " MX1_BAD "check 70-90 " MX1_FINE
		"fail 60-70 0 v one.example certificate-expired mx1.a.example 192.0.2.1 1\n",
		GROUP_FIXED, 70 },
	{ "bad, then good, then failing again",
		WORLD_POLICY
		"sum 0-71 0 v 60 0 3\n"
		"check 0-69 " MX1_BAD "check 70-90 " MX1_FINE
		"fail 60-71 0 v one.example starttls-not-supported mx1.a.example 192.0.2.1 9\n",
		GROUP_UNEXPLAINED, 0 },

	/* renewed */
	{ "a certificate from after the last failure",
		WORLD_POLICY "sum 0-70 0 v 60 0 3\ncheck 85-90 " CHECK_HEAD "fine 75-150\n"
			     "fail 60-70 0 v one.example certificate-expired mx1.a.example "
			     "192.0.2.1 1\n",
		GROUP_FIXED, 75 },
	{ "a certificate of the day of the last failure",
		WORLD_POLICY "sum 0-70 0 v 60 0 3\ncheck 85-90 " CHECK_HEAD "fine 70-150\n"
			     "fail 60-70 0 v one.example certificate-expired mx1.a.example "
			     "192.0.2.1 1\n",
		GROUP_UNEXPLAINED, 0 },
	{ "a new certificate does not bring STARTTLS",
		WORLD_POLICY "sum 0-70 0 v 60 0 3\ncheck 85-90 " CHECK_HEAD "fine 75-150\n"
			     "fail 60-70 0 v one.example starttls-not-supported mx1.a.example "
			     "192.0.2.1 1\n",
		GROUP_UNEXPLAINED, 0 },
	{ "one of two addresses has the old certificate still",
		WORLD_POLICY "sum 0-70 0 v 60 0 3\ncheck 85-90 " CHECK_HEAD
			     "fine 75-150\naddress 192.0.2.11 fine 0-150\n"
			     "fail 60-70 0 v one.example certificate-expired mx1.a.example - 1\n",
		GROUP_UNEXPLAINED, 0 },

	/* the sender's own */
	{ "one sender, once, while others got through", WORLD_PROMOTE ONE_OF_MANY "1\n",
		GROUP_SENDER_SIDE, 0 },
	{ "a hundredth of all sessions", WORLD_PROMOTE ONE_OF_MANY "54\n", GROUP_SENDER_SIDE, 0 },
	{ "more than a hundredth", WORLD_PROMOTE ONE_OF_MANY "55\n", GROUP_UNEXPLAINED, 0 },
	{ "two senders", WORLD_PROMOTE TWO_ON_LAST_DAY("starttls-not-supported"), GROUP_UNEXPLAINED,
		0 },
	{ "nobody else had sessions that day",
		WORLD_POLICY "sum 0-88 0 v 60 0 3\nsum 89 0 v 60 0 1\n" WORLD_CHECK ONE_OF_MANY
			     "1\n",
		GROUP_UNEXPLAINED, 0 },
	{ "others that day are not to be believed",
		WORLD_POLICY "sum 0-88 0 v 60 0 3\nsum 89 0 a 60 0 3\n" WORLD_CHECK ONE_OF_MANY
			     "1\n",
		GROUP_UNEXPLAINED, 0 },
	{ "others that day had another policy",
		WORLD_PROMOTE "policy sts testing mx1.a.example,mx2.a.example 604800 0-89\n"
			      "fail 89 1 v one.example starttls-not-supported mx1.a.example "
			      "192.0.2.1 1\n",
		GROUP_UNEXPLAINED, 0 },
	{ "nobody looked that day",
		WORLD_POLICY "sum 0-85 0 v 60 0 3\ncheck 0-60 " MX1_FINE "check 90 " CHECK_HEAD
			     "fine 0-150\n"
			     "fail 85 0 v one.example starttls-not-supported "
			     "mx1.a.example 192.0.2.1 50\n",
		GROUP_UNEXPLAINED, 0 },
	{ "our look that day could not tell",
		WORLD_POLICY WORLD_SUMS "check 0-88 " CHECK_HEAD "unknown\ncheck 89-90 " CHECK_HEAD
					"fine 0-150\n" ONE_OF_MANY "1\n",
		GROUP_UNEXPLAINED, 0 },

	/* silence: 1 of 10 failed; 29 clean ones after that are 95 % proof */
	{ "28 clean sessions are too few",
		WORLD_POLICY "sum 50 0 v 9 1 1\nsum 51 0 v 28\n" WORLD_CHECK
			     "fail 50 0 v one.example certificate-expired mx1.a.example "
			     "192.0.2.1 1\n",
		GROUP_UNEXPLAINED, 0 },
	{ "29 are enough",
		WORLD_POLICY "sum 50 0 v 9 1 1\nsum 51 0 v 29\n" WORLD_CHECK
			     "fail 50 0 v one.example certificate-expired mx1.a.example "
			     "192.0.2.1 1\n",
		GROUP_FIXED, 51 },
	{ "of sessions that anybody could tell of none is enough",
		WORLD_POLICY "sum 50 0 v 9 1 1\nsum 51 0 a 2900\n" WORLD_CHECK
			     "fail 50 0 v one.example certificate-expired mx1.a.example "
			     "192.0.2.1 1\n",
		GROUP_UNEXPLAINED, 0 },
	{ "nor of those under another policy",
		WORLD_POLICY "policy sts testing mx1.a.example 86400 0-89\n"
			     "sum 50 0 v 9 1 1\nsum 51 1 v 2900\n" WORLD_CHECK
			     "fail 50 0 v one.example certificate-expired mx1.a.example "
			     "192.0.2.1 1\n",
		GROUP_UNEXPLAINED, 0 },
	{ "all failed, then one went well",
		WORLD_POLICY "sum 50 0 v 0 5 1\nsum 51 0 v 1\n" WORLD_CHECK
			     "fail 50 0 v one.example certificate-expired mx1.a.example "
			     "192.0.2.1 5\n",
		GROUP_FIXED, 51 },
	{ "silence, and our check could not tell",
		WORLD_POLICY WORLD_SUMS "check 0-90 " CHECK_HEAD "unknown\n"
					"fail 50 0 v one.example certificate-expired mx1.a.example "
					"192.0.2.1 60\n",
		GROUP_UNEXPLAINED, 0 },
	{ "no check at all",
		WORLD_POLICY WORLD_SUMS "fail 50 0 v one.example certificate-expired "
					"mx1.a.example 192.0.2.1 60\n",
		GROUP_UNEXPLAINED, 0 },
};

static void
test_statuses(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct arena *arena = arena_new();
		const struct judgement *judgement =
			verdict_judge(world_read(arena, rows[i].world), &verdict_usual);
		const struct failure_group *group = judgement->groups;
		if (judgement->n_groups != 1)
			FAIL("%s: %zu groups", rows[i].name, judgement->n_groups);
		else if (group->status != rows[i].want)
			FAIL("%s: got %s (%s)", rows[i].name, group_status_name(group->status),
				group->because);
		else if (group->status == GROUP_FIXED &&
			 group->fixed_day != WORLD_FIRST + rows[i].fixed_day)
			FAIL("%s: fixed on day %d", rows[i].name, group->fixed_day - WORLD_FIRST);
		else if (group->because == NULL || *group->because == '\0')
			FAIL("%s: no word why", rows[i].name);
		arena_free(arena);
	}
}

static void
test_groups(void)
{
	struct arena *arena = arena_new();
	const struct judgement *judgement = verdict_judge(
		world_read(arena, WORLD_PROMOTE
			"fail 80-89 0 v one.example certificate-expired mx1.a.example 192.0.2.1 2\n"
			"fail 85-86 0 a two.example certificate-expired mx1.a.example 192.0.2.1 1\n"
			"fail 89 0 v one.example certificate-expired mx2.a.example 192.0.2.2 60\n"
			"fail 85 0 v one.example sts-policy-fetch-error - - 99\n"
			"fail 70 0 v one.example - - - 1\n"),
		&verdict_usual);
	g_assert_cmpuint(judgement->n_groups, ==, 4);
	const struct failure_group *heaviest = &judgement->groups[0];
	g_assert_cmpstr(heaviest->mx, ==, "mx2.a.example");
	const struct failure_group *two = &judgement->groups[1];
	g_assert_cmpint(two->sessions, ==, 22);
	g_assert_cmpint(two->first_day, ==, WORLD_FIRST + 80);
	g_assert_cmpint(two->last_day, ==, WORLD_FIRST + 89);
	g_assert_cmpuint(two->n_submitters, ==, 2);
	g_assert_true(two->vouched);
	/* without detail it may be anything: the worst is taken */
	bool found = false;
	for (size_t i = 0; i < judgement->n_groups; i++)
		found = found || (!judgement->groups[i].detailed &&
					 judgement->groups[i].effect == EFFECT_REFUSED);
	g_assert_true(found);
	g_assert_cmpint(judgement->groups[3].effect, ==, EFFECT_UNPROTECTED);
	arena_free(arena);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/verdict/effects", test_effects);
	g_test_add_func("/verdict/statuses", test_statuses);
	g_test_add_func("/verdict/groups", test_groups);
	return g_test_run();
}
