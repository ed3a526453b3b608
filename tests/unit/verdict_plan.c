/* The plan: exact texts, in order, on their dates. */
#include "analyze/verdict.h"

#include "tests/unit/row.h"
#include "tests/unit/verdict_world.h"

#define HOSTS                                                                                      \
	"host mx1.a.example fine\naddress 192.0.2.1 fine 0-150\n"                                  \
	"host mx2.a.example fine\naddress 192.0.2.2 fine 0-150\n"
#define BOTH(mode, age)                                                                            \
	"version: STSv1\r\nmode: " mode                                                            \
	"\r\nmx: mx1.a.example\r\nmx: mx2.a.example\r\nmax_age: " age "\r\n"
#define SERVE ": serve this as https://mta-sts.a.example/.well-known/mta-sts.txt"
#define CHANGE_ID "When the new text is served, and not before, change the record's id:"
#define RECORD(id) "_mta-sts.a.example. IN TXT \"v=STSv1; id=" id "\""
#define GO_BACK                                                                                    \
	"To go back: serve this, then change the record's id again.  Delete nothing: senders "     \
	"that "                                                                                    \
	"hold the old policy go on enforcing it until they see a new id."

/* From testing to enforce on day 90. */
#define PROMOTED                                                                                   \
	{ "now", "Enforce" SERVE, BOTH("enforce", "604800") },                                     \
		{ "after that", CHANGE_ID, RECORD("20261124120000") },                             \
		{ "until 2026-11-27",                                                              \
			"Watch 72 hours: `stsready readiness a.example` each day, and your "       \
			"own mail logs.",                                                          \
			NULL },                                                                    \
		{ "2026-12-01", "If all is well, let it hold longer" SERVE,                        \
			BOTH("enforce", "1209600") },                                              \
		{ "after that", CHANGE_ID, RECORD("20261201000000") },                             \
		{ "if mail is refused", GO_BACK, BOTH("testing", "86400") },                       \
	{                                                                                          \
		"to end MTA-STS",                                                                  \
			"Serve mode none with max_age 86400 and a new id, and keep both "          \
			"until 2026-11-26: by then no sender holds a policy that was seen "        \
			"before.",                                                                 \
			NULL                                                                       \
	}

#define MOST_STEPS 9

