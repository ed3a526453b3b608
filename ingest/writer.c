/* Batches to a sink. */
#include "ingest/writer.h"

/* One transaction at the most: beyond it, batches gain nothing and answers come late. */
#define MOST_PARCELS 512
#define MOST_BYTES (8u << 20)

/* A write that failed sooner than this is tried once more at once: most often the connection was
   found closed, by a restart of the database, and the next one opens another. */
#define QUICK_FAILURE (G_USEC_PER_SEC / 2)

struct writer {
	struct writer_options options;
	GThread *thread;
	GMutex lock; /* over what follows */
	GCond given, ended;
	GQueue waiting;      /* of struct parcel */
	GPtrArray *in_hand;  /* of struct parcel; those of the write that runs */
	int64_t write_began; /* 0: none runs */
	bool told_stuck;     /* that this write takes too long */
	bool ending, is_ended;
};

/* ---- one batch ---- */

static bool
take_batch(struct writer *writer)
{
	size_t bytes = 0;
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&writer->lock);
	while (writer->waiting.length == 0 && !writer->ending)
		g_cond_wait(&writer->given, &writer->lock);
	while (writer->waiting.length > 0 && writer->in_hand->len < MOST_PARCELS &&
		bytes < MOST_BYTES) {
		struct parcel *parcel = g_queue_pop_head(&writer->waiting);
		if (parcel_is_answered(parcel)) { /* the spool has it */
			parcel_release(parcel);
			continue;
		}
		bytes += g_bytes_get_size(parcel->arrival->body);
		g_ptr_array_add(writer->in_hand, parcel);
	}
	writer->write_began = g_get_monotonic_time();
	writer->told_stuck = false;
	return writer->in_hand->len > 0 || writer->waiting.length > 0 || !writer->ending;
}

static const struct {
	enum receipt receipt;
	enum metrics_result result;
} meanings[] = {
	[SINK_NONE] = { RECEIPT_NONE, METRICS_LOST },
	[SINK_NEW] = { RECEIPT_NEW, METRICS_NEW },
	[SINK_SEEN] = { RECEIPT_SEEN, METRICS_SEEN },
	[SINK_CONFLICT] = { RECEIPT_CONFLICT, METRICS_CONFLICT },
	[SINK_PRUNED] = { RECEIPT_SEEN, METRICS_SEEN },
	[SINK_QUARANTINED] = { RECEIPT_QUARANTINED, METRICS_QUARANTINED },
	[SINK_REFUSED] = { RECEIPT_REFUSED, METRICS_REFUSED },
};

/* Answers what was done; what was not goes to who takes over. */
static void
settle(struct writer *writer, GPtrArray *parcels, const enum sink_outcome *outcomes)
{
	for (guint i = 0; i < parcels->len; i++) {
		struct parcel *parcel = parcels->pdata[i];
		enum sink_outcome outcome = outcomes[i];
		if (outcome != SINK_NONE) {
			if (parcel_answer(parcel, meanings[outcome].receipt))
				metrics_report(writer->options.metrics, meanings[outcome].result,
					METRICS_DIRECT);
			parcel_release(parcel);
			continue;
		}
		atomic_store(&parcel->with_writer, false);
		if (parcel_is_answered(parcel))
			parcel_release(parcel);
		else
			writer->options.undone(writer->options.user, parcel);
	}
}

/* Those among parcels that a failed write left undone are given once more. */
static bool
write_again(struct writer *writer, struct arrival **arrivals, size_t count,
	enum sink_outcome *outcomes, GError **error)
{
	struct arrival *left[MOST_PARCELS];
	enum sink_outcome left_outcomes[MOST_PARCELS];
	size_t places[MOST_PARCELS], n_left = 0;
	for (size_t i = 0; i < count; i++)
		if (outcomes[i] == SINK_NONE) {
			places[n_left] = i;
			left[n_left++] = arrivals[i];
		}
	struct sink *sink = writer->options.sink;
	bool fine = sink->write(sink->state, left, n_left, left_outcomes, error);
	for (size_t i = 0; i < n_left; i++)
		outcomes[places[i]] = left_outcomes[i];
	return fine;
}

