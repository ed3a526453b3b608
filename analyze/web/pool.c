/* Connections to the database for threads to share. */
#include "analyze/web/pool.h"

#include "sql/session.h"

struct pool {
	char *url;
	GMutex mutex;
	GCond given;
	GPtrArray *idle; /* of struct db */
	unsigned left;   /* that may be made yet */
};

struct pool *
pool_new(const char *url, unsigned size)
{
	struct pool *pool = g_new0(struct pool, 1);
	pool->url = g_strdup(url);
	pool->idle = g_ptr_array_new();
	pool->left = size;
	g_mutex_init(&pool->mutex);
	g_cond_init(&pool->given);
	return pool;
}

void
pool_free(struct pool *pool)
{
	if (pool == NULL)
		return;
	for (guint i = 0; i < pool->idle->len; i++)
		db_close(g_ptr_array_index(pool->idle, i));
	g_ptr_array_unref(pool->idle);
	g_mutex_clear(&pool->mutex);
	g_cond_clear(&pool->given);
	g_free(pool->url);
	g_free(pool);
}

static void
leave_place(struct pool *pool)
{
	g_mutex_lock(&pool->mutex);
	pool->left++;
	g_cond_signal(&pool->given);
	g_mutex_unlock(&pool->mutex);
}

/* One that was used before, or NULL and the right to make a new one. */
static struct db *
take_idle(struct pool *pool)
{
	struct db *db = NULL;
	g_mutex_lock(&pool->mutex);
	while (pool->idle->len == 0 && pool->left == 0)
		g_cond_wait(&pool->given, &pool->mutex);
	if (pool->idle->len > 0)
		db = g_ptr_array_steal_index_fast(pool->idle, pool->idle->len - 1);
	else
		pool->left--;
	g_mutex_unlock(&pool->mutex);
	return db;
}

struct db *
pool_take(struct pool *pool, GError **error)
{
	struct db *db = take_idle(pool);
	if (db != NULL && db_alive(db))
		return db;
	db_close(db);
	db = db_open(pool->url, error);
	if (db != NULL && session_read_only(db, error))
		return db;
	db_close(db);
	leave_place(pool);
	return NULL;
}

void
pool_give(struct pool *pool, struct db *db)
{
	g_mutex_lock(&pool->mutex);
	g_ptr_array_add(pool->idle, db);
	g_cond_signal(&pool->given);
	g_mutex_unlock(&pool->mutex);
}
