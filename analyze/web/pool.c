/* Connections to the database for threads to share. */
#include "analyze/web/pool.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sql/session.h"

/* Seconds for which a connection may be out: more than a statement may take, see session.h. */
#define MOST_SECONDS 15

/* A connection and, to cut it by, a descriptor of our own of its socket: libpq may close its own
   any time, and another file may then have that number. */
struct seat {
	struct db *db;
	int handle;
	int64_t since; /* it is out; 0: idle */
};

struct pool {
	char *url;
	GMutex mutex;
	GCond given;
	GPtrArray *seats; /* of struct seat: idle and out */
	unsigned left;    /* that may be made yet */
	bool closed;
};

struct pool *
pool_new(const char *url, unsigned size)
{
	struct pool *pool = g_new0(struct pool, 1);
	pool->url = g_strdup(url);
	pool->seats = g_ptr_array_new();
	pool->left = size;
	g_mutex_init(&pool->mutex);
	g_cond_init(&pool->given);
	return pool;
}

static void
free_seat(struct seat *seat)
{
	if (seat == NULL)
		return;
	db_close(seat->db);
	if (seat->handle >= 0)
		close(seat->handle);
	g_free(seat);
}

void
pool_free(struct pool *pool)
{
	if (pool == NULL)
		return;
	for (guint i = 0; i < pool->seats->len; i++)
		free_seat(pool->seats->pdata[i]);
	g_ptr_array_unref(pool->seats);
	g_mutex_clear(&pool->mutex);
	g_cond_clear(&pool->given);
	g_free(pool->url);
	g_free(pool);
}

/* ---- cutting ---- */

static void
cut(const struct seat *seat)
{
	if (seat->handle >= 0)
		shutdown(seat->handle, SHUT_RDWR);
}

void
pool_tend(struct pool *pool)
{
	int64_t now = g_get_monotonic_time();
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&pool->mutex);
	for (guint i = 0; i < pool->seats->len; i++) {
		const struct seat *seat = pool->seats->pdata[i];
		if (seat->since != 0 && now - seat->since > MOST_SECONDS * G_USEC_PER_SEC)
			cut(seat);
	}
}

void
pool_close(struct pool *pool)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&pool->mutex);
	pool->closed = true;
	for (guint i = 0; i < pool->seats->len; i++)
		cut(pool->seats->pdata[i]);
	g_cond_broadcast(&pool->given);
}

/* ---- taking ---- */

/* With the lock held. */
static struct seat *
find_idle(struct pool *pool)
{
	for (guint i = pool->seats->len; i-- > 0;) {
		struct seat *seat = pool->seats->pdata[i];
		if (seat->since == 0)
			return seat;
	}
	return NULL;
}

/* *seat: one that was used before; else NULL, and the right to make a new one.  False: closed. */
static bool
take_seat(struct pool *pool, struct seat **seat)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&pool->mutex);
	while (!pool->closed && (*seat = find_idle(pool)) == NULL && pool->left == 0)
		g_cond_wait(&pool->given, &pool->mutex);
	if (pool->closed)
		return false;
	if (*seat != NULL)
		(*seat)->since = g_get_monotonic_time();
	else
		pool->left--;
	return true;
}

/* A server that ended says so, or at least closes; one that is well says nothing unasked. */
static bool
is_good(const struct seat *seat)
{
	struct pollfd polled = { .fd = seat->handle, .events = POLLIN };
	return db_alive(seat->db) && poll(&polled, 1, 0) == 0;
}

static void
drop(struct pool *pool, struct seat *seat)
{
	g_mutex_lock(&pool->mutex);
	g_ptr_array_remove_fast(pool->seats, seat);
	g_mutex_unlock(&pool->mutex);
	free_seat(seat);
}

static void
leave_place(struct pool *pool)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&pool->mutex);
	pool->left++;
	g_cond_signal(&pool->given);
}

static struct db *
open_seat(struct pool *pool, GError **error)
{
	struct db *db = db_open(pool->url, error);
	if (db == NULL)
		return NULL;
	struct seat *seat = g_new0(struct seat, 1);
	seat->db = db;
	seat->handle = fcntl(db_socket(db), F_DUPFD_CLOEXEC, 0);
	seat->since = g_get_monotonic_time();
	g_mutex_lock(&pool->mutex);
	g_ptr_array_add(pool->seats, seat);
	if (pool->closed)
		cut(seat);
	g_mutex_unlock(&pool->mutex);
	if (session_read_only(db, error))
		return db;
	drop(pool, seat);
	return NULL;
}

struct db *
pool_take(struct pool *pool, GError **error)
{
	struct seat *seat;
	if (!take_seat(pool, &seat)) {
		g_set_error(error, DB_ERROR, DB_ERROR_AWAY, "the server is ending");
		return NULL;
	}
	if (seat != NULL && is_good(seat))
		return seat->db;
	if (seat != NULL)
		drop(pool, seat);
	struct db *db = open_seat(pool, error);
	if (db == NULL)
		leave_place(pool);
	return db;
}

void
pool_give(struct pool *pool, struct db *db)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&pool->mutex);
	for (guint i = 0; i < pool->seats->len; i++) {
		struct seat *seat = pool->seats->pdata[i];
		if (seat->db == db)
			seat->since = 0;
	}
	g_cond_signal(&pool->given);
}