static const struct {
	const char *name, *world;
	enum verdict verdict;
	struct plan_step steps[MOST_STEPS]; /* text NULL: the end */
} rows[] = {
	{ "promote", WORLD_PROMOTE, VERDICT_PROMOTE, { PROMOTED } },
	{ "wait for the soak", WORLD_POLICY "sum 80-89 0 v 60\n" WORLD_REPORTERS WORLD_CHECK,
		VERDICT_WAIT,
		{ { "2026-11-29",
			"The earliest day for enforce, if reports stay clean.  Until then leave "
			"the "
			"policy in testing.",
			NULL } } },
	{ "wait for the first report", WORLD_CHECK, VERDICT_WAIT,
		{ { "now", "Leave the policy in testing until reports come in.", NULL } } },
	{ "wait with a policy that nobody holds for a day",
		"check 0-90 fine fine fine fine\n"
		"served testing mx1.a.example,mx2.a.example 300\n" HOSTS,
		VERDICT_WAIT,
		{ { "now", "Let the policy hold a day at least" SERVE, BOTH("testing", "86400") },
			{ "after that", CHANGE_ID, RECORD("20261124120000") },
			{ "now", "Leave the policy in testing until reports come in.", NULL } } },
	{ "fix: MX hosts, then what reports tell of, then the policy, then records",
		WORLD_PROMOTE "finding tlsrpt-record-invalid block\nfinding policy-content-type "
			      "block\nfinding mx-certificate-name block\n"
			      "fail 89 0 v one.example starttls-not-supported mx1.a.example "
			      "192.0.2.1 9\n"
			      "fail 89 0 v two.example starttls-not-supported mx1.a.example "
			      "192.0.2.1 9\n",
		VERDICT_FIX,
		{ { "now", "mx-certificate-name was found.  Mend mx-certificate-name.", NULL },
			{ "then",
				"one.example and 1 other told of 18 failed sessions "
				"(starttls-not-supported) at mx1.a.example [192.0.2.1] on "
				"2026-11-23: enforce turns such mail away; our own check sees "
				"nothing wrong there.  Offer STARTTLS on mx1.a.example on every "
				"address, behind every load balancer.",
				NULL },
			{ "then", "policy-content-type was found.  Mend policy-content-type.",
				NULL },
			{ "then", "tlsrpt-record-invalid was found.  Mend tlsrpt-record-invalid.",
				NULL },
			{ "then",
				"`stsready check --save a.example`, so that the mend is on record "
				"and the soak begins.",
				NULL } } },
	{ "rollback",
		WORLD_POLICY WORLD_SUMS "check 0-90 fine fine fine fine\n"
					"served enforce mx1.a.example,mx2.a.example 604800\n" HOSTS
					"finding mx-certificate-expired block\n",
		VERDICT_ROLLBACK,
		{ { "now", "Go back to testing, unless you can mend at once" SERVE,
			  BOTH("testing", "86400") },
			{ "after that", CHANGE_ID, RECORD("20261124120000") },
			{ "never",
				"Delete neither the policy nor the record: senders go on enforcing "
				"what they hold.",
				NULL },
			{ "now", "mx-certificate-expired was found.  Mend mx-certificate-expired.",
				NULL },
			{ "then",
				"`stsready check --save a.example`, so that the mend is on record "
				"and the soak begins.",
				NULL } } },
	{ "setup of everything", "check 0-90 fine absent absent absent\n" HOSTS, VERDICT_SETUP,
		{ { "now",
			  "Ask for reports first: it cannot hurt mail (`stsready domains add` "
			  "gives "
			  "a URL of your own endpoint).",
			  "_smtp._tls.a.example. IN TXT \"v=TLSRPTv1; "
			  "rua=mailto:tlsrpt@a.example\"" },
			{ "then",
				"Serve a policy in testing as "
				"https://mta-sts.a.example/.well-known/mta-sts.txt",
				BOTH("testing", "86400") },
			{ "after that",
				"When it is served, announce it:", RECORD("20261124120000") } } },
	{ "setup of the record alone",
		"check 0-90 fine absent fine fine\n"
		"served testing mx1.a.example,mx2.a.example 86400\n" HOSTS,
		VERDICT_SETUP,
		{ { "after that", "When it is served, announce it:", RECORD("20261124120000") } } },
	{ "enforced for a week",
		"check 0-90 fine fine fine fine\n"
		"served enforce mx1.a.example,mx2.a.example 604800\n" HOSTS,
		VERDICT_ENFORCED,
		{ { "now", "Let the policy hold longer" SERVE, BOTH("enforce", "1209600") },
			{ "after that", CHANGE_ID, RECORD("20261124120000") },
			{ "always",
				"Before an MX host is added, add its mx line and a new id, and "
				"wait "
				"a week.",
				NULL },
			{ "if mail is refused", GO_BACK, BOTH("testing", "86400") },
			{ "to end MTA-STS",
				"Serve mode none with max_age 86400 and a new id, and keep both "
				"until 2026-12-02: by then no sender holds a policy that was seen "
				"before.",
				NULL } } },
	{ "enforced for two weeks",
		"check 0-90 fine fine fine fine\n"
		"served enforce mx1.a.example,mx2.a.example 1209600\n" HOSTS,
		VERDICT_ENFORCED,
		{ { "always",
			  "Before an MX host is added, add its mx line and a new id, and wait a "
			  "week.",
			  NULL },
			{ "if mail is refused", GO_BACK, BOTH("testing", "86400") },
			{ "to end MTA-STS",
				"Serve mode none with max_age 86400 and a new id, and keep both "
				"until 2026-12-09: by then no sender holds a policy that was seen "
				"before.",
				NULL } } },
	{ "could not tell", WORLD_POLICY WORLD_SUMS, VERDICT_UNKNOWN,
		{ { "now", "Look again: `stsready check --save a.example`.", NULL } } },
	{ "no mail", "check 0-90 absent absent absent absent\n", VERDICT_NOT_APPLICABLE,
		{ { 0 } } },

	/* changes of MX hosts */
	{ "planned: a host comes",
		WORLD_PROMOTE "planned testing mx1.a.example,mx2.a.example,mx3.a.example 86400\n",
		VERDICT_WAIT,
		{ { "now", "First the new lines, beside those of before" SERVE,
			  "version: STSv1\r\nmode: testing\r\nmx: mx1.a.example\r\nmx: "
			  "mx2.a.example\r\nmx: mx3.a.example\r\nmax_age: 86400\r\n" },
			{ "after that", CHANGE_ID, RECORD("20261124120000") },
			{ "2026-11-25",
				"Change the MX records: add what the new lines are for "
				"(mx3.a.example).  By now every sender holds the new lines.",
				NULL },
			{ "then",
				"`stsready check --save a.example`, and judge it again without "
				"--policy.",
				NULL } } },
	{ "planned: a host comes, and another one is bad",
		WORLD_PROMOTE "finding mx-certificate-expired block\n"
			      "finding mx-not-in-policy block\n"
			      "planned testing mx1.a.example,mx2.a.example,mx3.a.example 86400\n",
		VERDICT_FIX,
		{ { "now", "mx-certificate-expired was found.  Mend mx-certificate-expired.",
			  NULL },
			{ "now", "First the new lines, beside those of before" SERVE,
				"version: STSv1\r\nmode: testing\r\nmx: mx1.a.example\r\nmx: "
				"mx2.a.example\r\nmx: mx3.a.example\r\nmax_age: 86400\r\n" },
			{ "after that", CHANGE_ID, RECORD("20261124120000") },
			{ "2026-11-25",
				"Change the MX records: add what the new lines are for "
				"(mx3.a.example).  By now every sender holds the new lines.",
				NULL },
			{ "then",
				"`stsready check --save a.example`, and judge it again without "
				"--policy.",
				NULL } } },
	{ "planned: other hosts than a policy of mode none has",
		WORLD_POLICY WORLD_SUMS WORLD_REPORTERS
		"check 0-90 fine fine fine fine\n"
		"served none mx1.a.example 86400\n" HOSTS
		"planned testing mx1.a.example,mx2.a.example 86400\n",
		VERDICT_PROMOTE, { PROMOTED } },
	{ "planned: a host goes, under enforce for a week",
		WORLD_POLICY WORLD_SUMS WORLD_REPORTERS
		"check 0-90 fine fine fine fine\n"
		"served enforce mx1.a.example,mx2.a.example 604800\n" HOSTS
		"planned enforce mx1.a.example 604800\n",
		VERDICT_FIX,
		{ { "now",
			  "Change the MX records: take out mx2.a.example.  Keep these hosts "
			  "running "
			  "until the old records are forgotten.",
			  NULL },
			{ "2026-11-26", "When no resolver knows the old MX records any more" SERVE,
				"version: STSv1\r\nmode: enforce\r\nmx: mx1.a.example\r\nmax_age: "
				"604800\r\n" },
			{ "after that", CHANGE_ID, RECORD("20261126000000") },
			{ "then",
				"`stsready check --save a.example`, and judge it again without "
				"--policy.",
				NULL } } },
	{ "planned: one host for another, under enforce for a week",
		WORLD_POLICY WORLD_SUMS WORLD_REPORTERS
		"check 0-90 fine fine fine fine\n"
		"served enforce mx1.a.example,mx2.a.example 604800\n" HOSTS
		"planned enforce mx1.a.example,mx3.a.example 604800\n",
		VERDICT_FIX,
		{ { "now", "First the new lines, beside those of before" SERVE,
			  "version: STSv1\r\nmode: enforce\r\nmx: mx1.a.example\r\nmx: "
			  "mx2.a.example\r\nmx: mx3.a.example\r\nmax_age: 604800\r\n" },
			{ "after that", CHANGE_ID, RECORD("20261124120000") },
			{ "2026-12-01",
				"Change the MX records: add what the new lines are for "
				"(mx3.a.example); take out mx2.a.example.  By now every sender "
				"holds the new lines.",
				NULL },
			{ "2026-12-03", "When no resolver knows the old MX records any more" SERVE,
				"version: STSv1\r\nmode: enforce\r\nmx: mx1.a.example\r\nmx: "
				"mx3.a.example\r\nmax_age: 604800\r\n" },
			{ "after that", CHANGE_ID, RECORD("20261203000000") },
			{ "then",
				"`stsready check --save a.example`, and judge it again without "
				"--policy.",
				NULL } } },
};

