/* What is new about a domain: judged, compared with what was told, and stored to be told. */
#pragma once

#include "analyze/alert/outlet.h"
#include "analyze/alert/notice.h"
#include "analyze/judge.h"

struct news_options {
	const GPtrArray *outlets; /* of struct outlet, which each notice goes by */
	const char *pages;        /* where `stsready web` is; NULL: nowhere */
};

/* What a look at the news of a domain came to. */
struct news {
	enum verdict verdict;
	unsigned told;  /* changes that are to be told */
	char *headline; /* the heaviest of what it rests on; g_free it; NULL: nothing */
};

/* Judges the domain; keeps in mind what is so, and what is to be told of it, in one transaction.
   False with error. */
bool news_gather(struct db *db, const struct news_options *options,
	const struct judge_request *request, struct news *news, GError **error);

/* Stores a notice to go by all outlets but, without the journal, by that. */
bool news_store(struct db *db, const GPtrArray *outlets, bool journal, const char *domain,
	const char *id, const struct notice_text *text, GError **error);
