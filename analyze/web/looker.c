/* Live checks that a page asks for. */
#include "analyze/web/looker.h"

#include <glib.h>

#include "analyze/check_json.h"
#include "analyze/check_text.h"

/* Looks that may wait or be in hand. */
#define MOST_UNDER_WAY 4
#define MINUTE (60 * G_USEC_PER_SEC)

struct looker {
	const struct checker_options *options;
	unsigned a_minute;
	GThread *thread;
	GMutex mutex;
	GCond asked;
	GQueue waiting;     /* of struct look */
	unsigned under_way; /* reserved and not done */
	GQueue times;       /* of int64_t: when those of the last minute were asked for */
	bool end;
};

struct look *
look_new(const char *domain, void (*done)(struct look *look), void *user)
{
	struct look *look = g_new0(struct look, 1);
	look->domain = g_strdup(domain);
	look->done = done;
	look->user = user;
	return look;
}

void
look_free(struct look *look)
{
	if (look == NULL)
		return;
	g_free(look->domain);
	g_free(look->text);
	g_free(look->json);
	g_free(look);
}

/* ---- a look ---- */

struct run {
	struct look *look;
	bool begun;
};

static char *
next_domain(void *user)
{
	struct run *run = user;
	if (run->begun)
		return NULL;
	run->begun = true;
	return g_strdup(run->look->domain);
}

static bool
take_check(void *user, struct check *check)
{
	struct run *run = user;
	g_autoptr(GString) text = g_string_new(NULL), json = g_string_new(NULL);
	check_text(check, false, text);
	check_json(check, json);
	run->look->text = g_string_free(g_steal_pointer(&text), FALSE);
	run->look->json = g_string_free(g_steal_pointer(&json), FALSE);
	check_free(check);
	return false;
}

static void
go(struct looker *looker, struct look *look)
{
	struct run run = { look, false };
	struct checker_figures figures;
	struct checker *checker = checker_new(looker->options, NULL);
	if (checker == NULL)
		return;
	checker_run(checker, next_domain, take_check, &run, &figures);
	checker_free(checker);
}

static void *
work(void *user)
{
	struct looker *looker = user;
	g_mutex_lock(&looker->mutex);
	for (;;) {
		while (g_queue_is_empty(&looker->waiting) && !looker->end)
			g_cond_wait(&looker->asked, &looker->mutex);
		struct look *look = g_queue_pop_head(&looker->waiting);
		if (look == NULL)
			break;
		bool end = looker->end;
		g_mutex_unlock(&looker->mutex);
		if (!end)
			go(looker, look);
		look->done(look);
		g_mutex_lock(&looker->mutex);
		looker->under_way--;
	}
	g_mutex_unlock(&looker->mutex);
	return NULL;
}

/* ---- asking ---- */

static bool
may_begin(struct looker *looker)
{
	int64_t now = g_get_monotonic_time();
	while (!g_queue_is_empty(&looker->times) &&
		now - *(int64_t *)g_queue_peek_head(&looker->times) > MINUTE)
		g_free(g_queue_pop_head(&looker->times));
	if (looker->end || looker->under_way >= MOST_UNDER_WAY ||
		g_queue_get_length(&looker->times) >= looker->a_minute)
		return false;
	g_queue_push_tail(&looker->times, g_memdup2(&now, sizeof now));
	return true;
}

bool
looker_reserve(struct looker *looker)
{
	g_mutex_lock(&looker->mutex);
	bool may = may_begin(looker);
	looker->under_way += may;
	g_mutex_unlock(&looker->mutex);
	return may;
}

void
looker_ask(struct looker *looker, struct look *look)
{
	g_mutex_lock(&looker->mutex);
	g_queue_push_tail(&looker->waiting, look);
	g_cond_signal(&looker->asked);
	g_mutex_unlock(&looker->mutex);
}

struct looker *
looker_new(const struct checker_options *options, unsigned a_minute)
{
	struct looker *looker = g_new0(struct looker, 1);
	looker->options = options;
	looker->a_minute = a_minute;
	g_mutex_init(&looker->mutex);
	g_cond_init(&looker->asked);
	g_queue_init(&looker->waiting);
	g_queue_init(&looker->times);
	looker->thread = g_thread_new("looker", work, looker);
	return looker;
}

void
looker_free(struct looker *looker)
{
	if (looker == NULL)
		return;
	g_mutex_lock(&looker->mutex);
	looker->end = true;
	g_cond_signal(&looker->asked);
	g_mutex_unlock(&looker->mutex);
	g_thread_join(looker->thread);
	g_queue_clear_full(&looker->times, g_free);
	g_mutex_clear(&looker->mutex);
	g_cond_clear(&looker->asked);
	g_free(looker);
}
