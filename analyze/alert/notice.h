/* What is told: a title, a message, and the same for programs. */
#pragma once

#include "analyze/alert/condition.h"
#include "sql/alert_store.h"

struct notice_text {
	char *title; /* one line, for a subject */
	char *words; /* a message */
	char *body;  /* one JSON object */
};
void notice_text_clear(struct notice_text *text);

/* A random id, 32 hex digits; g_free it. */
char *notice_id(void);

/* Of one domain.  told: of struct change, one at least. */
void notice_compose(struct notice_text *text, const char *id, const struct evidence *evidence,
	const struct judgement *judgement, const GArray *told);

/* A sample, to try the ways out. */
void notice_sample(struct notice_text *text, const char *id, int64_t now);

/* Many at once, where a message each would be too many: notices of struct alert_notice. */
void notice_join(struct notice_text *text, const GArray *notices);

/* ---- the weekly digest ---- */

/* A domain as it stands. */
struct digest_line {
	char *domain;
	enum verdict verdict;
	char *headline; /* NULL: none */
};

/* Something that was told in the week. */
struct digest_event {
	char *domain, *title;
	int64_t at;
};

/* lines of struct digest_line, events of struct digest_event. */
void notice_digest(struct notice_text *text, const char *id, int64_t now, const GArray *lines,
	const GArray *events);
/* The HTML of a digest, from its body; NULL: it is none.  g_free it. */
char *notice_digest_html(const char *words, const char *title);
