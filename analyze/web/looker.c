/* Live checks that a page asks for. */
#include "analyze/web/looker.h"

#include <glib.h>

#include "analyze/check_json.h"
#include "analyze/check_text.h"

/* Looks at a time: one at a domain whose hosts do not answer takes its whole minute and a half, and
   others should not wait for it. */
#define AT_ONCE 4
#define MINUTE (60 * G_USEC_PER_SEC)

struct looker {
	const struct checker_options *options;
	unsigned a_minute;
	struct desk *desk;
	GMutex mutex;
	GQueue times; /* of int64_t: when those of the last minute were asked for */
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
run_look(struct errand *errand)
{
	struct look *look = (struct look *)errand;
	struct run run = { look, false };
	struct checker_figures figures;
	struct checker *checker = checker_new(look->options, NULL);
	if (checker == NULL)
		return;
	checker_run(checker, next_domain, take_check, &run, &figures);
	checker_free(checker);
}

static void
look_done(struct errand *errand)
{
	struct look *look = (struct look *)errand;
	look->done(look);
}

/* ---- asking ---- */

static bool
is_one_more(struct looker *looker)
{
	int64_t now = g_get_monotonic_time();
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&looker->mutex);
	while (!g_queue_is_empty(&looker->times) &&
		now - *(int64_t *)g_queue_peek_head(&looker->times) > MINUTE)
		g_free(g_queue_pop_head(&looker->times));
	if (g_queue_get_length(&looker->times) >= looker->a_minute)
		return false;
	g_queue_push_tail(&looker->times, g_memdup2(&now, sizeof now));
	return true;
}

bool
looker_ask(struct looker *looker, struct look *look)
{
	look->options = looker->options;
	look->errand.run = run_look;
	look->errand.done = look_done;
	return desk_load(looker->desk) < AT_ONCE && is_one_more(looker) &&
	       desk_give(looker->desk, &look->errand);
}

/* ---- begin and end ---- */

struct looker *
looker_new(const struct checker_options *options, unsigned a_minute)
{
	const struct desk_options desk = {
		.name = "looker", .threads = AT_ONCE, .most_waiting = AT_ONCE
	};
	struct looker *looker = g_new0(struct looker, 1);
	looker->options = options;
	looker->a_minute = a_minute;
	g_mutex_init(&looker->mutex);
	g_queue_init(&looker->times);
	looker->desk = desk_new(&desk);
	return looker;
}

void
looker_close(struct looker *looker)
{
	desk_close(looker->desk);
}

bool
looker_is_idle(struct looker *looker)
{
	return desk_load(looker->desk) == 0;
}

void
looker_free(struct looker *looker)
{
	if (looker == NULL)
		return;
	desk_free(looker->desk);
	g_queue_clear_full(&looker->times, g_free);
	g_mutex_clear(&looker->mutex);
	g_free(looker);
}
