/* The state of the database connection, shared by all who use it. */
#include "ingest/reach.h"

#include <stdatomic.h>

struct reach {
	const struct log *log;
	struct metrics *metrics;
	atomic_bool away;
	GMutex lock; /* over what follows */
	char *why;
	int64_t since; /* monotonic microseconds */
};

struct reach *
reach_new(const struct log *log, struct metrics *metrics)
{
	struct reach *reach = g_new0(struct reach, 1);
	reach->log = log;
	reach->metrics = metrics;
	g_mutex_init(&reach->lock);
	return reach;
}

void
reach_free(struct reach *reach)
{
	if (reach == NULL)
		return;
	g_mutex_clear(&reach->lock);
	g_free(reach->why);
	g_free(reach);
}

void
reach_good(struct reach *reach)
{
	metrics_set(reach->metrics, METRICS_DATABASE_UP, 1);
	if (!atomic_load_explicit(&reach->away, memory_order_relaxed))
		return;
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&reach->lock);
	if (!atomic_exchange(&reach->away, false))
		return;
	GString *line = log_begin(reach->log, LOG_LEVEL_NOTICE, "database-back");
	log_number(line, "away_s", (g_get_monotonic_time() - reach->since) / G_USEC_PER_SEC);
	log_end(reach->log, line);
}

void
reach_bad(struct reach *reach, const char *why)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&reach->lock);
	bool was_away = atomic_exchange(&reach->away, true);
	if (!was_away)
		reach->since = g_get_monotonic_time();
	if (!was_away || g_strcmp0(reach->why, why) != 0)
		log_say(reach->log, LOG_LEVEL_ERROR, "database-away", "why", why, NULL);
	g_free(reach->why);
	reach->why = g_strdup(why);
	metrics_set(reach->metrics, METRICS_DATABASE_UP, 0);
}

bool
reach_is_away(struct reach *reach)
{
	return atomic_load_explicit(&reach->away, memory_order_relaxed);
}

char *
reach_text(struct reach *reach)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&reach->lock);
	return g_strdup(atomic_load(&reach->away) ? reach->why : "ok");
}
