/* Errands in line, and the threads that run them. */
#include "analyze/web/desk.h"

struct desk {
	struct desk_options options;
	GMutex mutex;
	GCond given;
	GQueue waiting; /* of struct errand, oldest first */
	unsigned running;
	bool closed;
	GPtrArray *threads;
};

/* ---- running ---- */

static void *
work(void *user)
{
	struct desk *desk = user;
	g_mutex_lock(&desk->mutex);
	for (;;) {
		while (g_queue_is_empty(&desk->waiting) && !desk->closed)
			g_cond_wait(&desk->given, &desk->mutex);
		if (desk->closed)
			break;
		struct errand *errand = g_queue_pop_head(&desk->waiting);
		desk->running++;
		g_mutex_unlock(&desk->mutex);
		errand->run(errand);
		errand->done(errand);
		g_mutex_lock(&desk->mutex);
		desk->running--;
	}
	g_mutex_unlock(&desk->mutex);
	return NULL;
}

/* ---- refusing ---- */

static bool
is_late(const struct desk *desk, const struct errand *errand, int64_t now)
{
	return desk->closed ||
	       (desk->options.seconds > 0 &&
		       now - errand->since > (int64_t)desk->options.seconds * G_USEC_PER_SEC);
}

/* The next that will not be run. */
static struct errand *
take_late(struct desk *desk, int64_t now)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&desk->mutex);
	const struct errand *oldest = g_queue_peek_head(&desk->waiting);
	return oldest != NULL && is_late(desk, oldest, now) ? g_queue_pop_head(&desk->waiting)
							    : NULL;
}

void
desk_tend(struct desk *desk)
{
	int64_t now = g_get_monotonic_time();
	for (struct errand *errand; (errand = take_late(desk, now)) != NULL;) {
		errand->refused = true;
		errand->done(errand);
	}
}

/* ---- giving ---- */

bool
desk_give(struct desk *desk, struct errand *errand)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&desk->mutex);
	if (desk->closed || g_queue_get_length(&desk->waiting) >= desk->options.most_waiting)
		return false;
	errand->refused = false;
	errand->since = g_get_monotonic_time();
	g_queue_push_tail(&desk->waiting, errand);
	g_cond_signal(&desk->given);
	return true;
}

unsigned
desk_load(struct desk *desk)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&desk->mutex);
	return g_queue_get_length(&desk->waiting) + desk->running;
}

/* ---- begin and end ---- */

struct desk *
desk_new(const struct desk_options *options)
{
	struct desk *desk = g_new0(struct desk, 1);
	desk->options = *options;
	g_mutex_init(&desk->mutex);
	g_cond_init(&desk->given);
	g_queue_init(&desk->waiting);
	desk->threads = g_ptr_array_new();
	for (unsigned i = 0; i < options->threads; i++)
		g_ptr_array_add(desk->threads, g_thread_new(options->name, work, desk));
	return desk;
}

void
desk_close(struct desk *desk)
{
	g_mutex_lock(&desk->mutex);
	desk->closed = true;
	g_cond_broadcast(&desk->given);
	g_mutex_unlock(&desk->mutex);
	desk_tend(desk);
}

void
desk_free(struct desk *desk)
{
	if (desk == NULL)
		return;
	desk_close(desk);
	for (guint i = 0; i < desk->threads->len; i++)
		g_thread_join(desk->threads->pdata[i]);
	g_ptr_array_unref(desk->threads);
	g_mutex_clear(&desk->mutex);
	g_cond_clear(&desk->given);
	g_free(desk);
}
