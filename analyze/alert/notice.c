/* What is told. */
#include "analyze/alert/notice.h"

#include <string.h>

#include "analyze/html.h"
#include "analyze/json_writer.h"
#include "analyze/readiness.h"
#include "ingest/instant.h"
#include "ingest/printable.h"

/* A subject is no longer; mail programs show less. */
#define MOST_TITLE 150

void
notice_text_clear(struct notice_text *text)
{
	g_free(text->title);
	g_free(text->words);
	g_free(text->body);
}

char *
notice_id(void)
{
	g_autofree char *uuid = g_uuid_string_random();
	g_auto(GStrv) parts = g_strsplit(uuid, "-", -1);
	return g_strjoinv("", parts);
}

/* Text of strangers', one line. */
static void
put_line(GString *out, const char *text)
{
	g_autofree char *plain = printable(text, 0);
	g_string_append(out, plain);
}

/* The same with the line ends it has, which a policy's text has. */
static void
put_lines(GString *out, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line != NULL; line++) {
		g_strchomp(*line);
		if (**line == '\0')
			continue;
		g_string_append(out, line == lines ? "" : "    ");
		put_line(out, *line);
		g_string_append_c(out, '\n');
	}
}

/* ---- one domain ---- */

static const struct change *
find_verdict(const GArray *told)
{
	for (guint i = 0; i < told->len; i++) {
		const struct change *change = &g_array_index(told, struct change, i);
		if (change->condition.kind == CONDITION_VERDICT)
			return change;
	}
	return NULL;
}

/* What stands in a title for a change. */
static char *
name_of(const struct change *change)
{
	const struct condition *condition = &change->condition;
	static const char *const said[] = { "begun", "worse", "over" };
	switch (condition->kind) {
	case CONDITION_REASON:
	case CONDITION_FAILURE:
		return g_strdup_printf("%s %s", condition->subject, said[change->what]);
	case CONDITION_CERTIFICATE:
		return change->what == CHANGE_ENDED
			       ? g_strdup_printf(
					 "certificate of %s renewed or gone", condition->subject)
			       : g_strdup_printf(
					 "certificate of %s near its end", condition->subject);
	case CONDITION_SILENCE:
		return g_strdup(
			change->what == CHANGE_ENDED ? "reports come again" : "reports stopped");
	case CONDITION_POLICY:
		return g_strdup("policy changed");
	case CONDITION_RECORD:
		return g_strdup("_mta-sts record changed");
	case CONDITION_TLSRPT:
		return g_strdup("_smtp._tls record changed");
	case CONDITION_MX:
		return g_strdup("MX hosts changed");
	case CONDITION_VERDICT:
	case CONDITION_UNSURE:
	case CONDITION_KINDS:
		break;
	}
	return g_strdup("");
}

static char *
title_of(const struct evidence *evidence, const struct judgement *judgement, const GArray *told)
{
	g_autoptr(GString) out = g_string_new(evidence->domain);
	const struct change *verdict = find_verdict(told);
	g_string_append_printf(out, ": %s", readiness_word(judgement->verdict));
	if (verdict != NULL && verdict->before != NULL)
		g_string_append_printf(out, " (was %s)", verdict->before);
	const struct change *first = NULL;
	for (guint i = 0; i < told->len && first == NULL; i++)
		if (&g_array_index(told, struct change, i) != verdict)
			first = &g_array_index(told, struct change, i);
	if (first != NULL) {
		g_autofree char *name = name_of(first);
		guint more = told->len - 1 - (verdict != NULL);
		g_string_append(out, ", ");
		put_line(out, name);
		if (more > 0)
			g_string_append_printf(out, " and %u more", more);
	}
	return printable(out->str, MOST_TITLE);
}

static void
put_change(GString *out, const struct change *change)
{
	const struct condition *condition = &change->condition;
	if (change->what == CHANGE_ENDED) {
		g_autofree char *name = name_of(change);
		g_string_append(out, "Resolved: ");
		put_line(out, name);
		g_string_append(out, "\n\n");
		return;
	}
	put_lines(out, condition->text);
	if (condition->kind != CONDITION_POLICY && condition->kind != CONDITION_VERDICT &&
		change->before != NULL && *change->before != '\0') {
		g_string_append(out, "    Before: ");
		put_line(out, change->before);
		g_string_append_c(out, '\n');
	}
	if (condition->kind == CONDITION_VERDICT && change->before != NULL)
		g_string_append_printf(out, "    Before: %s\n", change->before);
	if (condition->remedy != NULL) {
		g_string_append(out, "    Remedy: ");
		put_line(out, condition->remedy);
		g_string_append_c(out, '\n');
	}
	g_string_append_c(out, '\n');
}

static void
put_plan(GString *out, const struct judgement *judgement)
{
	if (judgement->n_plan == 0)
		return;
	g_string_append(out, "What to do:\n\n");
	for (size_t i = 0; i < judgement->n_plan; i++) {
		const struct plan_step *step = &judgement->plan[i];
		g_string_append_printf(out, "  %s: ", step->when);
		put_line(out, step->text);
		g_string_append_c(out, '\n');
		if (step->publish != NULL) {
			g_string_append(out, "    ");
			put_lines(out, step->publish);
		}
	}
	g_string_append_c(out, '\n');
}

static char *
words_of(const struct evidence *evidence, const struct judgement *judgement, const GArray *told)
{
	char at[INSTANT_TEXT_BYTES];
	GString *out = g_string_new(NULL);
	for (guint i = 0; i < told->len; i++)
		put_change(out, &g_array_index(told, struct change, i));
	if (find_verdict(told) != NULL)
		put_plan(out, judgement);
	g_string_append_printf(out, "%s, as judged for %s.\nAll of it: stsready readiness %s\n",
		evidence->domain, instant_text(evidence->at, at), evidence->domain);
	return g_string_free(out, FALSE);
}

