/* Having the weekly digest told. */
#include "analyze/alert/digest.h"

#include "sql/transaction.h"

#define WEEK (INT64_C(7) * 24 * 3600)

static void
clear_event(void *memory)
{
	struct weekly_event *event = memory;
	g_free(event->domain);
	g_free(event->title);
}

static bool
take_event(void *user, const char *domain, int64_t at, const char *title)
{
	const struct weekly_event event = { g_strdup(domain), g_strdup(title), at };
	g_array_append_val((GArray *)user, event);
	return true;
}

struct storing {
	const struct news_options *options;
	const char *id;
	const struct notice_text *text;
};

static bool
store(struct db *db, void *user, GError **error)
{
	const struct storing *storing = user;
	return news_store(
		db, storing->options->outlets, false, "", storing->id, storing->text, error);
}

bool
digest_store(struct db *db, const struct news_options *options, const char *id, int64_t at,
	GArray *domains, GError **error)
{
	struct notice_text text = { NULL };
	g_autoptr(GArray) events = g_array_new(FALSE, FALSE, sizeof(struct weekly_event));
	g_array_set_clear_func(events, clear_event);
	if (!alert_week(db, g_get_real_time() / G_USEC_PER_SEC - WEEK, take_event, events, error))
		return false;
	weekly_compose(&text, id, at, domains, events, options->pages);
	struct storing storing = { options, id, &text };
	bool fine = transaction_run(db, store, &storing, error);
	notice_text_clear(&text);
	return fine;
}
