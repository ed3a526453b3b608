/* From the spool to the sink. */
#include "ingest/drainer.h"

#include <stdatomic.h>

#include "ingest/parcel.h"
#include "ingest/report_body.h"
#include "ingest/spool_file.h"

/* One transaction.  The weight is of what was read, so that reports which inflate a thousandfold
   do not meet in memory. */
#define MOST_REPORTS 512
#define MOST_BYTES (8u << 20)
#define MOST_WEIGHT (32u << 20)

/* Between two probes of a database that seems well, and between tries while it is not. */
#define PROBE_PERIOD (5 * G_USEC_PER_SEC)
#define FIRST_PAUSE (G_USEC_PER_SEC / 2)
#define LONGEST_PAUSE (10 * G_USEC_PER_SEC)

struct drainer {
	struct drainer_options options;
	GThread *thread;
	int64_t pause; /* before the next try, while the database is away; else 0 */
	atomic_bool ending;
	GMutex lock; /* over what follows */
	GCond wake, ended;
	bool woken, is_ended;
};

/* Files on their way; names and arrivals go together. */
struct load {
	GPtrArray *names;    /* of char *, the list's */
	GPtrArray *arrivals; /* of struct arrival */
	size_t bytes, weight;
};

static void
load_init(struct load *load)
{
	*load = (struct load){ g_ptr_array_new(),
		g_ptr_array_new_with_free_func((GDestroyNotify)arrival_free) };
}

static void
load_clear(struct load *load)
{
	g_ptr_array_unref(load->names);
	g_ptr_array_unref(load->arrivals);
}

/* ---- files ---- */

static void
complain(struct drainer *drainer, const char *event, const char *name, const char *why)
{
	log_say(drainer->options.log, LOG_LEVEL_ERROR, event, "file", name, "why", why, NULL);
}

static void
reject(struct drainer *drainer, const char *name, const char *why)
{
	g_autoptr(GError) failure = NULL;
	complain(drainer, "spool-rejected", name, why);
	metrics_count(drainer->options.metrics, METRICS_SPOOL_DAMAGED, 1);
	if (!spool_reject(drainer->options.spool, name, &failure))
		complain(drainer, "spool-failed", name, failure->message);
}

/* Adds one file to the load, or puts it aside. */
static void
load_add(struct drainer *drainer, struct load *load, char *name)
{
	g_autoptr(GError) failure = NULL;
	g_autoptr(GBytes) file = spool_load(drainer->options.spool, name, &failure);
	if (file == NULL) {
		complain(drainer, "spool-failed", name, failure->message);
		return;
	}
	gsize length;
	const uint8_t *bytes = g_bytes_get_data(file, &length);
	struct arrival *arrival = spool_file_read(
		bytes, length, drainer->options.resolve, drainer->options.user, &failure);
	if (arrival == NULL) {
		reject(drainer, name, failure->message);
		return;
	}
	g_ptr_array_add(load->names, name);
	g_ptr_array_add(load->arrivals, arrival);
	load->bytes += length;
	load->weight += arrival->report != NULL ? parcel_weight(arrival->report) : 0;
}

/* ---- the sink ---- */

static const enum metrics_result results[] = {
	[SINK_NEW] = METRICS_NEW,
	[SINK_SEEN] = METRICS_SEEN,
	[SINK_CONFLICT] = METRICS_CONFLICT,
	[SINK_PRUNED] = METRICS_SEEN,
	[SINK_QUARANTINED] = METRICS_QUARANTINED,
	[SINK_REFUSED] = METRICS_REFUSED,
};

static void
settle(struct drainer *drainer, const char *name, const struct arrival *arrival,
	enum sink_outcome outcome)
{
	g_autoptr(GError) failure = NULL;
	if (outcome == SINK_NONE)
		return;
	metrics_report(drainer->options.metrics, results[outcome], METRICS_DRAINED);
	if (outcome == SINK_REFUSED && arrival->report != NULL)
		reject(drainer, name, "could not be stored, and the quarantine is full");
	else if (!spool_remove(drainer->options.spool, name, &failure))
		complain(drainer, "spool-failed", name, failure->message);
}

static bool
write_some(
	struct drainer *drainer, const struct load *load, guint first, guint count, GError **error)
{
	enum sink_outcome outcomes[MOST_REPORTS] = { SINK_NONE };
	struct sink *sink = drainer->options.sink;
	bool fine = sink->write(sink->state, (struct arrival *const *)load->arrivals->pdata + first,
		count, outcomes, error);
	for (guint i = 0; i < count; i++)
		settle(drainer, load->names->pdata[first + i], load->arrivals->pdata[first + i],
			outcomes[i]);
	return fine;
}

