/* What changed about a domain, in words: for a subject and for a message. */
#pragma once

#include "analyze/alert/change.h"
#include "analyze/judge.h"

/* told: of struct change, one at least.  g_free both. */
char *notice_title(const struct judged *judged, const GArray *told);

/* url: where all of it is to be seen; NULL: nowhere. */
char *notice_words(const struct judged *judged, const GArray *told, const char *url);

/* The heaviest of what a verdict rests on; NULL: nothing. */
const char *notice_ground(const struct judgement *judgement);
