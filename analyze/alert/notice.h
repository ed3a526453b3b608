/* What is told: a title, a message, and the same for programs. */
#pragma once

#include "analyze/alert/change.h"
#include "analyze/json_writer.h"
#include "analyze/judge.h"
#include "sql/alert_store.h"

struct notice_text {
	char *title;          /* one line, for a subject */
	char *words;          /* a message; lines end with a line feed */
	char *html;           /* the message as a page; NULL: none */
	char *body;           /* one JSON object */
	const char *severity; /* "info", "warn", "block" */
};
void notice_text_clear(struct notice_text *text);

/* An id, 32 hex digits: the time, so that later ones sort later, and a random part; g_free it. */
char *notice_id(void);

/* Begins the JSON object with what every kind of it has. */
void notice_begin_body(
	struct json_writer *json, const char *type, const char *id, int64_t at, const char *title);

/* Of one domain.  told: of struct change, one at least.  pages: where `stsready web` is, for a
   link; NULL: nowhere. */
void notice_compose(struct notice_text *text, const char *id, const char *pages,
	const struct judged *judged, const GArray *told);

/* A sample, to try the ways out. */
void notice_sample(struct notice_text *text, const char *id, int64_t now);

/* Many at once, where a message each would be too many: notices of struct alert_notice.  *id is the
   same for the same ones; g_free it. */
void notice_join(struct notice_text *text, char **id, const GPtrArray *notices, int64_t now);
