/* What of a domain's conditions is new. */
#include "analyze/alert/change.h"

#include <stdlib.h>
#include <string.h>

const char *
change_what_name(enum change_what what)
{
	static const char *const names[] = { "began", "changed", "ended" };
	return names[what];
}

struct finding {
	struct arena *arena;
	const struct conditions *now;
	const GArray *before;
	int64_t at;
	struct changes *out;
};

/* One thing, as it was kept in mind and as it is. */
struct pair {
	const struct condition *known, *now; /* NULL: it was not, is not so */
	const char *key;                     /* its subject among the two kinds that are not told */
	const struct condition *held, *restless;
};

static const struct condition *
find(const GArray *list, enum condition_kind kind, const char *subject)
{
	for (guint i = 0; i < list->len; i++) {
		const struct condition *condition = &g_array_index(list, struct condition, i);
		if (condition->kind == kind && strcmp(condition->subject, subject) == 0)
			return condition;
	}
	return NULL;
}

static bool
is_problem(enum condition_kind kind)
{
	return kind >= CONDITION_REASON && kind <= CONDITION_FAILURE;
}

static enum condition_kind
kind_of(const struct pair *pair)
{
	return pair->now != NULL ? pair->now->kind : pair->known->kind;
}

static void
put(struct finding *finding, const struct condition *condition)
{
	g_array_append_val(finding->out->put, *condition);
}

static void
drop(struct finding *finding, const struct condition *condition)
{
	if (condition != NULL)
		g_array_append_val(finding->out->drop, *condition);
}

/* ---- better, worse ---- */

/* Whether a line of now is none of before. */
static bool
has_new_line(const char *now, const char *before)
{
	g_auto(GStrv) lines = g_strsplit(now, "\n", -1), known = g_strsplit(before, "\n", -1);
	for (char **line = lines; *line != NULL; line++)
		if (!g_strv_contains((const char *const *)known, *line))
			return true;
	return false;
}

static int
rank_of(const char *verdict)
{
	int rank = VERDICT_ROLLBACK;
	while (rank < VERDICT_NOT_APPLICABLE &&
		strcmp(verdict, verdict_name((enum verdict)rank)) != 0)
		rank++;
	return rank;
}

/* A problem that begins or spreads, a verdict that is heavier. */
static bool
is_worse(const struct pair *pair)
{
	const struct condition *now = pair->now, *known = pair->known;
	if (now == NULL || known == NULL)
		return now != NULL;
	switch (now->kind) {
	case CONDITION_VERDICT:
		return rank_of(now->state) < rank_of(known->state);
	case CONDITION_REASON:
		return has_new_line(now->state, known->state);
	case CONDITION_CERTIFICATE:
		return atoi(now->state) < atoi(known->state);
	default:
		return false;
	}
}

static bool
is_same(const struct pair *pair)
{
	return pair->known != NULL && pair->now != NULL &&
	       strcmp(pair->known->state, pair->now->state) == 0;
}

/* ---- what must last first ---- */

static bool
is_restless(const struct finding *finding, const struct pair *pair)
{
	return pair->restless != NULL && atoi(pair->restless->state) >= CHANGE_RESTLESS &&
	       (pair->held != NULL || finding->at - pair->restless->since < CHANGE_STILL_SECONDS);
}

/* Seconds that a change must have lasted. */
static int64_t
must_last(const struct finding *finding, const struct pair *pair)
{
	if (kind_of(pair) == CONDITION_VERDICT &&
		strcmp(pair->now->state, verdict_name(VERDICT_UNKNOWN)) == 0)
		return CHANGE_UNSURE_SECONDS;
	return is_restless(finding, pair) && !is_worse(pair) ? CHANGE_STILL_SECONDS : 0;
}

/* Whether a change is not told yet; notes since when it waits. */
static bool
is_held(struct finding *finding, const struct pair *pair)
{
	int64_t wait = must_last(finding, pair);
	const char *state = pair->now != NULL ? pair->now->state : "";
	if (wait == 0)
		return false;
	if (pair->held != NULL && strcmp(pair->held->state, state) == 0)
		return finding->at - pair->held->since < wait;
	const struct condition held = {
		.kind = CONDITION_HELD, .subject = pair->key, .state = state, .since = finding->at
	};
	put(finding, &held);
	return true;
}

/* It is again as it was told: what was held is none, and was a restless turn. */
static void
keep_still(struct finding *finding, const struct pair *pair)
{
	drop(finding, pair->held);
	if (pair->restless == NULL)
		return;
	if (pair->held != NULL) {
		struct condition moved = *pair->restless;
		moved.since = finding->at;
		put(finding, &moved);
	} else if (finding->at - pair->restless->since >= CHANGE_STILL_SECONDS) {
		drop(finding, pair->restless);
	}
}

/* ---- telling ---- */

static void
tell(struct finding *finding, const struct pair *pair, enum change_what what,
	const struct condition *condition)
{
	const struct change change = { what, *condition,
		pair->known != NULL ? pair->known->state : NULL };
	bool again = pair->restless != NULL &&
		     finding->at - pair->restless->since < CHANGE_STILL_SECONDS;
	int times = again ? atoi(pair->restless->state) + 1 : 1;
	const struct condition restless = { .kind = CONDITION_RESTLESS,
		.subject = pair->key,
		.state = arena_printf(finding->arena, "%d", MIN(times, CHANGE_RESTLESS)),
		.since = finding->at };
	g_array_append_val(finding->out->told, change);
	put(finding, &restless);
}

