/* The importer: one thread finds items, several read them, one writes batches, one marks what is
   durable. */
#include "ingest/importer.h"

#include "ingest/import_batch.h"
#include "ingest/import_queue.h"
#include "ingest/import_read.h"
#include "ingest/import_walk.h"
#include "ingest/import_watch.h"
#include "ingest/maildir.h"

/* Bounds that keep memory flat: small messages weigh some 9 KiB as units, so that the queue of them
   is what counts.  One large report always fits, in either queue of units: those to be written and
   those to be marked. */
#define MOST_ITEMS 512
#define MOST_UNITS 1024
#define MOST_UNIT_BYTES (24u << 20)
#define MOST_MARKS 2048

#define BATCH_REPORTS 512

/* A batch that is not full is written when nothing more came for so long, in microseconds. */
#define QUIET 50000

/* The first and the longest pause before a sink that is away is tried again, in microseconds. */
#define FIRST_PAUSE 50000
#define LONGEST_PAUSE 2000000

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
		complain, importer, &importer->halted };
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

static void
pause_for(struct importer *importer, gint64 microseconds)
{
	gint64 until = g_get_monotonic_time() + microseconds;
	while (g_get_monotonic_time() < until && atomic_load(importer->stop) == 0)
		g_usleep(20000);
}

/* Tries until the sink took everything; false when it does not come back in time or refuses. */
static bool
write_patiently(struct importer *importer, struct import_batch *batch, GError **error)
{
	gint64 patience = (gint64)(importer->options->wait_seconds * G_USEC_PER_SEC);
	gint64 deadline = g_get_monotonic_time() + patience;
	gint64 pause = FIRST_PAUSE;
	for (bool told = false;; told = true) {
		GError *failure = NULL;
		if (import_batch_write(batch, importer->sink, &failure))
			return true;
		if (!g_error_matches(failure, SINK_ERROR, SINK_ERROR_TEMPORARY) ||
			g_get_monotonic_time() >= deadline || atomic_load(importer->stop) != 0) {
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
push_mark(void *user, struct import_unit *unit, const char *flags)
{
	struct importer *importer = user;
	struct mark *mark = g_new(struct mark, 1);
	*mark = (struct mark){ unit, flags };
	import_queue_push(importer->marks, mark, unit->weight);
}

static void
write_batch(struct importer *importer, struct import_batch *batch)
{
	GError *failure = NULL;
	bool fine = write_patiently(importer, batch, &failure);
	import_batch_count(batch, importer->counts);
	import_batch_tell_refused(batch, complain, importer);
	import_batch_finish(batch, push_mark, importer);
	if (!fine) {
		importer->failure = failure;
		atomic_store(&importer->halted, 1);
	}
	show_progress(importer);
}

/* Fills batches and writes them; after a halt the rest is dropped, unread by anyone. */
static void
write_units(struct importer *importer)
{
	struct import_batch *batch = import_batch_new();
	guint most = importer->options->batch > 0 ? (guint)importer->options->batch : BATCH_REPORTS;
	while (!import_queue_is_done(importer->units)) {
		bool empty = import_batch_is_empty(batch);
		struct import_unit *unit =
			import_queue_pop(importer->units, empty ? 4 * QUIET : QUIET);
		if (unit != NULL && is_halted(importer)) {
			import_unit_free(unit);
			unit = NULL;
		} else if (unit != NULL) {
			import_batch_add(
				batch, unit, importer->options->require_dkim, importer->counts);
		}
		if (unit == NULL ? !empty : import_batch_is_full(batch, most))
			write_batch(importer, batch);
	}
	if (!import_batch_is_empty(batch))
		write_batch(importer, batch);
	import_batch_free(batch);
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
free_unit(gpointer unit)
{
	import_unit_free(unit);
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
	importer.marks = import_queue_new(MOST_MARKS, MOST_UNIT_BYTES);
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
