/* What is worth telling about a domain, and what of it is new. */
#include "analyze/alert/change.h"

#include "analyze/alert/weekly.h"
#include "tests/unit/row.h"
#include "tests/unit/verdict_world.h"

#define DAY_SECONDS INT64_C(86400)
#define HOSTS                                                                                      \
	"host mx1.a.example fine\naddress 192.0.2.1 fine 0-150\n"                                  \
	"host mx2.a.example fine\naddress 192.0.2.2 fine 0-150\n"
#define FINE "check 0-90 fine fine fine fine\n"
#define SERVED "served testing mx1.a.example,mx2.a.example 86400\n"
#define PROVEN WORLD_POLICY WORLD_SUMS WORLD_REPORTERS
#define WELL PROVEN FINE SERVED HOSTS
#define ENDING(days)                                                                               \
	PROVEN FINE SERVED "host mx1.a.example fine\naddress 192.0.2.1 fine 0-" days               \
			   "\nhost mx2.a.example fine\naddress 192.0.2.2 fine 0-150\n"
#define LIVING(days)                                                                               \
	PROVEN FINE SERVED "host mx1.a.example fine\naddress 192.0.2.1 fine " days                 \
			   "\nhost mx2.a.example fine\naddress 192.0.2.2 fine 0-150\n"
#define NO_DNS PROVEN "check 0-90 unknown unknown unknown unknown\nfinding lookup-failed warn\n"
#define UNTIL(day) WORLD_POLICY "sum 0-" day " 0 v 60 0 3\n" WORLD_REPORTERS FINE SERVED HOSTS
#define REFUSED(day)                                                                               \
	"fail " day " 0 v one.example starttls-not-supported mx1.a.example 192.0.2.1 1\n"          \
	"fail " day " 0 v two.example starttls-not-supported mx1.a.example 192.0.2.1 1\n"

