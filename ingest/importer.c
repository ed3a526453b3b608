/* The importer: one thread finds items, several read them, one writes batches, one marks what is
   durable. */
#include "ingest/importer.h"

#include <string.h>

#include "ingest/import_queue.h"
#include "ingest/import_read.h"
#include "ingest/import_walk.h"
#include "ingest/import_watch.h"
#include "ingest/limits.h"
#include "ingest/maildir.h"
#include "ingest/report_body.h"

/* Bounds that keep memory flat: small messages weigh some 9 KiB as units, so that the queue of them
   is what counts.  One large report always fits. */
#define MOST_ITEMS 512
#define MOST_UNITS 1024
#define MOST_UNIT_BYTES (24u << 20)
#define MOST_MARKS 2048

/* A batch, beyond its number of reports: what a transaction should not outgrow. */
#define BATCH_REPORTS 512
#define BATCH_BYTES (8u << 20)
#define BATCH_DETAILS 40000

/* A batch that is not full is written when nothing more came for so long, in microseconds. */
#define QUIET 50000

/* The first and the longest pause before a sink that is away is tried again, in microseconds. */
#define FIRST_PAUSE 50000
#define LONGEST_PAUSE 2000000
#define WAIT_SECONDS 60

struct importer {
	struct sink *sink;
	const struct importer_options *options;
	const atomic_int *stop;
	struct importer_counts *counts;
	GMutex telling; /* complaints and counts */
	struct import_queue *items, *units, *marks;
	atomic_int readers; /* that still run */
	atomic_int halted;  /* the sink failed for good, or *stop is set: read no more */
	GError *failure;
	int64_t now;
};

/* ---- telling ---- */

static void
complain(void *user, const char *what, const char *why)
{
	struct importer *importer = user;
	g_mutex_lock(&importer->telling);
	importer->counts->failed++;
	if (importer->options->complain != NULL)
		importer->options->complain(importer->options->user, what, why);
	g_mutex_unlock(&importer->telling);
}

/* A complaint about no path: a sink that is away for a while. */
static void
remark(struct importer *importer, const char *what, const char *why)
{
	g_mutex_lock(&importer->telling);
	if (importer->options->complain != NULL)
		importer->options->complain(importer->options->user, what, why);
	g_mutex_unlock(&importer->telling);
}

static void
show_progress(struct importer *importer)
{
	g_mutex_lock(&importer->telling);
	if (importer->options->progress != NULL)
		importer->options->progress(importer->options->user, importer->counts,
			import_queue_length(importer->items) +
				import_queue_length(importer->units));
	g_mutex_unlock(&importer->telling);
}

static bool
is_halted(struct importer *importer)
{
	return atomic_load(&importer->halted) != 0 || atomic_load(importer->stop) != 0;
}

/* ---- finding and reading ---- */

static void
find_item(void *user, struct import_item *item)
{
	struct importer *importer = user;
	import_queue_push(importer->items, item, 1);
}

static void
take_unit(void *user, struct import_unit *unit)
{
	struct importer *importer = user;
	import_queue_push(importer->units, unit, unit->weight);
}

static gpointer
read_items(gpointer data)
{
	struct importer *importer = data;
	const struct import_reading reading = { importer->options->judge, importer->now, take_unit,
		complain, importer };
	for (struct import_item *item; (item = import_queue_pop(importer->items, 0)) != NULL;) {
		if (is_halted(importer)) {
			import_item_free(item);
			continue;
		}
		struct import_reading now = reading;
		if (importer->options->watch)
			now.now = g_get_real_time() / G_USEC_PER_SEC;
		import_read(&now, item);
	}
	if (atomic_fetch_sub(&importer->readers, 1) == 1)
		import_queue_close(importer->units);
	return NULL;
}

/* ---- writing ---- */

struct batch {
	GPtrArray *units;
	GPtrArray *arrivals; /* those to be written, borrowed from the units */
	size_t weight, details;
};

static void
free_unit(gpointer unit)
{
	import_unit_free(unit);
}

