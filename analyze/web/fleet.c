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
/* Domains one after another whose statements are too slow: then it is the database that is. */
#define MOST_SLOW 3

struct fleet {
	struct fleet_options options;
	GThread *thread;
	GMutex mutex;
	GCond ended;
	bool end, over;
	struct fleet_state *state;
	bool failing;      /* the last round did; the thread's */
	unsigned unjudged; /* domains of the last round; the thread's */
};

/* ---- entries and states ---- */

static struct fleet_entry *
begin_entry(const char *domain, enum verdict verdict)
{
	struct fleet_entry *entry = g_new0(struct fleet_entry, 1);
	atomic_init(&entry->holders, 1);
	entry->domain = g_strdup(domain);
	entry->verdict = verdict;
	entry->earliest_day = entry->last_report_day = INT32_MIN;
	entry->last_check_at = INT64_MIN;
	return entry;
}

static struct fleet_entry *
ref_entry(struct fleet_entry *entry)
{
	atomic_fetch_add(&entry->holders, 1);
	return entry;
}

static void
unref_entry(void *memory)
{
	struct fleet_entry *entry = memory;
	if (atomic_fetch_sub(&entry->holders, 1) > 1)
		return;
	g_free(entry->domain);
	g_free(entry->code);
	g_free(entry->headline);
	g_free(entry);
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
	struct fleet_state *state = g_new0(struct fleet_state, 1);
	atomic_init(&state->holders, 1);
	state->entries = g_ptr_array_new_with_free_func(unref_entry);
	for (guint i = 0; entries != NULL && i < entries->len; i++)
		g_ptr_array_add(state->entries, ref_entry(entries->pdata[i]));
	g_ptr_array_sort(state->entries, compare_entries);
	state->at = at;
	state->whole = whole;
	state->failure = g_strdup(failure);
	return state;
}

void
fleet_state_unref(struct fleet_state *state)
{
	if (atomic_fetch_sub(&state->holders, 1) > 1)
		return;
	g_ptr_array_unref(state->entries);
	g_free(state->failure);
	g_free(state);
}