static const struct {
	const char *name;
	const char *before, *now; /* worlds; before NULL: nothing was told yet */
	const char *told;         /* "WHAT KIND SUBJECT BEFORE>AFTER", a line each */
} rows[] = {
	{ "nothing changed", WELL, WELL, "" },
	{ "met for the first time, well", NULL, WELL, "" },
	{ "met for the first time, with a fault", NULL, WELL "finding mx-no-starttls block\n",
		"began verdict - ->fix\nbegan reason mx-no-starttls -\n" },
	{ "met for the first time, near an end", NULL, ENDING("95"),
		"began certificate mx1.a.example ->14\n" },

	{ "a fault appears", WELL, WELL "finding mx-no-starttls block\n",
		"changed verdict - promote>fix\nbegan reason mx-no-starttls -\n" },
	{ "and goes", WELL "finding mx-no-starttls block\n", WELL,
		"changed verdict - fix>promote\nended reason mx-no-starttls -\n" },
	{ "what warns is no reason to tell", WELL, WELL "finding max-age-low warn\n", "" },

	/* certificates, by days left; judged on day 90 at noon */
	{ "15 days left", WELL, ENDING("106"), "" },
	{ "14 days left", WELL, ENDING("104"),
		"changed verdict - promote>wait\n"
		"began certificate mx1.a.example ->14\n" },
	{ "13 days left, told at 14", ENDING("104"), ENDING("103"), "" },
	{ "3 days left", ENDING("104"), ENDING("93"), "changed certificate mx1.a.example 14>3\n" },
	{ "renewed", ENDING("93"), WELL,
		"changed verdict - wait>promote\nended certificate mx1.a.example 3>-\n" },

	{ "gone, and its host with it", ENDING("93"),
		PROVEN FINE SERVED "host mx2.a.example fine\naddress 192.0.2.2 fine 0-150\n",
		"changed verdict - wait>promote\n"
		"changed mx - mx1.a.example, mx2.a.example>mx2.a.example\n"
		"ended certificate mx1.a.example 3>-\n" },
	{ "its host cannot be reached", ENDING("93"),
		PROVEN FINE SERVED "host mx1.a.example unknown\naddress 192.0.2.1 unknown\n"
				   "host mx2.a.example fine\naddress 192.0.2.2 fine 0-150\n",
		"" },
	{ "renewed at one address, the other cannot be reached", ENDING("93"),
		PROVEN FINE SERVED "host mx1.a.example fine\naddress 192.0.2.1 fine 0-150\n"
				   "address 192.0.2.9 unknown\n"
				   "host mx2.a.example fine\naddress 192.0.2.2 fine 0-150\n",
		"" },
	{ "one that lives for six days, three left", NULL, LIVING("87-93"), "" },
	{ "one left", NULL, LIVING("85-91"), "began certificate mx1.a.example ->3\n" },

	/* states */
	{ "the policy is gone", WELL, PROVEN "check 0-90 fine fine absent fine\n" HOSTS,
		"changed verdict - promote>fix\nchanged policy - as served>none\n" },
	{ "nobody can tell the policy", WELL, PROVEN "check 0-90 fine fine unknown fine\n" HOSTS,
		"" },
	{ "no reports asked for any more", WELL,
		PROVEN "check 0-90 fine fine fine absent\n" SERVED HOSTS,
		"changed tlsrpt - fine>absent\n" },
	{ "a host more", WELL, WELL "host mx3.a.example fine\naddress 192.0.2.3 fine 0-150\n",
		"changed mx - mx1.a.example, mx2.a.example>mx1.a.example, mx2.a.example, "
		"mx3.a.example\n" },
	{ "hosts in another order", WELL,
		PROVEN FINE SERVED "host mx2.a.example fine\naddress 192.0.2.2 fine 0-150\n"
				   "host mx1.a.example fine\naddress 192.0.2.1 fine 0-150\n",
		"" },

	/* reports */
	{ "reports stopped", WELL,
		WORLD_POLICY "sum 0-79 0 v 60 0 3\n" WORLD_REPORTERS FINE SERVED HOSTS,
		"changed verdict - promote>wait\nbegan silence - -\n" },
	{ "a failure that reports tell of", WELL, WELL REFUSED("89"),
		"changed verdict - promote>fix\n"
		"began failure starttls-not-supported at mx1.a.example -\n" },
	{ "the same the next day", WELL REFUSED("88"), WELL REFUSED("88") REFUSED("89"), "" },
	{ "one of long ago is no news", WELL, WELL REFUSED("60"), "" },
	{ "reports tell of it no more", WELL REFUSED("85"), WELL REFUSED("60"),
		"changed verdict - wait>promote\n"
		"ended failure starttls-not-supported at mx1.a.example -\n" },
	{ "reports stopped, and tell of nothing more", UNTIL("79") REFUSED("79"),
		UNTIL("79") REFUSED("79"), "" },
	{ "no report at all is left", UNTIL("79"), FINE SERVED HOSTS, "" },
	{ "an old silence is over", UNTIL("79"),
		WORLD_POLICY
		"sum 0-60 0 v 60 0 3\nsum 75-89 0 v 60 0 3\n" WORLD_REPORTERS FINE SERVED HOSTS,
		"ended silence - -\n" },
	{ "a new silence that is shorter than an old one", WELL,
		WORLD_POLICY
		"sum 0-40 0 v 60 0 3\nsum 70-80 0 v 60 0 3\n" WORLD_REPORTERS FINE SERVED HOSTS,
		"changed verdict - promote>wait\nbegan silence - -\n" },

	/* what nobody can tell */
	{ "trouble of ours is not told at once", WELL, NO_DNS, "" },
	{ "a fault is not over because nobody can tell", WELL "finding mx-no-starttls block\n",
		NO_DNS, "" },
};

/* ---- worlds and what was told ---- */

struct world {
	struct arena *arena;
	const struct evidence *evidence;
	struct conditions conditions;
};

/* The same, judged and looked at later. */
static struct world
open_world(const char *text, int64_t later)
{
	struct world world = { .arena = arena_new() };
	struct evidence *evidence = world_read(world.arena, text);
	evidence->at += later;
	if (evidence->n_checks > 0)
		evidence->checks[evidence->n_checks - 1].last_at += later;
	world.evidence = evidence;
	world.conditions = condition_gather(evidence, verdict_judge(evidence, &verdict_usual));
	return world;
}

