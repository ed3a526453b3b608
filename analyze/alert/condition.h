/* What is so about a domain and worth telling.  Pure: from evidence and judgement, without input,
   output or clock. */
#pragma once

#include <glib.h>

#include "analyze/verdict.h"

/* States tell when they change; problems tell when they begin, get worse, and end.  The last two
   are not told: they keep in mind what is told later; see change.h. */
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
	CONDITION_HELD,        /* a change, of the subject "KIND SUBJECT", that must last first */
	CONDITION_RESTLESS,    /* such a subject changed of late: the state is how often */
	CONDITION_KINDS
};

/* "verdict" ... */
const char *condition_kind_name(enum condition_kind kind);

struct condition {
	enum condition_kind kind;
	const char *subject;
	const char *state; /* NULL: of this one nothing can be said */
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
