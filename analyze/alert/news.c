/* What is new about a domain. */
#include "analyze/alert/news.h"

#include <string.h>

#include "analyze/alert/notice_words.h"
#include "sql/transaction.h"

/* ---- what was told before ---- */

struct before {
	struct arena *arena;
	GArray *list; /* of struct condition */
};

static bool
take_told(void *user, const char *kind, const char *subject, const char *state, int64_t since)
{
	struct before *before = user;
	struct condition condition = { .subject = arena_strdup(before->arena, subject),
		.state = arena_strdup(before->arena, state),
		.since = since };
	for (int i = 0; i < CONDITION_KINDS; i++) {
		if (strcmp(kind, condition_kind_name((enum condition_kind)i)) != 0)
			continue;
		condition.kind = (enum condition_kind)i;
		g_array_append_val(before->list, condition);
	}
	return true; /* one that only a later version knows is passed over */
}

/* ---- storing ---- */

bool
news_store(struct db *db, const GPtrArray *outlets, bool journal, const char *domain,
	const char *id, const struct notice_text *text, GError **error)
{
	const struct alert_notice notice = { .domain = domain,
		.id = id,
		.made_at = g_get_real_time() / G_USEC_PER_SEC,
		.severity = text->severity,
		.title = text->title,
		.words = text->words,
		.html = text->html,
		.body = text->body };
	for (guint i = 0; i < outlets->len; i++) {
		const struct outlet *outlet = outlets->pdata[i];
		if ((journal || outlet->kind != OUTLET_JOURNAL) &&
			!alert_add(db, &notice, outlet->name, error))
			return false;
	}
	return true;
}

struct storing {
	const struct news_options *options;
	const struct judged *judged;
	const struct changes *changes;
	const char *id;
	const struct notice_text *text; /* NULL: nothing is to be told */
};

static bool
store(struct db *db, void *user, GError **error)
{
	const struct storing *storing = user;
	const struct changes *changes = storing->changes;
	const char *domain = storing->judged->evidence->domain;
	/* what was told before goes first: the same may be put anew */
	for (guint i = 0; i < changes->drop->len; i++) {
		const struct condition *drop = &g_array_index(changes->drop, struct condition, i);
		if (!alert_drop(db, domain, condition_kind_name(drop->kind), drop->subject, error))
			return false;
	}
	for (guint i = 0; i < changes->put->len; i++) {
		const struct condition *put = &g_array_index(changes->put, struct condition, i);
		if (!alert_put(db, domain, condition_kind_name(put->kind), put->subject, put->state,
			    put->since, error))
			return false;
	}
	return storing->text == NULL || news_store(db, storing->options->outlets, true, domain,
						storing->id, storing->text, error);
}

static bool
store_changes(struct db *db, const struct news_options *options, const struct judged *judged,
	const struct changes *changes, GError **error)
{
	struct notice_text text = { NULL };
	g_autofree char *id = notice_id();
	bool tells = changes->told->len > 0;
	if (!tells && changes->put->len == 0 && changes->drop->len == 0)
		return true;
	if (tells)
		notice_compose(&text, id, options->pages, judged, changes->told);
	struct storing storing = { options, judged, changes, id, tells ? &text : NULL };
	bool fine = transaction_run(db, store, &storing, error);
	notice_text_clear(&text);
	return fine;
}

/* ---- a domain ---- */

static void
sum_up(struct news *news, const struct judged *judged, const struct changes *changes)
{
	const struct judgement *judgement = judged->judgement;
	*news = (struct news){ .verdict = judgement->verdict, .told = changes->told->len };
	news->headline = g_strdup(notice_ground(judgement));
}

static bool
compare(struct db *db, const struct news_options *options, const struct judged *judged,
	struct arena *arena, struct news *news, GError **error)
{
	struct before before = { arena, g_array_new(FALSE, FALSE, sizeof(struct condition)) };
	bool fine = alert_told(db, judged->evidence->domain, take_told, &before, error);
	if (fine) {
		struct conditions now = condition_gather(judged->evidence, judged->judgement);
		struct changes changes =
			change_find(arena, &now, before.list, judged->evidence->at);
		fine = store_changes(db, options, judged, &changes, error);
		if (fine)
			sum_up(news, judged, &changes);
		change_clear(&changes);
		condition_clear(&now);
	}
	g_array_unref(before.list);
	return fine;
}

bool
news_gather(struct db *db, const struct news_options *options, const struct judge_request *request,
	struct news *news, GError **error)
{
	struct judged judged;
	struct arena *arena = arena_new();
	bool fine = judge_domain(db, arena, request, &judged, error) &&
		    compare(db, options, &judged, arena, news, error);
	arena_free(arena);
	return fine;
}
