/* Telling what is stored to be told. */
#include "analyze/alert/teller.h"

#include "analyze/alert/notice.h"
#include "analyze/command.h"

/* From one look at what is due to the next, unless woken. */
#define PAUSE_SECONDS 5
/* Before what did not go is tried again: doubled each time. */
#define FIRST_WAIT 10
#define LONGEST_WAIT 3600
#define MOST_DOUBLINGS 9
#define HOUR 3600

/* ---- what is due ---- */

static void
free_notice(void *memory)
{
	struct alert_notice *notice = memory;
	g_free((char *)notice->domain);
	g_free((char *)notice->id);
	g_free((char *)notice->severity);
	g_free((char *)notice->title);
	g_free((char *)notice->words);
	g_free((char *)notice->html);
	g_free((char *)notice->body);
	g_free(notice);
}

static bool
keep(void *user, const struct alert_notice *due)
{
	GPtrArray *notices = user;
	struct alert_notice *notice = g_memdup2(due, sizeof *due);
	notice->domain = g_strdup(due->domain);
	notice->id = g_strdup(due->id);
	notice->severity = g_strdup(due->severity);
	notice->title = g_strdup(due->title);
	notice->words = g_strdup(due->words);
	notice->html = g_strdup(due->html);
	notice->body = g_strdup(due->body);
	g_ptr_array_add(notices, notice);
	return true;
}

/* ---- one outlet ---- */

struct telling {
	const struct teller_options *options;
	struct outlet *outlet;
	struct db *db;
	unsigned failed;
};

static int64_t
now(void)
{
	return g_get_real_time() / G_USEC_PER_SEC;
}

static int64_t
wait_after(int64_t attempts)
{
	int64_t wait = MIN((int64_t)FIRST_WAIT << MIN(attempts, MOST_DOUBLINGS), LONGEST_WAIT);
	/* not all at the same moment */
	return wait + g_random_int_range(0, (int)(wait / 4 + 1));
}

/* When notices that did not go, the oldest first, are tried again: what went together waits
 * together.
 */
static int64_t
next_try(const GPtrArray *notices, guint place)
{
	const struct alert_notice *oldest = notices->pdata[place];
	return now() + wait_after(oldest->attempts);
}

/* Notes of those from place on, count of them, that they went; why: that they did not. */
static bool
mark(struct telling *telling, const GPtrArray *notices, guint place, guint count, const GError *why,
	GError **error)
{
	const struct outlet *outlet = telling->outlet;
	int64_t next_at = next_try(notices, place);
	for (guint i = place; i < place + count; i++) {
		const struct alert_notice *notice = notices->pdata[i];
		bool fine = why == NULL ? alert_sent(telling->db, notice->domain, notice->id,
						  outlet->name, now(), error)
					: alert_failed(telling->db, notice->domain, notice->id,
						  outlet->name, next_at, why->message, error);
		if (!fine)
			return false;
	}
	return true;
}

/* Sends one that stands for count of them, and marks these.  *went: whether it did. */
static bool
send(struct telling *telling, const struct alert_notice *notice, const GPtrArray *notices,
	guint place, guint count, bool *went, GError **error)
{
	const struct teller_options *options = telling->options;
	g_autoptr(GError) why = NULL;
	*went = outlet_send(options->outlets, telling->outlet, notice, &why);
	if (!*went) {
		telling->failed += count;
		log_say(options->outlets->log, LOG_LEVEL_WARNING, "not-told", "outlet",
			telling->outlet->name, "title", notice->title, "why", why->message, NULL);
	}
	return mark(telling, notices, place, count, why, error);
}

static bool
send_joined(struct telling *telling, const GPtrArray *notices, bool *went, GError **error)
{
	struct notice_text text;
	g_autofree char *id = NULL;
	notice_join(&text, &id, notices, now());
	const struct alert_notice notice = { .domain = "",
		.id = id,
		.made_at = now(),
		.severity = text.severity,
		.title = text.title,
		.words = text.words,
		.html = text.html,
		.body = text.body };
	bool fine = send(telling, &notice, notices, 0, notices->len, went, error);
	notice_text_clear(&text);
	return fine;
}

/* A way that failed once is not tried with the rest. */
static bool
send_each(struct telling *telling, const GPtrArray *notices, bool *went, GError **error)
{
	*went = true;
	for (guint i = 0; i < notices->len && *went && command_stop == 0; i++)
		if (!send(telling, notices->pdata[i], notices, i, 1, went, error))
			return false;
	return true;
}

/* Those that have a page are sent by themselves, whatever else there is; moves them to pages. */
static void
take_pages(GPtrArray *notices, GPtrArray *pages)
{
	for (guint i = notices->len; i > 0; i--) {
		const struct alert_notice *notice = notices->pdata[i - 1];
		if (notice->html != NULL)
			g_ptr_array_insert(pages, 0, g_ptr_array_steal_index(notices, i - 1));
	}
}