/* Of a domain that is met for the first time, what is wrong alone: the rest did not change. */
static bool
is_news(const struct finding *finding, const struct condition *now)
{
	bool first = find(finding->before, CONDITION_VERDICT, "") == NULL;
	if (is_problem(now->kind))
		return !first || now->severity >= SEEN_WARN;
	return now->kind == CONDITION_VERDICT &&
	       (now->severity == SEEN_BLOCK ||
		       strcmp(now->state, verdict_name(VERDICT_UNKNOWN)) == 0);
}

/* All that one of two states tells of: what is gone for the moment only is no news when it is back.
 */
static const char *
join_states(struct finding *finding, const struct pair *pair)
{
	g_autoptr(GString) all = g_string_new(pair->known->state);
	g_auto(GStrv) lines = g_strsplit(pair->now->state, "\n", -1);
	g_auto(GStrv) known = g_strsplit(pair->known->state, "\n", -1);
	for (char **line = lines; *line != NULL; line++)
		if (!g_strv_contains((const char *const *)known, *line))
			g_string_append_printf(all, "\n%s", *line);
	return arena_strdup(finding->arena, all->str);
}

static void
take_new(struct finding *finding, const struct pair *pair)
{
	const struct condition *known = pair->known;
	struct condition kept = *pair->now;
	kept.since = known != NULL && is_problem(kept.kind) ? known->since : finding->at;
	if (known != NULL && kept.kind == CONDITION_REASON && is_restless(finding, pair) &&
		is_worse(pair))
		kept.state = join_states(finding, pair);
	put(finding, &kept);
	if (known == NULL ? is_news(finding, &kept) : !is_problem(kept.kind) || is_worse(pair))
		tell(finding, pair, known == NULL ? CHANGE_BEGAN : CHANGE_CHANGED, &kept);
}

static void
weigh(struct finding *finding, struct pair *pair)
{
	pair->key = arena_printf(finding->arena, "%s %s", condition_kind_name(kind_of(pair)),
		pair->now != NULL ? pair->now->subject : pair->known->subject);
	pair->held = find(finding->before, CONDITION_HELD, pair->key);
	pair->restless = find(finding->before, CONDITION_RESTLESS, pair->key);
	if (is_same(pair)) {
		keep_still(finding, pair);
		return;
	}
	if (is_held(finding, pair))
		return;
	drop(finding, pair->held);
	if (pair->now != NULL) {
		take_new(finding, pair);
	} else {
		drop(finding, pair->known);
		tell(finding, pair, CHANGE_ENDED, pair->known);
	}
}

/* ---- all of it ---- */

static void
weigh_now(struct finding *finding)
{
	for (guint i = 0; i < finding->now->list->len; i++) {
		const struct condition *now =
			&g_array_index(finding->now->list, struct condition, i);
		struct pair pair = { .known = find(finding->before, now->kind, now->subject),
			.now = now };
		if (now->state != NULL)
			weigh(finding, &pair);
	}
}

/* Of what is over and told, what is kept in mind of its restlessness goes once it is old. */
static void
tidy(struct finding *finding, const struct condition *known)
{
	if (known->kind == CONDITION_RESTLESS &&
		finding->at - known->since >= 2 * CHANGE_STILL_SECONDS)
		drop(finding, known);
}

static void
weigh_before(struct finding *finding)
{
	for (guint i = 0; i < finding->before->len; i++) {
		const struct condition *known =
			&g_array_index(finding->before, struct condition, i);
		struct pair pair = { .known = known };
		if (!is_problem(known->kind))
			tidy(finding, known);
		else if (!finding->now->unsure[known->kind] &&
			 find(finding->now->list, known->kind, known->subject) == NULL)
			weigh(finding, &pair);
	}
}

static gint
compare_changes(gconstpointer a, gconstpointer b)
{
	const struct change *one = a, *other = b;
	bool one_ended = one->what == CHANGE_ENDED, other_ended = other->what == CHANGE_ENDED;
	if (one_ended != other_ended)
		return one_ended - other_ended;
	if (!one_ended && one->condition.severity != other->condition.severity)
		return (int)other->condition.severity - (int)one->condition.severity;
	if (one->condition.kind != other->condition.kind)
		return (int)one->condition.kind - (int)other->condition.kind;
	return strcmp(one->condition.subject, other->condition.subject);
}

struct changes
change_find(struct arena *arena, const struct conditions *now, const GArray *before, int64_t at)
{
	struct changes out = { g_array_new(FALSE, FALSE, sizeof(struct change)),
		g_array_new(FALSE, FALSE, sizeof(struct condition)),
		g_array_new(FALSE, FALSE, sizeof(struct condition)) };
	struct finding finding = { arena, now, before, at, &out };
	weigh_now(&finding);
	weigh_before(&finding);
	g_array_sort(out.told, compare_changes);
	return out;
}

void
change_clear(struct changes *changes)
{
	g_array_unref(changes->told);
	g_array_unref(changes->put);
	g_array_unref(changes->drop);
}
