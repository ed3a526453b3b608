/* The spool's writer, and the watch over parcels that wait. */
#include "ingest/keeper.h"

/* How often it looks at the writers. */
#define PERIOD (50 * 1000)

/* Parcels put into the spool at a time. */
#define MOST_PARCELS 256

/* At most one complaint about a spool that fails in so long. */
#define COMPLAINT_PERIOD G_USEC_PER_SEC

struct keeper {
	struct keeper_options options;
	GThread *thread;
	int64_t complained_at;
	_Atomic int64_t pulse;
	atomic_bool hurried;
	GMutex lock; /* over what follows */
	GCond given;
	GQueue waiting; /* of struct parcel */
	bool ending;
};

/* Fills parcels from the queue, else waits a while; false: no more will come. */
static bool
take(struct keeper *keeper, GPtrArray *parcels)
{
	int64_t until = g_get_monotonic_time() + PERIOD;
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&keeper->lock);
	while (keeper->waiting.length == 0 && !keeper->ending)
		if (!g_cond_wait_until(&keeper->given, &keeper->lock, until))
			break;
	while (keeper->waiting.length > 0 && parcels->len < MOST_PARCELS)
		g_ptr_array_add(parcels, g_queue_pop_head(&keeper->waiting));
	return parcels->len > 0 || !keeper->ending;
}

static void
add_overdue(struct keeper *keeper, int64_t now, GPtrArray *parcels)
{
	int64_t patience = atomic_load(&keeper->hurried) ? 0 : WRITER_PATIENCE;
	for (size_t i = 0; i < keeper->options.n_writers; i++)
		writer_watch(keeper->options.writers[i], now, now - patience, parcels);
}

static void
complain(struct keeper *keeper, const char *why, guint lost, int64_t now)
{
	if (now - keeper->complained_at < COMPLAINT_PERIOD)
		return;
	keeper->complained_at = now;
	GString *line = log_begin(keeper->options.log, LOG_LEVEL_ERROR, "spool-failed");
	log_text(line, "why", why);
	log_number(line, "answered_503", lost);
	log_end(keeper->options.log, line);
}

/* A parcel that the spool would not take: true where its sender is told so now. */
static bool
give_up(struct keeper *keeper, struct parcel *parcel, int64_t now)
{
	if (atomic_load(&parcel->with_writer) && !atomic_load(&keeper->hurried) &&
		now - parcel->given_at < KEEPER_LAST_WAIT)
		return false; /* the database may still be quicker */
	bool readable = parcel->arrival->failure == NULL;
	if (!parcel_answer(parcel, readable ? RECEIPT_LOST : RECEIPT_REFUSED))
		return false;
	metrics_count(keeper->options.metrics, METRICS_SPOOL_FAILURES, 1);
	metrics_report(
		keeper->options.metrics, readable ? METRICS_LOST : METRICS_REFUSED, METRICS_DIRECT);
	return readable;
}

static void
put(struct keeper *keeper, GPtrArray *parcels, int64_t now)
{
	g_autofree struct spool_item *items = g_new0(struct spool_item, parcels->len);
	g_autoptr(GError) failure = NULL;
	guint lost = 0, kept = 0;
	for (guint i = 0; i < parcels->len; i++) {
		const struct parcel *parcel = parcels->pdata[i];
		items[i].arrival = parcel->arrival;
		items[i].token = parcel->token;
		items[i].spare = parcel->arrival->failure != NULL;
	}
	bool fine = spool_put(keeper->options.spool, items, parcels->len, &failure);
	for (guint i = 0; i < parcels->len; i++) {
		if (!items[i].kept) {
			lost += give_up(keeper, parcels->pdata[i], now);
		} else {
			kept++;
			if (parcel_answer(parcels->pdata[i], RECEIPT_SPOOLED))
				metrics_report(
					keeper->options.metrics, METRICS_SPOOLED, METRICS_DIRECT);
		}
	}
	if (!fine)
		complain(keeper, failure->message, lost, now);
	if (kept > 0)
		keeper->options.kept(keeper->options.user);
}

static gpointer
run(gpointer user)
{
	struct keeper *keeper = user;
	for (;;) {
		g_autoptr(GPtrArray) parcels =
			g_ptr_array_new_with_free_func((GDestroyNotify)parcel_release);
		bool more = take(keeper, parcels);
		int64_t now = g_get_monotonic_time();
		atomic_store(&keeper->pulse, now);
		add_overdue(keeper, now, parcels);
		if (parcels->len > 0)
			put(keeper, parcels, now);
		if (!more)
			return NULL;
	}
}

struct keeper *
keeper_new(const struct keeper_options *options)
{
	struct keeper *keeper = g_new0(struct keeper, 1);
	keeper->options = *options;
	atomic_init(&keeper->pulse, g_get_monotonic_time());
	g_mutex_init(&keeper->lock);
	g_cond_init(&keeper->given);
	g_queue_init(&keeper->waiting);
	keeper->thread = g_thread_new("keeper", run, keeper);
	return keeper;
}

void
keeper_give(struct keeper *keeper, struct parcel *parcel)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&keeper->lock);
	g_queue_push_tail(&keeper->waiting, parcel);
	g_cond_signal(&keeper->given);
}

void
keeper_hurry(struct keeper *keeper)
{
	atomic_store(&keeper->hurried, true);
}

int64_t
keeper_pulse(struct keeper *keeper)
{
	return atomic_load(&keeper->pulse);
}

void
keeper_free(struct keeper *keeper)
{
	if (keeper == NULL)
		return;
	g_mutex_lock(&keeper->lock);
	keeper->ending = true;
	g_cond_signal(&keeper->given);
	g_mutex_unlock(&keeper->lock);
	g_thread_join(keeper->thread);
	g_cond_clear(&keeper->given);
	g_mutex_clear(&keeper->lock);
	g_free(keeper);
}
