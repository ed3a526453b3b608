/* All watched domains with their verdicts. */
#include "analyze/web/fleet.h"

#include <string.h>

#include "analyze/judge.h"
#include "ingest/instant.h"
#include "sql/look.h"

/* In the first round, what is judged so far is shown every so often. */
#define SHOW_SECONDS 2
/* A round may take this part of the time at most, so that the database has rest. */
#define REST 9
/* After a failure. */
#define AGAIN_SECONDS 5

struct fleet {
	struct fleet_options options;
	GThread *thread;
	GMutex mutex;
	GCond ended;
	bool end;
	struct fleet_state *state;
};

/* ---- entries and states ---- */

static void
clear_entry(void *memory)
{
	struct fleet_entry *entry = memory;
	g_free(entry->domain);
	g_free(entry->code);
	g_free(entry->headline);
}

static void
unref_entry(void *entry)
{
	g_atomic_rc_box_release_full(entry, clear_entry);
}

static gint
compare_entries(gconstpointer a, gconstpointer b)
{
	const struct fleet_entry *one = *(struct fleet_entry *const *)a;
	const struct fleet_entry *other = *(struct fleet_entry *const *)b;
	if (one->verdict != other->verdict)
		return (int)one->verdict - (int)other->verdict;
	return strcmp(one->domain, other->domain);
}

/* Holds on to the entries. */
static struct fleet_state *
new_state(const GPtrArray *entries, int64_t at, bool whole, const char *failure)
{
	struct fleet_state *state = g_atomic_rc_box_new0(struct fleet_state);
	state->entries = g_ptr_array_new_with_free_func(unref_entry);
	for (guint i = 0; entries != NULL && i < entries->len; i++)
		g_ptr_array_add(state->entries, g_atomic_rc_box_acquire(entries->pdata[i]));
	g_ptr_array_sort(state->entries, compare_entries);
	state->at = at;
	state->whole = whole;
	state->failure = g_strdup(failure);
	return state;
}

static void
clear_state(void *memory)
{
	struct fleet_state *state = memory;
	g_ptr_array_unref(state->entries);
	g_free(state->failure);
}

void
fleet_state_unref(struct fleet_state *state)
{
	g_atomic_rc_box_release_full(state, clear_state);
}

struct fleet_state *
fleet_look(struct fleet *fleet)
{
	g_mutex_lock(&fleet->mutex);
	struct fleet_state *state = g_atomic_rc_box_acquire(fleet->state);
	g_mutex_unlock(&fleet->mutex);
	return state;
}

/* Takes over state. */
static void
show(struct fleet *fleet, struct fleet_state *state)
{
	g_mutex_lock(&fleet->mutex);
	struct fleet_state *before = fleet->state;
	fleet->state = state;
	g_mutex_unlock(&fleet->mutex);
	fleet_state_unref(before);
}

/* ---- a domain ---- */

static void
fill_days(struct fleet_entry *entry, const struct evidence *evidence)
{
	int32_t first = evidence->last_day - FLEET_DAYS + 1;
	for (size_t i = 0; i < evidence->n_days; i++) {
		const struct day_sum *sum = &evidence->days[i];
		if (sum->day < first || strcmp(evidence->policies[sum->policy].type, "tlsa") == 0)
			continue;
		entry->days[sum->day - first].told = true;
		entry->days[sum->day - first].clean += sum->success;
	}
	for (size_t i = 0; i < evidence->n_failures; i++) {
		const struct day_failure *failure = &evidence->failures[i];
		const char *type = evidence->policies[failure->policy].type;
		if (failure->day >= first &&
			verdict_effect(type, failure->result_type) == EFFECT_REFUSED)
			entry->days[failure->day - first].refused += failure->sessions;
	}
}

static struct fleet_entry *
new_entry(const struct evidence *evidence, const struct judgement *judgement)
{
	struct fleet_entry *entry = g_atomic_rc_box_new0(struct fleet_entry);
	entry->domain = g_strdup(evidence->domain);
	entry->verdict = judgement->verdict;
	if (judgement->n_reasons > 0) {
		entry->code = g_strdup(judgement->reasons[0].code);
		entry->headline = g_strdup(judgement->reasons[0].text);
	}
	entry->clean_days = judgement->soak.clean_days;
	entry->required_days = judgement->soak.required_days;
	entry->earliest_day = judgement->soak.earliest_day;
	entry->success = judgement->sessions.success;
	entry->refused = judgement->sessions.refused;
	entry->last_report_day = INT32_MIN;
	for (size_t i = 0; i < evidence->n_reporters; i++)
		entry->last_report_day =
			MAX(entry->last_report_day, evidence->reporters[i].last_day);
	entry->last_check_at = evidence->n_checks > 0
				       ? evidence->checks[evidence->n_checks - 1].last_at
				       : INT64_MIN;
	fill_days(entry, evidence);
	return entry;
}

