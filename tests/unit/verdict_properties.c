/* Never better than the evidence: what holds of every world, tried on thousands of made ones.

   A world is a list of reports and of checks; the sums that the verdict reads are made from them,
   so that taking one report away changes all that it would change.  The generator knows nothing of
   the rules.  Its seed is printed by the test framework and can be given with --seed. */
#include "analyze/verdict.h"

#include <string.h>

#include "tests/unit/row.h"
#include "tests/unit/verdict_world.h"

#define WORLDS 2000
#define SENDERS 4
#define HOSTS 2
#define MOST_REPORTS (SENDERS * 90)

/* One report: a day of one sender's sessions under one policy. */
struct told {
	int day, sender, policy;
	bool vouched;
	int success, failure; /* failures have one detail */
	int type, host;       /* of the detail; host HOSTS: another's, -1: not said */
	bool gone;            /* taken away */
};

struct look {
	int from, to;
	bool bad[HOSTS], unknown;
	bool gone;
};

struct model {
	struct told told[MOST_REPORTS];
	int n_told;
	struct look looks[4];
	int n_looks;
	bool enforce;
	int at;        /* the day that is judged; the window ends the day before */
	bool reversed; /* rows are listed the other way round */
};

static const char *const types[] = { "starttls-not-supported", "certificate-expired",
	"validation-failure", "sts-policy-fetch-error", "tlsa-invalid", "-" };

/* ---- making worlds ---- */

static bool
chance(double of_one)
{
	return g_test_rand_double() < of_one;
}

static int
below(int most)
{
	return g_test_rand_int_range(0, most);
}

static void
make_sender(struct model *model, int sender)
{
	bool vouched = chance(0.8);
	int rhythm = chance(0.7) ? 1 : 1 + below(9), from = chance(0.6) ? 0 : below(90);
	int volume = chance(0.5) ? 1 + below(5) : 5 + below(100);
	double failing = chance(0.7) ? 0 : g_test_rand_double() * 0.3;
	int type = below((int)G_N_ELEMENTS(types)), host = below(HOSTS + 2) - 1;
	int fails_from = below(90), fails_to = fails_from + below(30);
	for (int day = from; day < 90; day += rhythm) {
		struct told *told = &model->told[model->n_told++];
		*told = (struct told){ .day = day,
			.sender = sender,
			.policy = chance(0.05),
			.vouched = vouched,
			.success = below(volume + 1),
			.type = type,
			.host = host };
		if (day >= fails_from && day <= fails_to && chance(failing))
			told->failure = 1 + below(volume);
	}
}

static void
make_looks(struct model *model)
{
	int from = chance(0.7) ? 0 : below(85);
	model->n_looks = 1 + below(3);
	for (int i = 0; i < model->n_looks; i++) {
		struct look *look = &model->looks[i];
		bool last = i == model->n_looks - 1;
		look->from = from;
		look->to = last ? 90 : MIN(90, from + below(60));
		look->unknown = chance(0.05);
		for (int host = 0; host < HOSTS; host++)
			look->bad[host] = chance(last ? 0.1 : 0.3);
		from = MIN(90, look->to + 1);
	}
}

static void
make(struct model *model)
{
	*model = (struct model){ .at = 90, .enforce = chance(0.1) };
	int senders = 1 + below(SENDERS);
	for (int sender = 0; sender < senders; sender++)
		make_sender(model, sender);
	make_looks(model);
}

/* ---- from model to evidence ---- */

static void
put_sums(const struct model *model, GString *text)
{
	int64_t sums[90][2][2][3] = { 0 };
	for (int i = 0; i < model->n_told; i++) {
		const struct told *told = &model->told[i];
		if (told->gone)
			continue;
		int64_t *sum = sums[told->day][told->policy][told->vouched];
		sum[0] += told->success;
		sum[1] += told->failure;
		sum[2]++;
	}
	for (int at = 0; at < 90; at++) {
		int day = model->reversed ? 89 - at : at;
		for (int which = 0; which < 4; which++) {
			const int64_t *sum = sums[day][which / 2][which % 2];
			if (sum[2] > 0)
				g_string_append_printf(text, "sum %d %d %s %ld %ld %ld\n", day,
					which / 2, which % 2 == 1 ? "v" : "a", (long)sum[0],
					(long)sum[1], (long)sum[2]);
		}
	}
}

static void
put_reporters(const struct model *model, GString *text)
{
	for (int which = 0; which < SENDERS * 2; which++) {
		long success = 0, failure = 0;
		int first = -1, last = -1;
		for (int i = 0; i < model->n_told; i++) {
			const struct told *told = &model->told[i];
			if (told->gone || told->sender != which / 2 ||
				told->vouched != (which % 2 == 1))
				continue;
			first = first < 0 ? told->day : MIN(first, told->day);
			last = MAX(last, told->day);
			success += told->success;
			failure += told->failure;
		}
		if (first >= 0)
			g_string_append_printf(text, "reporter s%d.example %s %d-%d %ld %ld\n",
				which / 2, which % 2 == 1 ? "v" : "a", first, last, success,
				failure);
	}
}

