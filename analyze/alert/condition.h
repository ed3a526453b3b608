/* What is worth telling about a domain, and what of it is new.  Pure: from evidence, judgement and
   what was told before, without input, output or clock. */
#pragma once

#include <glib.h>

#include "analyze/verdict.h"

/* States tell when they change; problems tell when they begin, get worse, and end. */
enum condition_kind {
	CONDITION_VERDICT,
	CONDITION_REASON, /* something blocks: the subject is its code, the state who and what */
	CONDITION_CERTIFICATE, /* one nears its end: the subject is the host, the state days: 14, 3,
				  0 */
	CONDITION_SILENCE,     /* reports stopped */
	CONDITION_FAILURE,     /* reports of these days tell of it: result type and host */
	CONDITION_POLICY,      /* the text that is served */
	CONDITION_RECORD,      /* the id of the _mta-sts record */
	CONDITION_TLSRPT,      /* whether reports are asked for */
	CONDITION_MX,          /* names of MX hosts */
	CONDITION_UNSURE,      /* since when nothing can be told; not told itself */
	CONDITION_KINDS
};

/* "verdict" ... */
const char *condition_kind_name(enum condition_kind kind);

struct condition {
	enum condition_kind kind;
	const char *subject, *state;
	enum seen_severity severity;
	const char *text;
	const char *remedy; /* NULL: none */
	int64_t since;      /* when it came to be so, where that was told before */
};

/* What is so now. */
struct conditions {
	GArray *list;                 /* of struct condition */
	bool unsure[CONDITION_KINDS]; /* nothing can be said about that kind: what was told holds */
};

/* Texts come from the evidence's arena. */
struct conditions condition_gather(
	const struct evidence *evidence, const struct judgement *judgement);
void condition_clear(struct conditions *conditions);

/* A verdict that nothing can be told is told only when it has lasted so long. */
#define CONDITION_UNSURE_SECONDS (24 * 3600)

enum change_what { CHANGE_BEGAN, CHANGE_CHANGED, CHANGE_ENDED };
const char *change_what_name(enum change_what what);

struct change {
	enum change_what what;
	struct condition condition; /* ended: as it was told, without words */
	const char *before;         /* the state; NULL: it was not told before */
};

/* What is to be kept in mind, and what is to be told, of which the former is the latter's ground.
 */
struct changes {
	GArray *told; /* of struct change */
	GArray *put;  /* of struct condition: now, or in another state */
	GArray *drop; /* of struct condition: no more */
};

/* before: of struct condition, as they were kept in mind; none: nothing ever was, and then only
   what blocks is told.  States refer to both. */
struct changes condition_compare(const struct conditions *now, const GArray *before, int64_t at);
void condition_clear_changes(struct changes *changes);