/* ---- rounds ---- */

static bool
is_ending(struct fleet *fleet)
{
	g_mutex_lock(&fleet->mutex);
	bool end = fleet->end;
	g_mutex_unlock(&fleet->mutex);
	return end;
}

static bool
judge(struct fleet *fleet, struct db *db, const char *domain, int64_t at, GPtrArray *entries,
	GError **error)
{
	const struct judge_request request = {
		.domain = domain, .at = at, .saved = fleet->options.saved
	};
	struct judged judged;
	struct arena *arena = arena_new();
	bool fine = judge_domain(db, arena, &request, &judged, error);
	if (fine)
		g_ptr_array_add(entries, new_entry(judged.evidence, judged.judgement));
	arena_free(arena);
	return fine;
}

static bool
judge_all(struct fleet *fleet, struct db *db, int64_t at, GPtrArray *entries, GError **error)
{
	g_autoptr(GPtrArray) names = look_watched(db, error);
	bool first = !fleet->state->whole; /* nobody else changes it */
	int64_t shown = g_get_monotonic_time();
	for (guint i = 0; names != NULL && i < names->len && !is_ending(fleet); i++) {
		if (!judge(fleet, db, names->pdata[i], at, entries, error))
			return false;
		if (first && g_get_monotonic_time() - shown > SHOW_SECONDS * G_USEC_PER_SEC) {
			show(fleet, new_state(entries, at, false, NULL));
			shown = g_get_monotonic_time();
		}
	}
	return names != NULL;
}

static bool
go_round(struct fleet *fleet)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(unref_entry);
	int64_t at = fleet->options.at != INT64_MIN ? fleet->options.at
						    : g_get_real_time() / G_USEC_PER_SEC;
	struct db *db = pool_take(fleet->options.pool, &error);
	bool fine = db != NULL && judge_all(fleet, db, at, entries, &error);
	if (db != NULL)
		pool_give(fleet->options.pool, db);
	const struct fleet_state *before = fleet->state;
	show(fleet, fine ? new_state(entries, at, true, NULL)
			 : new_state(before->entries, before->at, before->whole, error->message));
	return fine;
}

static void *
run(void *user)
{
	struct fleet *fleet = user;
	while (!is_ending(fleet)) {
		int64_t began = g_get_monotonic_time();
		bool fine = go_round(fleet);
		int64_t rest = fine ? (g_get_monotonic_time() - began) * REST
				    : AGAIN_SECONDS * G_USEC_PER_SEC;
		int64_t next =
			MAX(began + (fine ? fleet->options.seconds : 1) * (int64_t)G_USEC_PER_SEC,
				g_get_monotonic_time() + rest);
		g_mutex_lock(&fleet->mutex);
		while (!fleet->end && g_cond_wait_until(&fleet->ended, &fleet->mutex, next))
			;
		g_mutex_unlock(&fleet->mutex);
	}
	return NULL;
}

struct fleet *
fleet_new(const struct fleet_options *options)
{
	struct fleet *fleet = g_new0(struct fleet, 1);
	fleet->options = *options;
	g_mutex_init(&fleet->mutex);
	g_cond_init(&fleet->ended);
	fleet->state = new_state(NULL, options->at, false, NULL);
	fleet->thread = g_thread_new("fleet", run, fleet);
	return fleet;
}

void
fleet_free(struct fleet *fleet)
{
	if (fleet == NULL)
		return;
	g_mutex_lock(&fleet->mutex);
	fleet->end = true;
	g_cond_signal(&fleet->ended);
	g_mutex_unlock(&fleet->mutex);
	g_thread_join(fleet->thread);
	fleet_state_unref(fleet->state);
	g_mutex_clear(&fleet->mutex);
	g_cond_clear(&fleet->ended);
	g_free(fleet);
}