static void
put_failure(const struct told *told, GString *text)
{
	static const char *const hosts[] = { "-", "mx0.a.example", "mx1.a.example",
		"mx.b.example" };
	g_string_append_printf(text, "detail %d %d %s s%d.example %s %s - %d\n", told->day,
		told->policy, told->vouched ? "v" : "a", told->sender, types[told->type],
		hosts[told->host + 1], told->failure);
}

static void
put_look(const struct model *model, const struct look *look, int to, GString *text)
{
	g_string_append_printf(text, "check %d-%d fine fine fine fine\n", look->from, to);
	g_string_append_printf(text, "served %s mx0.a.example,mx1.a.example 86400\n",
		model->enforce ? "enforce" : "testing");
	for (int host = 0; host < HOSTS; host++)
		g_string_append_printf(text,
			"host mx%d.a.example fine\naddress 192.0.2.%d %s 0-200%s\n", host, host,
			look->bad[host] ? "bad" : (look->unknown ? "unknown" : "fine"),
			look->bad[host] ? " bad" : "");
	for (int host = 0; host < HOSTS; host++)
		if (look->bad[host])
			g_string_append(text, "finding mx-certificate-expired block\n");
}

static struct evidence *
evidence_of(struct arena *arena, const struct model *model)
{
	g_autoptr(GString) text =
		g_string_new("policy sts testing mx0.a.example,mx1.a.example 86400 0-89\n"
			     "policy sts testing mx0.a.example 86400 0-89\n");
	put_sums(model, text);
	put_reporters(model, text);
	for (int i = 0; i < model->n_told; i++) {
		const struct told *told = &model->told[model->reversed ? model->n_told - 1 - i : i];
		if (!told->gone && told->failure > 0)
			put_failure(told, text);
	}
	for (int i = 0; i < model->n_looks; i++) {
		const struct look *look = &model->looks[i];
		if (!look->gone)
			put_look(model, look, i == model->n_looks - 1 ? model->at : look->to, text);
	}
	g_string_append_printf(text, "at %d\n", model->at);
	return world_read(arena, text->str);
}

/* *why, unless it is NULL: the codes of the reasons; g_free it. */
static enum verdict
judge(const struct model *model, char **why)
{
	struct arena *arena = arena_new();
	struct evidence *evidence = evidence_of(arena, model);
	evidence->last_day = WORLD_FIRST + model->at - 1;
	const struct judgement *judgement = verdict_judge(evidence, &verdict_usual);
	enum verdict verdict = judgement->verdict;
	g_autoptr(GString) codes = g_string_new(NULL);
	for (size_t i = 0; i < judgement->n_reasons; i++)
		g_string_append_printf(codes, " %s", judgement->reasons[i].code);
	if (why != NULL)
		*why = g_string_free(g_steal_pointer(&codes), FALSE);
	arena_free(arena);
	return verdict;
}

/* ---- what holds ---- */

static bool
is_good(enum verdict verdict)
{
	return verdict == VERDICT_PROMOTE;
}

static void
each_world(const char *what, bool (*worsen)(struct model *model))
{
	struct model *model = g_new(struct model, 1);
	unsigned promoted = 0, changed = 0;
	for (int i = 0; i < WORLDS; i++) {
		make(model);
		g_autofree char *why = NULL;
		enum verdict before = judge(model, &why);
		promoted += is_good(before);
		if (!worsen(model))
			continue;
		changed++;
		enum verdict after = judge(model, NULL);
		if (is_good(after) && !is_good(before))
			FAIL("world %d: %s made promote of %s:%s", i, what, verdict_name(before),
				why);
	}
	g_test_message("%s: %u of %d worlds were promoted, %u were changed", what, promoted, WORLDS,
		changed);
	/* worlds that are all alike would show nothing */
	g_assert_cmpuint(promoted, >, WORLDS / 50);
	g_assert_cmpuint(promoted, <, WORLDS * 3 / 4);
	g_assert_cmpuint(changed, >, WORLDS / 10);
	g_free(model);
}

/* Days in which anything failed: by the sessions of those days the rate of failure is measured. */
static void
failing_days(const struct model *model, int *first, int *last)
{
	*first = 90;
	*last = -1;
	for (int i = 0; i < model->n_told; i++)
		if (model->told[i].failure > 0) {
			*first = MIN(*first, model->told[i].day);
			*last = MAX(*last, model->told[i].day);
		}
}

/* Nobody reports from a day on. */
static bool
stop_reports(struct model *model)
{
	int first, last, from = 1 + below(89);
	bool any = false;
	failing_days(model, &first, &last);
	if (from <= last)
		return false;
	for (int i = 0; i < model->n_told; i++)
		if (model->told[i].day >= from)
			any = model->told[i].gone = true;
	return any;
}

