/* What is told. */
#include "analyze/alert/notice.h"

#include <string.h>

#include "analyze/alert/notice_words.h"
#include "analyze/alert/wrapped.h"
#include "analyze/json_writer.h"

void
notice_text_clear(struct notice_text *text)
{
	g_free(text->title);
	g_free(text->words);
	g_free(text->html);
	g_free(text->body);
}

char *
notice_id(void)
{
	return g_strdup_printf("%013" G_GINT64_MODIFIER "x%08x%08x%03x", g_get_real_time(),
		g_random_int(), g_random_int(), g_random_int() >> 20);
}

/* Of many notices, told with all their words in one message. */
#define MOST_WHOLE 20

static const char *const severities[] = { "info", "warn", "block" };

/* The worst of what is so now. */
static const char *
severity_of(const GArray *told)
{
	enum seen_severity worst = SEEN_INFO;
	for (guint i = 0; i < told->len; i++) {
		const struct change *change = &g_array_index(told, struct change, i);
		if (change->what != CHANGE_ENDED)
			worst = MAX(worst, change->condition.severity);
	}
	return severities[worst];
}

/* ---- one domain ---- */

static void
put_json_change(struct json_writer *json, const struct change *change)
{
	const struct condition *condition = &change->condition;
	json_begin(json, NULL, '{');
	json_add_text(json, "change", change_what_name(change->what));
	json_add_text(json, "kind", condition_kind_name(condition->kind));
	json_add_text(json, "subject", *condition->subject != '\0' ? condition->subject : NULL);
	json_add_text(json, "severity",
		change->what == CHANGE_ENDED ? "info" : severities[condition->severity]);
	json_add_text(json, "text", condition->text);
	json_add_text(json, "remedy", condition->remedy);
	json_add_text(json, "before", change->before);
	json_add_text(json, "after", change->what == CHANGE_ENDED ? NULL : condition->state);
	json_end(json, '}');
}

void
notice_begin_body(
	struct json_writer *json, const char *type, const char *id, int64_t at, const char *title)
{
	json_begin(json, NULL, '{');
	json_add_text(json, "type", type);
	json_add_text(json, "id", id);
	json_add_instant(json, "at", at);
	json_add_text(json, "title", title);
}

void
notice_compose(struct notice_text *text, const char *id, const char *pages,
	const struct judged *judged, const GArray *told)
{
	const struct evidence *evidence = judged->evidence;
	struct json_writer json = { g_string_new(NULL), false };
	g_autofree char *url =
		pages != NULL ? g_strdup_printf("%s/domains/%s", pages, evidence->domain) : NULL;
	*text = (struct notice_text){ .severity = severity_of(told) };
	text->title = notice_title(judged, told);
	text->words = notice_words(judged, told, url);
	notice_begin_body(&json, "notice", id, evidence->at, text->title);
	json_add_text(&json, "severity", text->severity);
	json_add_text(&json, "domain", evidence->domain);
	json_add_text(&json, "verdict", verdict_name(judged->judgement->verdict));
	json_add_text(&json, "url", url);
	json_begin(&json, "changes", '[');
	for (guint i = 0; i < told->len; i++)
		put_json_change(&json, &g_array_index(told, struct change, i));
	json_end(&json, ']');
	json_end(&json, '}');
	text->body = g_string_free(json.out, FALSE);
}

void
notice_sample(struct notice_text *text, const char *id, int64_t now)
{
	struct json_writer json = { g_string_new(NULL), false };
	*text = (struct notice_text){ .severity = "info" };
	text->title = g_strdup("a test");
	text->words =
		g_strdup("This is a test, asked for by `stsready watch --test`.\n"
			 "What changes about the domains that are watched is told this way.\n");
	notice_begin_body(&json, "test", id, now, text->title);
	json_add_text(&json, "severity", text->severity);
	json_end(&json, '}');
	text->body = g_string_free(json.out, FALSE);
}

/* ---- many at once ---- */

static const struct alert_notice *
at_place(const GPtrArray *notices, guint place)
{
	return notices->pdata[place];
}

/* The same for the same notices, so that what is sent again can be known. */
static char *
join_ids(const GPtrArray *notices)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	for (guint i = 0; i < notices->len; i++)
		g_checksum_update(sum, (const guchar *)at_place(notices, i)->id, -1);
	return g_strndup(g_checksum_get_string(sum), 32);
}

/* What blocks first, else in their order. */
static void
put_notices(GString *words, const GPtrArray *notices,
	void (*put)(GString *, const struct alert_notice *), unsigned most)
{
	unsigned count = 0;
	for (size_t k = G_N_ELEMENTS(severities); k > 0; k--)
		for (guint i = 0; i < notices->len; i++)
			if (strcmp(at_place(notices, i)->severity, severities[k - 1]) == 0 &&
				count++ < most)
				put(words, at_place(notices, i));
}

static void
put_title(GString *words, const struct alert_notice *notice)
{
	g_string_append(words, "  - ");
	wrapped_append(words, 4, 4, notice->title);
}

static void
put_words(GString *words, const struct alert_notice *notice)
{
	g_string_append_printf(
		words, "\n%s\n%s", "--------------------------------", notice->words);
}

/* All by their titles, the heaviest with all their words. */
static char *
join_words(const GPtrArray *notices)
{
	GString *words = g_string_new("Much changed at once; the heaviest first.\n\n");
	put_notices(words, notices, put_title, notices->len);
	put_notices(words, notices, put_words, MOST_WHOLE);
	if (notices->len > MOST_WHOLE)
		g_string_append_printf(words, "\nOf the other %u `stsready readiness` says all.\n",
			notices->len - MOST_WHOLE);
	return g_string_free(words, FALSE);
}

static const char *
join_severity(const GPtrArray *notices)
{
	size_t worst = 0;
	for (guint i = 0; i < notices->len; i++)
		for (size_t k = worst; k < G_N_ELEMENTS(severities); k++)
			if (strcmp(at_place(notices, i)->severity, severities[k]) == 0)
				worst = k;
	return severities[worst];
}

static const struct alert_notice *
heaviest(const GPtrArray *notices)
{
	const char *worst = join_severity(notices);
	for (guint i = 0; i < notices->len; i++)
		if (strcmp(at_place(notices, i)->severity, worst) == 0)
			return at_place(notices, i);
	return at_place(notices, 0);
}

void
notice_join(struct notice_text *text, char **id, const GPtrArray *notices, int64_t now)
{
	struct json_writer json = { g_string_new(NULL), false };
	*id = join_ids(notices);
	*text = (struct notice_text){ .severity = join_severity(notices) };
	text->title = g_strdup_printf(
		"%u changes, the heaviest: %s", notices->len, heaviest(notices)->title);
	text->words = join_words(notices);
	notice_begin_body(&json, "notices", *id, now, text->title);
	json_add_text(&json, "severity", text->severity);
	json_begin(&json, "notices", '[');
	for (guint i = 0; i < notices->len; i++)
		json_add_raw(&json, NULL, at_place(notices, i)->body);
	json_end(&json, ']');
	json_end(&json, '}');
	text->body = g_string_free(json.out, FALSE);
}