static void
batch_init(struct batch *batch)
{
	*batch = (struct batch){ .units = g_ptr_array_new_with_free_func(free_unit),
		.arrivals = g_ptr_array_new() };
}

static void
batch_clear(struct batch *batch)
{
	g_ptr_array_set_size(batch->units, 0);
	g_ptr_array_set_size(batch->arrivals, 0);
	batch->weight = batch->details = 0;
}

static bool
is_full(const struct importer *importer, const struct batch *batch)
{
	guint most = importer->options->batch > 0 ? (guint)importer->options->batch : BATCH_REPORTS;
	return batch->arrivals->len >= most || batch->units->len >= 2 * most ||
	       batch->weight >= BATCH_BYTES || batch->details >= BATCH_DETAILS;
}

/* A bare file that is no report at all is not kept: it was never one. */
static bool
is_alien(const struct arrival *arrival)
{
	return arrival->failure != NULL && arrival->channel == CHANNEL_FILE &&
	       g_error_matches(arrival->failure, REPORT_ERROR, REPORT_ERROR_ALIEN);
}

/* Whether RFC 8460 3 read strictly drops it. */
static bool
is_unsigned(const struct importer *importer, const struct arrival *arrival)
{
	return importer->options->require_dkim && arrival->channel == CHANNEL_MAIL &&
	       arrival->trust != TRUST_DKIM;
}

static void
batch_add(struct importer *importer, struct batch *batch, struct import_unit *unit)
{
	bool without = true;
	for (guint i = 0; i < unit->arrivals->len; i++) {
		struct arrival *arrival = g_ptr_array_index(unit->arrivals, i);
		if (is_alien(arrival))
			continue;
		without = false;
		if (is_unsigned(importer, arrival))
			importer->counts->not_dkim++;
		else
			g_ptr_array_add(batch->arrivals, arrival);
	}
	importer->counts->read++;
	importer->counts->without += without;
	batch->weight += unit->weight;
	batch->details += unit->details;
	g_ptr_array_add(batch->units, unit);
}

static void
pause_for(struct importer *importer, gint64 microseconds)
{
	gint64 until = g_get_monotonic_time() + microseconds;
	while (g_get_monotonic_time() < until && atomic_load(importer->stop) == 0)
		g_usleep(20000);
}

/* Tries until the sink took everything; false when it does not come back in time or refuses. */
static bool
write_patiently(struct importer *importer, const struct batch *batch, enum sink_outcome *outcomes,
	GError **error)
{
	double patience = importer->options->wait_seconds > 0 ? importer->options->wait_seconds
							      : WAIT_SECONDS;
	gint64 deadline = g_get_monotonic_time() + (gint64)(patience * G_USEC_PER_SEC);
	gint64 pause = FIRST_PAUSE;
	for (bool told = false;; told = true) {
		GError *failure = NULL;
		if (importer->sink->write(importer->sink->state,
			    (struct arrival *const *)batch->arrivals->pdata, batch->arrivals->len,
			    outcomes, &failure))
			return true;
		if (!g_error_matches(failure, SINK_ERROR, SINK_ERROR_TEMPORARY) ||
			g_get_monotonic_time() > deadline || atomic_load(importer->stop) != 0) {
			g_propagate_error(error, failure);
			return false;
		}
		if (!told)
			remark(importer, "database away, waiting", failure->message);
		g_error_free(failure);
		pause_for(importer, pause);
		pause = MIN(pause * 2, LONGEST_PAUSE);
	}
}

static void
count_outcome(struct importer_counts *counts, enum sink_outcome outcome)
{
	counts->fresh += outcome == SINK_NEW;
	counts->seen += outcome == SINK_SEEN;
	counts->conflicts += outcome == SINK_CONFLICT;
	counts->quarantined += outcome == SINK_QUARANTINED;
}

/* The flags a message gets for what became of its reports: seen; and flagged where one could not be
   read.  NULL: it stays as it is, since it holds no report, or one that is not durable. */