static void
close_world(struct world *world)
{
	condition_clear(&world->conditions);
	arena_free(world->arena);
}

/* Texts of others are told of by their subject. */
static bool
tells_state(enum condition_kind kind)
{
	return kind != CONDITION_REASON && kind != CONDITION_FAILURE && kind != CONDITION_SILENCE;
}

static char *
describe(const GArray *told)
{
	GString *out = g_string_new(NULL);
	for (guint i = 0; i < told->len; i++) {
		const struct change *change = &g_array_index(told, struct change, i);
		const struct condition *now = &change->condition;
		g_string_append_printf(out, "%s %s %s ", change_what_name(change->what),
			condition_kind_name(now->kind), *now->subject != '\0' ? now->subject : "-");
		if (tells_state(now->kind))
			g_string_append_printf(out, "%s>%s\n",
				change->before != NULL ? change->before : "-",
				change->what == CHANGE_ENDED ? "-" : now->state);
		else
			g_string_append(out, "-\n");
	}
	return g_string_free(out, FALSE);
}

static void
test_changes(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct world before = open_world(rows[i].before != NULL ? rows[i].before : WELL, 0);
		struct world now = open_world(rows[i].now, 0);
		g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(struct condition));
		struct changes changes = change_find(now.arena, &now.conditions,
			rows[i].before != NULL ? before.conditions.list : none, now.evidence->at);
		g_autofree char *told = describe(changes.told);
		if (strcmp(told, rows[i].told) != 0)
			FAIL("%s: got\n%swant\n%s", rows[i].name, told, rows[i].told);
		change_clear(&changes);
		close_world(&before);
		close_world(&now);
	}
}

/* Plays a list of worlds, a day each unless told, keeping in mind what a store would. */
static char *
play(const char *const *worlds, size_t count, int64_t step)
{
	GString *all = g_string_new(NULL);
	g_autoptr(GArray) mind = g_array_new(FALSE, FALSE, sizeof(struct condition));
	struct world *open = g_new0(struct world, count);
	for (size_t i = 0; i < count; i++) {
		open[i] = open_world(worlds[i], (int64_t)i * step);
		struct changes changes =
			change_find(open[i].arena, &open[i].conditions, mind, open[i].evidence->at);
		g_autofree char *told = describe(changes.told);
		g_string_append(all, told);
		for (guint k = 0; k < changes.put->len + changes.drop->len; k++) {
			const struct condition *one =
				k < changes.put->len
					? &g_array_index(changes.put, struct condition, k)
					: &g_array_index(changes.drop, struct condition,
						  k - changes.put->len);
			for (guint m = 0; m < mind->len; m++) {
				const struct condition *known =
					&g_array_index(mind, struct condition, m);
				if (known->kind == one->kind &&
					strcmp(known->subject, one->subject) == 0) {
					g_array_remove_index(mind, m);
					break;
				}
			}
			if (k < changes.put->len)
				g_array_append_val(mind, *one);
		}
		change_clear(&changes);
	}
	for (size_t i = 0; i < count; i++)
		close_world(&open[i]);
	g_free(open);
	return g_string_free(all, FALSE);
}

static void
expect(const char *name, char *got, const char *want)
{
	if (strcmp(got, want) != 0)
		FAIL("%s: got\n%swant\n%s", name, got, want);
	g_free(got);
}

static void
test_trouble_of_ours(void)
{
	const char *const hours[] = { WELL, NO_DNS, NO_DNS, WELL };
	expect("some hours", play(hours, G_N_ELEMENTS(hours), 3600), "");
	const char *const day[] = { WELL, NO_DNS, NO_DNS, NO_DNS };
	expect("more than a day", play(day, G_N_ELEMENTS(day), DAY_SECONDS / 2),
		"changed verdict - promote>unknown\n");
	const char *const again[] = { WELL, NO_DNS, WELL, NO_DNS, WELL };
	expect("twice, each short", play(again, G_N_ELEMENTS(again), DAY_SECONDS - 3600), "");
}

