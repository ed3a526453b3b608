/* GLib's locks and once-only beginnings over pthread's, for ThreadSanitizer builds only: GLib makes
   its own from futexes, which the sanitizer cannot see, so that every lock would look like none.
   Linked before GLib; GLib's own use of its locks is not touched.  Run such programs with
   G_SLICE=always-malloc, since GLib's slices pass memory between threads under its own locks. */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include <glib.h>

/* A zeroed GMutex is ready for use, so the real one is made when it is first met. */
static pthread_mutex_t *
mutex_of(GMutex *mutex)
{
	pthread_mutex_t *real = __atomic_load_n((pthread_mutex_t **)&mutex->p, __ATOMIC_ACQUIRE);
	if (real != NULL)
		return real;
	pthread_mutex_t *made = malloc(sizeof *made);
	pthread_mutex_init(made, NULL);
	if (__atomic_compare_exchange_n((pthread_mutex_t **)&mutex->p, &real, made, 0,
		    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return made;
	pthread_mutex_destroy(made);
	free(made);
	return real;
}

static pthread_cond_t *
cond_of(GCond *cond)
{
	pthread_cond_t *real = __atomic_load_n((pthread_cond_t **)&cond->p, __ATOMIC_ACQUIRE);
	if (real != NULL)
		return real;
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_t *made = malloc(sizeof *made);
	pthread_cond_init(made, &attributes);
	if (__atomic_compare_exchange_n((pthread_cond_t **)&cond->p, &real, made, 0,
		    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return made;
	pthread_cond_destroy(made);
	free(made);
	return real;
}

void
g_mutex_init(GMutex *mutex)
{
	mutex->p = NULL;
}

void
g_mutex_clear(GMutex *mutex)
{
	pthread_mutex_t *real = mutex->p;
	if (real == NULL)
		return;
	pthread_mutex_destroy(real);
	free(real);
	mutex->p = NULL;
}

void
g_mutex_lock(GMutex *mutex)
{
	pthread_mutex_lock(mutex_of(mutex));
}

gboolean
g_mutex_trylock(GMutex *mutex)
{
	return pthread_mutex_trylock(mutex_of(mutex)) == 0;
}

void
g_mutex_unlock(GMutex *mutex)
{
	pthread_mutex_unlock(mutex_of(mutex));
}

void
g_cond_init(GCond *cond)
{
	cond->p = NULL;
}

void
g_cond_clear(GCond *cond)
{
	pthread_cond_t *real = cond->p;
	if (real == NULL)
		return;
	pthread_cond_destroy(real);
	free(real);
	cond->p = NULL;
}

void
g_cond_wait(GCond *cond, GMutex *mutex)
{
	pthread_cond_wait(cond_of(cond), mutex_of(mutex));
}

gboolean
g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end)
{
	struct timespec until = { end / G_USEC_PER_SEC, end % G_USEC_PER_SEC * 1000 };
	return pthread_cond_timedwait(cond_of(cond), mutex_of(mutex), &until) != ETIMEDOUT;
}

void
g_cond_signal(GCond *cond)
{
	pthread_cond_signal(cond_of(cond));
}

void
g_cond_broadcast(GCond *cond)
{
	pthread_cond_broadcast(cond_of(cond));
}

/* ---- what is begun once ---- */

/* Macros of GLib look at the location first. */
#undef g_once_init_enter
#undef g_once_init_leave

/* Beginnings under way at one time; one may need another. */
#define MOST_BEGINNINGS 64

static pthread_mutex_t once_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t once_over = PTHREAD_COND_INITIALIZER;
static const void *beginnings[MOST_BEGINNINGS]; /* the locations; NULL: free */

static const void **
find_beginning(const void *location)
{
	for (size_t i = 0; i < MOST_BEGINNINGS; i++)
		if (beginnings[i] == location)
			return &beginnings[i];
	return NULL;
}

gboolean
g_once_init_enter(volatile void *location)
{
	const gsize *value = (const gsize *)location;
	pthread_mutex_lock(&once_lock);
	while (__atomic_load_n(value, __ATOMIC_ACQUIRE) == 0 && find_beginning(value) != NULL)
		pthread_cond_wait(&once_over, &once_lock);
	bool first = __atomic_load_n(value, __ATOMIC_ACQUIRE) == 0;
	if (first) {
		const void **place = find_beginning(NULL);
		if (place == NULL)
			abort();
		*place = value;
	}
	pthread_mutex_unlock(&once_lock);
	return first;
}

void
g_once_init_leave(volatile void *location, gsize result)
{
	gsize *value = (gsize *)location;
	pthread_mutex_lock(&once_lock);
	__atomic_store_n(value, result, __ATOMIC_RELEASE);
	*find_beginning(value) = NULL;
	pthread_cond_broadcast(&once_over);
	pthread_mutex_unlock(&once_lock);
}