static void
compare(const char *name, size_t at, const struct plan_step *got, const struct plan_step *want)
{
	if (g_strcmp0(got->when, want->when) != 0 || g_strcmp0(got->text, want->text) != 0 ||
		g_strcmp0(got->publish, want->publish) != 0)
		FAIL("%s, step %zu: got %s | %s | %s\nwant %s | %s | %s", name, at + 1, got->when,
			got->text, got->publish != NULL ? got->publish : "-",
			want->when != NULL ? want->when : "no more",
			want->text != NULL ? want->text : "-",
			want->publish != NULL ? want->publish : "-");
}

static void
test_plans(void)
{
	static const struct plan_step none = { 0 };
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct arena *arena = arena_new();
		const struct judgement *judgement =
			verdict_judge(world_read(arena, rows[i].world), &verdict_usual);
		if (judgement->verdict != rows[i].verdict)
			FAIL("%s: got %s", rows[i].name, verdict_name(judgement->verdict));
		for (size_t k = 0; k < MOST_STEPS; k++)
			compare(rows[i].name, k,
				k < judgement->n_plan ? &judgement->plan[k] : &none,
				&rows[i].steps[k]);
		g_assert_cmpuint(judgement->n_plan, <=, MOST_STEPS);
		arena_free(arena);
	}
}

/* What is to be published is what the strictest sender takes. */
static void
test_texts_are_policies(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct arena *arena = arena_new();
		const struct judgement *judgement =
			verdict_judge(world_read(arena, rows[i].world), &verdict_usual);
		for (size_t k = 0; k < judgement->n_plan; k++) {
			const char *text = judgement->plan[k].publish;
			if (text == NULL || !g_str_has_prefix(text, "version:"))
				continue;
			const struct sts_policy *policy =
				sts_policy_read(arena, text, strlen(text));
			if (!policy->usable || policy->faults.count > 0)
				FAIL("%s: not without fault: %s", rows[i].name, text);
		}
		arena_free(arena);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/verdict/plans", test_plans);
	g_test_add_func("/verdict/texts-are-policies", test_texts_are_policies);
	return g_test_run();
}