static bool
probe(struct drainer *drainer)
{
	g_autoptr(GError) failure = NULL;
	if (drainer->options.probe(drainer->options.user, &failure)) {
		reach_good(drainer->options.reach);
		return true;
	}
	reach_bad(drainer->options.reach, failure->message);
	return false;
}

/* Writes a load; where that fails although the database is there, one by one, so that one report
   which cannot be stored now does not hold back those behind it; it stays for the next round.
   False: the database is away. */
static bool
write_load(struct drainer *drainer, const struct load *load)
{
	g_autoptr(GError) failure = NULL;
	if (load->names->len == 0 || write_some(drainer, load, 0, load->names->len, &failure)) {
		reach_good(drainer->options.reach);
		return true;
	}
	if (!probe(drainer))
		return false;
	for (guint i = 0; i < load->names->len && !atomic_load(&drainer->ending); i++) {
		g_autoptr(GError) single = NULL;
		if (!write_some(drainer, load, i, 1, &single)) {
			complain(drainer, "drain-failed", load->names->pdata[i], single->message);
			if (!probe(drainer))
				return false;
		}
	}
	return true;
}

/* Goes once through what is in the spool; false: the database is away. */
static bool
drain(struct drainer *drainer, GPtrArray *names)
{
	bool fine = true;
	for (guint next = 0; fine && next < names->len && !atomic_load(&drainer->ending);) {
		struct load load;
		load_init(&load);
		while (next < names->len && load.names->len < MOST_REPORTS &&
			load.bytes < MOST_BYTES && load.weight < MOST_WEIGHT)
			load_add(drainer, &load, names->pdata[next++]);
		fine = write_load(drainer, &load);
		load_clear(&load);
	}
	return fine;
}

static bool
round_fine(struct drainer *drainer)
{
	g_autoptr(GError) failure = NULL;
	if (!probe(drainer))
		return false;
	g_autoptr(GPtrArray) names = spool_list(drainer->options.spool, &failure);
	if (names == NULL) {
		complain(drainer, "spool-failed", NULL, failure->message);
		return true;
	}
	if (names->len == 0)
		return true;
	bool fine = drain(drainer, names);
	GString *line = log_begin(drainer->options.log, LOG_LEVEL_NOTICE, "drained");
	log_number(line, "files", names->len);
	log_number(line, "left", (int64_t)spool_look(drainer->options.spool).files);
	log_end(drainer->options.log, line);
	return fine;
}

/* ---- the thread ---- */

/* Until there is something to do; false: no more. */
static bool
rest(struct drainer *drainer)
{
	int64_t pause = drainer->pause > 0 ? drainer->pause : PROBE_PERIOD;
	int64_t until = g_get_monotonic_time() + pause;
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&drainer->lock);
	/* while the database is away it makes no sense to come for every report that is spooled */
	while (!atomic_load(&drainer->ending) && !(drainer->woken && drainer->pause == 0))
		if (!g_cond_wait_until(&drainer->wake, &drainer->lock, until))
			break;
	drainer->woken = false;
	return !atomic_load(&drainer->ending);
}

static gpointer
run(gpointer user)
{
	struct drainer *drainer = user;
	do {
		if (round_fine(drainer))
			drainer->pause = 0;
		else
			drainer->pause = CLAMP(2 * drainer->pause, FIRST_PAUSE, LONGEST_PAUSE);
	} while (rest(drainer));
	g_mutex_lock(&drainer->lock);
	drainer->is_ended = true;
	g_cond_signal(&drainer->ended);
	g_mutex_unlock(&drainer->lock);
	return NULL;
}

struct drainer *
drainer_new(const struct drainer_options *options)
{
	struct drainer *drainer = g_new0(struct drainer, 1);
	drainer->options = *options;
	g_mutex_init(&drainer->lock);
	g_cond_init(&drainer->wake);
	g_cond_init(&drainer->ended);
	drainer->thread = g_thread_new("drainer", run, drainer);
	return drainer;
}

void
drainer_wake(struct drainer *drainer)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&drainer->lock);
	drainer->woken = true;
	g_cond_signal(&drainer->wake);
}

void
drainer_end(struct drainer *drainer)
{
	atomic_store(&drainer->ending, true);
	drainer_wake(drainer);
}

bool
drainer_wait(struct drainer *drainer, int64_t until)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&drainer->lock);
	while (!drainer->is_ended)
		if (!g_cond_wait_until(&drainer->ended, &drainer->lock, until))
			break;
	return drainer->is_ended;
}

void
drainer_free(struct drainer *drainer)
{
	g_thread_join(drainer->thread);
	g_cond_clear(&drainer->wake);
	g_cond_clear(&drainer->ended);
	g_mutex_clear(&drainer->lock);
	g_free(drainer);
}