struct fleet_state *
fleet_look(struct fleet *fleet)
{
	g_mutex_lock(&fleet->mutex);
	struct fleet_state *state = fleet->state;
	atomic_fetch_add(&state->holders, 1);
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
	struct fleet_entry *entry = begin_entry(evidence->domain, judgement->verdict);
	if (judgement->n_reasons > 0) {
		entry->code = g_strdup(judgement->reasons[0].code);
		entry->headline = g_strdup(judgement->reasons[0].text);
	}
	entry->clean_days = judgement->soak.clean_days;
	entry->required_days = judgement->soak.required_days;
	entry->earliest_day = judgement->soak.earliest_day;
	entry->success = judgement->sessions.success;
	entry->refused = judgement->sessions.refused;
	for (size_t i = 0; i < evidence->n_reporters; i++)
		entry->last_report_day =
			MAX(entry->last_report_day, evidence->reporters[i].last_day);
	if (evidence->n_checks > 0)
		entry->last_check_at = evidence->checks[evidence->n_checks - 1].last_at;
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

/* A round that is under way. */
struct round {
	struct fleet *fleet;
	int64_t at;
	GPtrArray *entries;
	int64_t shown; /* when */
	unsigned slow; /* domains in a row */
	unsigned unjudged;
};

/* Whether a failure is this domain's alone: of values that it has, or one that is no database's at
   all. */
static bool
is_of_domain(struct round *round, const GError *error)
{
	bool slow = g_error_matches(error, DB_ERROR, DB_ERROR_RETRY);
	round->slow = slow ? round->slow + 1 : 0;
	return slow ? round->slow < MOST_SLOW
		    : error->domain != DB_ERROR || error->code == DB_ERROR_VALUE;
}

static void
add_unjudged(struct round *round, const char *domain, const GError *error)
{
	struct fleet_entry *entry = begin_entry(domain, VERDICT_UNKNOWN);
	entry->headline = g_strdup_printf("It could not be judged: %s", error->message);
	g_ptr_array_add(round->entries, entry);
	if (round->unjudged++ == round->fleet->unjudged)
		log_say(round->fleet->options.log, LOG_LEVEL_WARNING, "not-judged", "domain",
			domain, "why", error->message, NULL);
}

static bool
judge_with(struct round *round, struct db *db, const char *domain, GError **error)
{
	const struct judge_request request = {
		.domain = domain, .at = round->at, .saved = round->fleet->options.saved
	};
	struct judged judged;
	struct arena *arena = arena_new();
	bool fine = judge_domain(db, arena, &request, &judged, error);
	if (fine)
		g_ptr_array_add(round->entries, new_entry(judged.evidence, judged.judgement));
	arena_free(arena);
	return fine;
}

/* The connection is given back after each domain: it may not be out for long. */
static bool
judge(struct round *round, const char *domain, GError **error)
{
	GError *failure = NULL;
	struct pool *pool = round->fleet->options.pool;
	struct db *db = pool_take(pool, error);
	if (db == NULL)
		return false;
	bool fine = judge_with(round, db, domain, &failure);
	pool_give(pool, db);
	if (fine) {
		round->slow = 0;
		return true;
	}
	if (!is_of_domain(round, failure)) {
		g_propagate_error(error, failure);
		return false;
	}
	add_unjudged(round, domain, failure);
	g_error_free(failure);
	return true;
}

static GPtrArray *
list_domains(struct pool *pool, GError **error)
{
	struct db *db = pool_take(pool, error);
	if (db == NULL)
		return NULL;
	GPtrArray *names = look_watched(db, error);
	pool_give(pool, db);
	return names;
}

static bool
judge_all(struct round *round, GError **error)
{
	struct fleet *fleet = round->fleet;
	g_autoptr(GPtrArray) names = list_domains(fleet->options.pool, error);
	bool first = !fleet->state->whole; /* nobody else changes it */
	for (guint i = 0; names != NULL && i < names->len && !is_ending(fleet); i++) {
		if (!judge(round, names->pdata[i], error))
			return false;
		int64_t now = g_get_monotonic_time();
		if (first && now - round->shown > SHOW_SECONDS * G_USEC_PER_SEC) {
			show(fleet, new_state(round->entries, round->at, false, NULL));
			round->shown = now;
		}
	}
	return names != NULL;
}

static void
tell(struct fleet *fleet, const GError *error)
{
	if (error != NULL && !fleet->failing && !is_ending(fleet))
		log_say(fleet->options.log, LOG_LEVEL_ERROR, "round-failed", "why", error->message,
			NULL);
	else if (error == NULL && fleet->failing)
		log_say(fleet->options.log, LOG_LEVEL_NOTICE, "round-fine", NULL);
	fleet->failing = error != NULL;
}

static bool
go_round(struct fleet *fleet)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(unref_entry);
	struct round round = { .fleet = fleet,
		.at = fleet->options.at != INT64_MIN ? fleet->options.at
						     : g_get_real_time() / G_USEC_PER_SEC,
		.entries = entries,
		.shown = g_get_monotonic_time() };
	bool fine = judge_all(&round, &error);
	const struct fleet_state *before = fleet->state;
	tell(fleet, error);
	if (fine)
		fleet->unjudged = round.unjudged;
	show(fleet, fine ? new_state(entries, round.at, !is_ending(fleet), NULL)
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
	g_mutex_lock(&fleet->mutex);
	fleet->over = true;
	g_mutex_unlock(&fleet->mutex);
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
fleet_close(struct fleet *fleet)
{
	g_mutex_lock(&fleet->mutex);
	fleet->end = true;
	g_cond_signal(&fleet->ended);
	g_mutex_unlock(&fleet->mutex);
}

bool
fleet_is_over(struct fleet *fleet)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&fleet->mutex);
	return fleet->over;
}

void
fleet_free(struct fleet *fleet)
{
	if (fleet == NULL)
		return;
	fleet_close(fleet);
	g_thread_join(fleet->thread);
	fleet_state_unref(fleet->state);
	g_mutex_clear(&fleet->mutex);
	g_cond_clear(&fleet->ended);
	g_free(fleet);
}
