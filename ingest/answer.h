/* What the endpoint answers: statuses and their one line of text. */
#pragma once

#include "ingest/intake.h"

#include <microhttpd.h>

enum answer {
	ANSWER_PAGE,
	ANSWER_NEW,
	ANSWER_SEEN,
	ANSWER_CONFLICT,
	ANSWER_SPOOLED,
	ANSWER_KEPT_ASIDE,
	ANSWER_NO_REPORT,
	ANSWER_EMPTY,
	ANSWER_NO_PATH,
	ANSWER_NO_METHOD,
	ANSWER_TOO_LARGE,
	ANSWER_OVER_LIMIT,
	ANSWER_FLOOD,
	ANSWER_NO_MEMORY,
	ANSWER_LOST,
	ANSWERS
};

/* The status, 200 to 503. */
unsigned answer_status(enum answer answer);

/* What a post that is done comes to.  2xx only where the report is durable. */
enum answer answer_for(const struct intake_post *post);

/* All answers, made once. */
struct answers;

struct answers *answers_new(void);
void answers_free(struct answers *answers);

/* The response, which stays with answers; last: it asks for the connection to be closed. */
struct MHD_Response *answers_response(struct answers *answers, enum answer answer, bool last);