/* The same sessions, and fewer of them: each report that tells of no failure loses some. */
static bool
shrink_volume(struct model *model)
{
	int first, last;
	failing_days(model, &first, &last);
	for (int i = 0; i < model->n_told; i++)
		if (model->told[i].day > last)
			model->told[i].success -= below(model->told[i].success + 1);
	return true;
}

/* Reports of clean days lost here and there, while every day keeps one: the rhythm stays. */
static bool
lose_some(struct model *model)
{
	int first, last, left[90] = { 0 };
	bool any = false;
	failing_days(model, &first, &last);
	for (int i = 0; i < model->n_told; i++)
		left[model->told[i].day]++;
	for (int i = 0; i < model->n_told; i++) {
		struct told *told = &model->told[i];
		if (told->day <= last || left[told->day] < 2 || chance(0.5))
			continue;
		left[told->day]--;
		any = told->gone = true;
	}
	return any;
}

/* One sender can be believed no longer. */
static bool
lose_trust(struct model *model)
{
	int first, last, sender = below(SENDERS);
	bool any = false;
	failing_days(model, &first, &last);
	for (int i = 0; i < model->n_told; i++)
		if (model->told[i].sender == sender && model->told[i].vouched &&
			(model->told[i].failure > 0 || model->told[i].day > last)) {
			model->told[i].vouched = false;
			any = true;
		}
	return any;
}

/* A check that saw nothing bad was not taken. */
static bool
lose_check(struct model *model)
{
	int which = below(model->n_looks);
	struct look *look = &model->looks[which];
	if (look->bad[0] || look->bad[1] || (which == model->n_looks - 1 && which > 0))
		return false;
	look->gone = true;
	return true;
}

/* One more failure at a host that we see to be bad. */
static bool
add_confirmed(struct model *model)
{
	struct look *now = &model->looks[model->n_looks - 1];
	int host = below(HOSTS);
	now->bad[host] = true;
	model->told[below(model->n_told)] = (struct told){ .day = below(90),
		.sender = below(SENDERS),
		.vouched = chance(0.5),
		.failure = 1 + below(5),
		.type = below(3),
		.host = host };
	if (judge(model, NULL) == VERDICT_PROMOTE)
		g_error("a failure that our check confirms was promoted");
	return true;
}

/* Days pass, our checks go on, and nobody reports. */
static bool
pass_time(struct model *model)
{
	model->at += 1 + below(40);
	return true;
}

static void
test_stop(void)
{
	each_world("reports that stop", stop_reports);
}

static void
test_shrink(void)
{
	each_world("less mail", shrink_volume);
}

static void
test_lose_some(void)
{
	each_world("lost reports", lose_some);
}

static void
test_lose_trust(void)
{
	each_world("lost trust", lose_trust);
}

static void
test_lose_check(void)
{
	each_world("a lost check", lose_check);
}

static void
test_confirmed(void)
{
	each_world("a confirmed failure", add_confirmed);
}

static void
test_time(void)
{
	each_world("time", pass_time);
}

/* Rows of one world in any order give one verdict. */
static void
test_order(void)
{
	struct model *model = g_new(struct model, 1);
	for (int i = 0; i < WORLDS / 4; i++) {
		make(model);
		enum verdict one = judge(model, NULL);
		model->reversed = true;
		enum verdict other = judge(model, NULL);
		if (one != other)
			FAIL("world %d: %s and %s", i, verdict_name(one), verdict_name(other));
	}
	g_free(model);
}

/* Values that no honest world has: it ends, and never promotes. */
static void
test_odd_values(void)
{
	static const char *const worlds[] = {
		"",
		"check 0-90 fine fine fine fine\n",
		WORLD_POLICY "sum 0-89 0 v 1000000000000000 0 1000000000000000\n",
		WORLD_PROMOTE "fail 89 0 v c - - - 1000000000000000\n"
			      "fail 89 0 v b - - - 1000\n",
		WORLD_POLICY "sum 0-0 0 v 0 0 0\nreporter b a 0-0 0\n" WORLD_CHECK,
		"policy sts testing mx1.a.example 18446744073709551615 0-89\n" WORLD_CHECK,
		WORLD_CHECK "planned enforce mx1.a.example 99999999999999999999\n",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(worlds); i++) {
		struct arena *arena = arena_new();
		const struct judgement *judgement =
			verdict_judge(world_read(arena, worlds[i]), &verdict_usual);
		if (judgement->verdict == VERDICT_PROMOTE)
			FAIL("odd world %zu was promoted", i);
		arena_free(arena);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/verdict/never-better/stop", test_stop);
	g_test_add_func("/verdict/never-better/less-mail", test_shrink);
	g_test_add_func("/verdict/never-better/lost-reports", test_lose_some);
	g_test_add_func("/verdict/never-better/lost-trust", test_lose_trust);
	g_test_add_func("/verdict/never-better/lost-check", test_lose_check);
	g_test_add_func("/verdict/never-better/confirmed", test_confirmed);
	g_test_add_func("/verdict/never-better/time", test_time);
	g_test_add_func("/verdict/order", test_order);
	g_test_add_func("/verdict/odd-values", test_odd_values);
	return g_test_run();
}