static const char *
flags_for(const struct import_unit *unit, GHashTable *outcomes)
{
	const char *flags = NULL;
	for (guint i = 0; i < unit->arrivals->len; i++) {
		const struct arrival *arrival = g_ptr_array_index(unit->arrivals, i);
		enum sink_outcome outcome = GPOINTER_TO_INT(g_hash_table_lookup(outcomes, arrival));
		if (outcome == SINK_NONE || outcome == SINK_REFUSED)
			return NULL;
		if (flags == NULL || outcome == SINK_QUARANTINED)
			flags = outcome == SINK_QUARANTINED ? "FS" : flags != NULL ? flags : "S";
	}
	return flags;
}

struct mark {
	struct import_unit *unit; /* owned, freed by the marking thread to spare the writer */
	const char *flags;
};

static void
free_mark(gpointer data)
{
	struct mark *mark = data;
	import_unit_free(mark->unit);
	g_free(mark);
}

static void
finish_units(struct importer *importer, struct batch *batch, const enum sink_outcome *outcomes)
{
	g_autoptr(GHashTable) by_arrival = g_hash_table_new(NULL, NULL);
	for (guint i = 0; i < batch->arrivals->len; i++)
		g_hash_table_insert(by_arrival, g_ptr_array_index(batch->arrivals, i),
			GINT_TO_POINTER((int)outcomes[i]));
	g_ptr_array_set_free_func(batch->units, NULL);
	for (guint i = 0; i < batch->units->len; i++) {
		struct mark *mark = g_new(struct mark, 1);
		mark->unit = g_ptr_array_index(batch->units, i);
		mark->flags = mark->unit->mark != NULL ? flags_for(mark->unit, by_arrival) : NULL;
		import_queue_push(importer->marks, mark, 1);
	}
	g_ptr_array_set_size(batch->units, 0);
	g_ptr_array_set_free_func(batch->units, free_unit);
}

static void
complain_of_refused(
	struct importer *importer, const struct batch *batch, const enum sink_outcome *outcomes)
{
	for (guint i = 0, at = 0; i < batch->units->len; i++) {
		const struct import_unit *unit = g_ptr_array_index(batch->units, i);
		for (guint j = 0; j < unit->arrivals->len; j++) {
			const struct arrival *arrival = g_ptr_array_index(unit->arrivals, j);
			if (at >= batch->arrivals->len ||
				g_ptr_array_index(batch->arrivals, at) != arrival)
				continue;
			if (outcomes[at++] == SINK_REFUSED)
				complain(importer, unit->source,
					arrival->failure != NULL
						? arrival->failure->message
						: "refused, and the quarantine is full");
		}
	}
}

static void
write_batch(struct importer *importer, struct batch *batch)
{
	g_autofree enum sink_outcome *outcomes =
		g_new0(enum sink_outcome, batch->arrivals->len + 1);
	GError *failure = NULL;
	bool fine =
		batch->arrivals->len == 0 || write_patiently(importer, batch, outcomes, &failure);
	for (guint i = 0; i < batch->arrivals->len; i++)
		count_outcome(importer->counts, outcomes[i]);
	complain_of_refused(importer, batch, outcomes);
	finish_units(importer, batch, outcomes);
	if (!fine) {
		importer->failure = failure;
		atomic_store(&importer->halted, 1);
	}
	show_progress(importer);
	batch_clear(batch);
}

/* Fills batches and writes them; after a halt the rest is dropped, unread by anyone. */
static void
write_units(struct importer *importer)
{
	struct batch batch;
	batch_init(&batch);
	while (!import_queue_is_done(importer->units)) {
		struct import_unit *unit =
			import_queue_pop(importer->units, batch.units->len > 0 ? QUIET : 4 * QUIET);
		if (unit != NULL && is_halted(importer)) {
			import_unit_free(unit);
			unit = NULL;
		} else if (unit != NULL) {
			batch_add(importer, &batch, unit);
		}
		if (batch.units->len > 0 && (unit == NULL || is_full(importer, &batch)))
			write_batch(importer, &batch);
	}
	if (batch.units->len > 0)
		write_batch(importer, &batch);
	g_ptr_array_unref(batch.units);
	g_ptr_array_unref(batch.arrivals);
}