static void
write_batch(struct writer *writer, GPtrArray *parcels, enum sink_outcome *outcomes)
{
	struct arrival *arrivals[MOST_PARCELS];
	struct sink *sink = writer->options.sink;
	g_autoptr(GError) failure = NULL;
	int64_t began = g_get_monotonic_time();
	for (guint i = 0; i < parcels->len; i++) {
		arrivals[i] = ((struct parcel *)parcels->pdata[i])->arrival;
		outcomes[i] = SINK_NONE;
	}

	bool fine = sink->write(sink->state, arrivals, parcels->len, outcomes, &failure);
	int64_t took = g_get_monotonic_time() - began;
	if (!fine && took < QUICK_FAILURE) {
		g_clear_error(&failure);
		fine = write_again(writer, arrivals, parcels->len, outcomes, &failure);
	}
	if (!fine) {
		reach_bad(writer->options.reach, failure->message);
		return;
	}
	reach_good(writer->options.reach);
	metrics_observe(writer->options.metrics, METRICS_BATCH_REPORTS, parcels->len);
	metrics_observe(
		writer->options.metrics, METRICS_COMMIT_SECONDS, (double)took / G_USEC_PER_SEC);
}

static gpointer
run(gpointer user)
{
	struct writer *writer = user;
	g_autofree enum sink_outcome *outcomes = g_new(enum sink_outcome, MOST_PARCELS);
	while (take_batch(writer)) {
		GPtrArray *parcels = writer->in_hand; /* changed by this thread only */
		if (parcels->len > 0)
			write_batch(writer, parcels, outcomes);

		g_mutex_lock(&writer->lock);
		writer->in_hand = g_ptr_array_new();
		writer->write_began = 0;
		g_mutex_unlock(&writer->lock);
		settle(writer, parcels, outcomes);
		g_ptr_array_unref(parcels);
	}
	g_mutex_lock(&writer->lock);
	writer->write_began = 0;
	writer->is_ended = true;
	g_cond_signal(&writer->ended);
	g_mutex_unlock(&writer->lock);
	return NULL;
}

/* ---- from other threads ---- */

struct writer *
writer_new(const struct writer_options *options)
{
	struct writer *writer = g_new0(struct writer, 1);
	writer->options = *options;
	g_mutex_init(&writer->lock);
	g_cond_init(&writer->given);
	g_cond_init(&writer->ended);
	g_queue_init(&writer->waiting);
	writer->in_hand = g_ptr_array_new();
	writer->thread = g_thread_new("writer", run, writer);
	return writer;
}

void
writer_give(struct writer *writer, struct parcel *parcel)
{
	atomic_store(&parcel->with_writer, true);
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&writer->lock);
	g_queue_push_tail(&writer->waiting, parcel);
	if (writer->write_began == 0)
		g_cond_signal(&writer->given);
}

size_t
writer_waiting(struct writer *writer)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&writer->lock);
	return writer->waiting.length;
}

static bool
is_stuck(const struct writer *writer, int64_t now)
{
	return writer->write_began != 0 && now - writer->write_began > WRITER_PATIENCE;
}

bool
writer_is_stuck(struct writer *writer, int64_t now)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&writer->lock);
	return is_stuck(writer, now);
}

static void
add_overdue(struct parcel *parcel, int64_t given_by, GPtrArray *parcels)
{
	if (parcel->given_at <= given_by && !parcel_is_answered(parcel))
		g_ptr_array_add(parcels, parcel_hold(parcel));
}

void
writer_watch(struct writer *writer, int64_t now, int64_t given_by, GPtrArray *parcels)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&writer->lock);
	if (is_stuck(writer, now) && !writer->told_stuck) {
		writer->told_stuck = true;
		reach_bad(writer->options.reach, "a write has had no answer for 2 s");
	}
	for (guint i = 0; i < writer->in_hand->len; i++)
		add_overdue(writer->in_hand->pdata[i], given_by, parcels);
	for (GList *link = writer->waiting.head; link != NULL; link = link->next)
		add_overdue(link->data, given_by, parcels);
}

void
writer_end(struct writer *writer)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&writer->lock);
	writer->ending = true;
	g_cond_signal(&writer->given);
}

bool
writer_wait(struct writer *writer, int64_t until)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&writer->lock);
	while (!writer->is_ended)
		if (!g_cond_wait_until(&writer->ended, &writer->lock, until))
			break;
	return writer->is_ended;
}

void
writer_free(struct writer *writer)
{
	g_thread_join(writer->thread);
	g_ptr_array_unref(writer->in_hand);
	g_cond_clear(&writer->given);
	g_cond_clear(&writer->ended);
	g_mutex_clear(&writer->lock);
	g_free(writer);
}
