/* What of a domain's conditions is new, and what of that is told now.  Pure.

   What changes back and forth would be told again and again.  So what was told of three times, each
   within a day of the one before, is restless: a change to the worse is told at once as ever; any
   other only when it has lasted for a day.  It is restless until it kept still for a day. */
#pragma once

#include "analyze/alert/condition.h"

#define CHANGE_STILL_SECONDS (24 * 3600)
#define CHANGE_RESTLESS 3
/* That nothing can be told is told only when it has lasted so long. */
#define CHANGE_UNSURE_SECONDS (24 * 3600)

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
	GArray *told; /* of struct change, heaviest first, ends last */
	GArray *put;  /* of struct condition: now, or in another state */
	GArray *drop; /* of struct condition: no more */
};

/* before: of struct condition, as they were kept in mind; none: nothing ever was, and then only
   what is wrong is told.  Texts come from the arena and from both. */
struct changes change_find(
	struct arena *arena, const struct conditions *now, const GArray *before, int64_t at);
void change_clear(struct changes *changes);