/* Whether so much mail went within the hour that more of it waits for an hour, to go as one. */
static bool
is_held(const struct telling *telling, const GPtrArray *notices)
{
	const struct outlet *outlet = telling->outlet;
	const struct alert_notice *oldest = notices->pdata[0];
	return outlet->kind == OUTLET_MAIL && outlet_is_full(outlet) &&
	       now() - oldest->made_at < HOUR && now() >= oldest->made_at;
}

static bool
send_plain(struct telling *telling, const GPtrArray *notices, bool *went, GError **error)
{
	const struct outlet *outlet = telling->outlet;
	bool late = outlet->kind == OUTLET_MAIL && outlet_is_full(outlet);
	if (outlet->kind != OUTLET_JOURNAL &&
		(notices->len >= telling->options->many || (late && notices->len > 1)))
		return send_joined(telling, notices, went, error);
	return send_each(telling, notices, went, error);
}

/* What is due now.  *more: it all went, and there may be more. */
static bool
tell_due(struct telling *telling, bool *more, GError **error)
{
	g_autoptr(GPtrArray) notices = g_ptr_array_new_with_free_func(free_notice);
	g_autoptr(GPtrArray) pages = g_ptr_array_new_with_free_func(free_notice);
	*more = false;
	if (!alert_due(telling->db, telling->outlet->name, now(), keep, notices, error))
		return false;
	if (notices->len == 0)
		return true;
	take_pages(notices, pages);
	if (!send_each(telling, pages, more, error))
		return false;
	if (!*more || notices->len == 0)
		return true;
	if (is_held(telling, notices)) {
		*more = false;
		return true;
	}
	return send_plain(telling, notices, more, error);
}

static bool
tell(struct telling *telling, GError **error)
{
	bool more = true;
	while (more && command_stop == 0)
		if (!tell_due(telling, &more, error))
			return false;
	return true;
}

bool
teller_round(const struct teller_options *options, struct db *db, unsigned *failed, GError **error)
{
	*failed = 0;
	for (guint i = 0; i < options->list->len; i++) {
		struct telling telling = { options, options->list->pdata[i], db, 0 };
		if (!tell(&telling, error))
			return false;
		*failed += telling.failed;
	}
	return true;
}

/* ---- again and again ---- */

struct teller {
	struct teller_options options;
	GThread *thread;
	GMutex mutex;
	GCond changed;
	bool woken, end;
	bool away; /* the database; the thread's own */
};

/* Over a connection that holds; NULL with error. */
static struct db *
connect(struct teller *teller, struct db *db, GError **error)
{
	if (db == NULL)
		return db_open(teller->options.database, error);
	if (!db_alive(db) && !db_reconnect(db, error)) {
		db_close(db);
		return NULL;
	}
	return db;
}

static void
go_round(struct teller *teller, struct db **db)
{
	g_autoptr(GError) error = NULL;
	unsigned failed;
	*db = connect(teller, *db, &error);
	bool fine = *db != NULL && teller_round(&teller->options, *db, &failed, &error);
	if (!fine && !teller->away)
		log_say(teller->options.outlets->log, LOG_LEVEL_WARNING, "database-away", "why",
			error->message, NULL);
	teller->away = !fine;
}

/* False: it is to end. */
static bool
rest(struct teller *teller)
{
	int64_t until = g_get_monotonic_time() + PAUSE_SECONDS * G_USEC_PER_SEC;
	g_mutex_lock(&teller->mutex);
	while (!teller->woken && !teller->end &&
		g_cond_wait_until(&teller->changed, &teller->mutex, until))
		;
	teller->woken = false;
	bool end = teller->end;
	g_mutex_unlock(&teller->mutex);
	return !end;
}

static void *
work(void *user)
{
	struct teller *teller = user;
	struct db *db = NULL;
	do
		go_round(teller, &db);
	while (rest(teller));
	db_close(db);
	return NULL;
}

struct teller *
teller_new(const struct teller_options *options)
{
	struct teller *teller = g_new0(struct teller, 1);
	teller->options = *options;
	g_mutex_init(&teller->mutex);
	g_cond_init(&teller->changed);
	teller->thread = g_thread_new("teller", work, teller);
	return teller;
}

void
teller_wake(struct teller *teller)
{
	g_mutex_lock(&teller->mutex);
	teller->woken = true;
	g_cond_signal(&teller->changed);
	g_mutex_unlock(&teller->mutex);
}

void
teller_free(struct teller *teller)
{
	if (teller == NULL)
		return;
	g_mutex_lock(&teller->mutex);
	teller->end = true;
	g_cond_signal(&teller->changed);
	g_mutex_unlock(&teller->mutex);
	g_thread_join(teller->thread);
	g_mutex_clear(&teller->mutex);
	g_cond_clear(&teller->changed);
	g_free(teller);
}