static void
test_never_twice(void)
{
	const char *const fault[] = { WELL, WELL "finding mx-no-starttls block\n",
		WELL "finding mx-no-starttls block\n", WELL, WELL,
		WELL "finding mx-no-starttls block\n" };
	expect("a fault that comes, stays, goes and comes", play(fault, G_N_ELEMENTS(fault), 60),
		"changed verdict - promote>fix\nbegan reason mx-no-starttls -\n"
		"changed verdict - fix>promote\nended reason mx-no-starttls -\n"
		"changed verdict - promote>fix\nbegan reason mx-no-starttls -\n");
}

#define HOUR_SECONDS INT64_C(3600)
#define FAULT WELL "finding mx-no-starttls block\n"
#define BEGAN "changed verdict - promote>fix\nbegan reason mx-no-starttls -\n"
#define ENDED "changed verdict - fix>promote\nended reason mx-no-starttls -\n"

/* What comes and goes at every look is told three times, and then as long as it does so no more. */
static void
test_restless(void)
{
	const char *week[56]; /* by three hours; a look every six */
	for (size_t i = 0; i < G_N_ELEMENTS(week); i++)
		week[i] = i % 4 < 2 ? FAULT : WELL;
	week[0] = week[1] = WELL;
	expect("a week of a fault at every second look",
		play(week, G_N_ELEMENTS(week), 3 * HOUR_SECONDS), BEGAN ENDED BEGAN);

	const char *const end[] = { WELL, FAULT, WELL, FAULT, WELL, WELL, WELL, WELL, WELL, WELL,
		FAULT };
	expect("then well for a day, and later anew",
		play(end, G_N_ELEMENTS(end), 6 * HOUR_SECONDS), BEGAN ENDED BEGAN ENDED BEGAN);

	const char *const other[] = { WELL, FAULT, WELL, FAULT, WELL,
		WELL "finding policy-invalid block\n" };
	expect("another fault meanwhile", play(other, G_N_ELEMENTS(other), 6 * HOUR_SECONDS),
		BEGAN ENDED BEGAN "began reason policy-invalid -\n");
}

static void
test_restless_states(void)
{
	const char *two = WELL "host mx3.a.example fine\naddress 192.0.2.3 fine 0-150\n";
	const char *const turns[] = { WELL, two, WELL, two, WELL, two, WELL, two, two, two, two,
		two, WELL, WELL, WELL, WELL, WELL, WELL };
#define MORE                                                                                       \
	"changed mx - mx1.a.example, mx2.a.example>mx1.a.example, mx2.a.example, mx3.a.example\n"
#define LESS                                                                                       \
	"changed mx - mx1.a.example, mx2.a.example, mx3.a.example>mx1.a.example, mx2.a.example\n"
	expect("two name servers that differ", play(turns, G_N_ELEMENTS(turns), 6 * HOUR_SECONDS),
		MORE LESS MORE LESS);
}

/* ---- the weekly digest's week ---- */

static void
test_weeks(void)
{
	static const struct {
		const char *name;
		int64_t at;
		int weekday;
		const char *want;
	} weeks[] = {
		{ "Monday, six o'clock", 1795413600, 1, "2026-W48" }, /* 2026-11-23T06:00Z */
		{ "a second before", 1795413599, 1, "2026-W47" },
		{ "Saturday", 1795867200, 1, "2026-W48" },
		{ "Saturday, where it is Saturday's, six o'clock", 1795845600, 6, "2026-W48" },
		{ "a second before that", 1795845599, 6, "2026-W47" },
		{ "over the new year", 1798783200, 1, "2026-W53" }, /* 2027-01-01T06:00Z */
	};
	for (size_t i = 0; i < G_N_ELEMENTS(weeks); i++) {
		g_autofree char *id = weekly_id(weeks[i].at, weeks[i].weekday);
		if (strcmp(id, weeks[i].want) != 0)
			FAIL("%s: got %s, want %s", weeks[i].name, id, weeks[i].want);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/alert/changes", test_changes);
	g_test_add_func("/alert/trouble-of-ours", test_trouble_of_ours);
	g_test_add_func("/alert/never-twice", test_never_twice);
	g_test_add_func("/alert/restless", test_restless);
	g_test_add_func("/alert/restless-states", test_restless_states);
	g_test_add_func("/alert/weeks", test_weeks);
	return g_test_run();
}