static gpointer
mark_messages(gpointer data)
{
	struct importer *importer = data;
	for (struct mark *mark; (mark = import_queue_pop(importer->marks, 0)) != NULL;) {
		const struct import_item *item = mark->unit->mark;
		g_autoptr(GError) error = NULL;
		if (mark->flags != NULL &&
			!maildir_mark(item->maildir, item->subdir, item->name, mark->flags, &error))
			complain(importer, item->path, error->message);
		free_mark(mark);
	}
	return NULL;
}

/* ---- the whole ---- */

struct finding {
	struct importer *importer;
	const char *const *paths;
	size_t n_paths;
	struct import_watch *watch;
};

static gpointer
find_all(gpointer data)
{
	struct finding *finding = data;
	struct importer *importer = finding->importer;
	const struct import_walk walk = { find_item, complain, importer, &importer->halted };
	for (size_t i = 0; i < finding->n_paths && !is_halted(importer); i++)
		import_walk_path(&walk, finding->paths[i]);
	if (finding->watch != NULL)
		import_watch_follow(finding->watch, &walk);
	import_queue_close(importer->items);
	return NULL;
}

/* Lets *stop end the walk too, which looks at one flag only. */
static gpointer
mind_stop(gpointer data)
{
	struct importer *importer = data;
	while (!import_queue_is_done(importer->units)) {
		if (atomic_load(importer->stop) != 0)
			atomic_store(&importer->halted, 1);
		g_usleep(20000);
	}
	return NULL;
}

static void
run_threads(struct importer *importer, struct finding *finding, int workers)
{
	g_autoptr(GPtrArray) threads = g_ptr_array_new();
	atomic_init(&importer->readers, workers);
	g_ptr_array_add(threads, g_thread_new("find", find_all, finding));
	g_ptr_array_add(threads, g_thread_new("stop", mind_stop, importer));
	for (int i = 0; i < workers; i++)
		g_ptr_array_add(threads, g_thread_new("read", read_items, importer));
	GThread *marker = g_thread_new("mark", mark_messages, importer);

	write_units(importer);
	for (guint i = 0; i < threads->len; i++)
		g_thread_join(g_ptr_array_index(threads, i));
	import_queue_close(importer->marks);
	g_thread_join(marker);
}

static void
free_item(gpointer item)
{
	import_item_free(item);
}

bool
importer_run(struct sink *sink, const char *const *paths, size_t n_paths,
	const struct importer_options *options, const atomic_int *stop,
	struct importer_counts *counts, GError **error)
{
	struct importer importer = { .sink = sink,
		.options = options,
		.stop = stop,
		.counts = counts,
		.now = g_get_real_time() / G_USEC_PER_SEC };
	struct finding finding = { &importer, paths, n_paths, NULL };
	int workers = options->workers > 0 ? options->workers : (int)g_get_num_processors();

	*counts = (struct importer_counts){ 0 };
	if (options->watch && (finding.watch = import_watch_new(paths, n_paths, error)) == NULL)
		return false;
	g_mutex_init(&importer.telling);
	importer.items = import_queue_new(MOST_ITEMS, MOST_ITEMS);
	importer.units = import_queue_new(MOST_UNITS, MOST_UNIT_BYTES);
	importer.marks = import_queue_new(MOST_MARKS, MOST_MARKS);
	run_threads(&importer, &finding, workers);
	import_queue_free(importer.items, free_item);
	import_queue_free(importer.units, free_unit);
	import_queue_free(importer.marks, free_mark);
	import_watch_free(finding.watch);
	g_mutex_clear(&importer.telling);
	if (importer.failure == NULL)
		return true;
	g_propagate_error(error, importer.failure);
	return false;
}