static void
put_json_change(struct json_writer *json, const struct change *change)
{
	static const char *const severities[] = { "info", "warn", "block" };
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

static void
begin_body(
	struct json_writer *json, const char *kind, const char *id, int64_t at, const char *title)
{
	json_begin(json, NULL, '{');
	json_add_text(json, "type", kind);
	json_add_text(json, "id", id);
	json_add_instant(json, "at", at);
	json_add_text(json, "title", title);
}

void
notice_compose(struct notice_text *text, const char *id, const struct evidence *evidence,
	const struct judgement *judgement, const GArray *told)
{
	struct json_writer json = { g_string_new(NULL), false };
	text->title = title_of(evidence, judgement, told);
	text->words = words_of(evidence, judgement, told);
	begin_body(&json, "notice", id, evidence->at, text->title);
	json_add_text(&json, "domain", evidence->domain);
	json_add_text(&json, "verdict", verdict_name(judgement->verdict));
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
	text->title = g_strdup("a test of stsready");
	text->words =
		g_strdup("This is a test: `stsready watch --test` was run.\n"
			 "What changes about the domains that are watched is told this way.\n");
	begin_body(&json, "test", id, now, text->title);
	json_end(&json, '}');
	text->body = g_string_free(json.out, FALSE);
}

void
notice_join(struct notice_text *text, const GArray *notices)
{
	GString *words = g_string_new("Much changed at once:\n\n");
	for (guint i = 0; i < notices->len; i++)
		g_string_append_printf(
			words, "  %s\n", g_array_index(notices, struct alert_notice, i).title);
	for (guint i = 0; i < notices->len; i++) {
		const struct alert_notice *notice = &g_array_index(notices, struct alert_notice, i);
		g_string_append_printf(words, "\n---- %s ----\n\n%s", notice->title, notice->words);
	}
	text->title = g_strdup_printf("%u changes, first: %s", notices->len,
		g_array_index(notices, struct alert_notice, 0).title);
	text->words = g_string_free(words, FALSE);
	text->body = NULL;
}

/* ---- the weekly digest ---- */

static void
put_digest_words(GString *out, const GArray *lines, const GArray *events)
{
	g_string_append(out, "Domains, worst first\n\n");
	for (guint i = 0; i < lines->len; i++) {
		const struct digest_line *line = &g_array_index(lines, struct digest_line, i);
		g_string_append_printf(
			out, "  %-14s %s\n", readiness_word(line->verdict), line->domain);
		if (line->headline != NULL) {
			g_string_append_printf(out, "  %-14s ", "");
			put_line(out, line->headline);
			g_string_append_c(out, '\n');
		}
	}
	if (lines->len == 0)
		g_string_append(out, "  none is watched\n");
	g_string_append(out, "\nWhat changed in the week\n\n");
	for (guint i = 0; i < events->len; i++) {
		const struct digest_event *event = &g_array_index(events, struct digest_event, i);
		char day[INSTANT_DAY_TEXT_BYTES];
		g_string_append_printf(out, "  %s  %s\n",
			instant_day_text(instant_day(event->at), day), event->title);
	}
	if (events->len == 0)
		g_string_append(out, "  nothing\n");
}

void
notice_digest(struct notice_text *text, const char *id, int64_t now, const GArray *lines,
	const GArray *events)
{
	struct json_writer json = { g_string_new(NULL), false };
	unsigned bad = 0;
	GString *words = g_string_new(NULL);
	for (guint i = 0; i < lines->len; i++)
		bad += verdict_exit(g_array_index(lines, struct digest_line, i).verdict) >= 2;
	text->title = g_strdup_printf("the week: %u %s watched, %u to mend, %u %s", lines->len,
		lines->len == 1 ? "domain" : "domains", bad, events->len,
		events->len == 1 ? "change" : "changes");
	put_digest_words(words, lines, events);
	text->words = g_string_free(words, FALSE);
	begin_body(&json, "digest", id, now, text->title);
	json_begin(&json, "domains", '[');
	for (guint i = 0; i < lines->len; i++) {
		const struct digest_line *line = &g_array_index(lines, struct digest_line, i);
		json_begin(&json, NULL, '{');
		json_add_text(&json, "domain", line->domain);
		json_add_text(&json, "verdict", verdict_name(line->verdict));
		json_add_text(&json, "why", line->headline);
		json_end(&json, '}');
	}
	json_end(&json, ']');
	json_end(&json, '}');
	text->body = g_string_free(json.out, FALSE);
}

char *
notice_digest_html(const char *words, const char *title)
{
	GString *out = g_string_new(NULL);
	g_auto(GStrv) lines = g_strsplit(words, "\n", -1);
	bool open = false;
	html_begin(out, title);
	html_element(out, "h1", NULL, title);
	for (char **line = lines; *line != NULL; line++) {
		bool heading = **line != ' ' && **line != '\0';
		if (open != (**line == ' ')) {
			g_string_append(out, open ? "</pre>\n" : heading ? "" : "<pre>");
			open = !open && !heading;
		}
		if (heading)
			html_element(out, "h2", NULL, *line);
		else if (open) {
			html_escape(out, *line + 2);
			g_string_append_c(out, '\n');
		}
	}
	g_string_append(out, open ? "</pre>\n" : "");
	html_end(out);
	return g_string_free(out, FALSE);
}
