/* Live checks that a page asks for: some at a time, and only so many a minute. */
#pragma once

#include <stdbool.h>

#include "analyze/web/desk.h"
#include "checker/checker.h"

/* One look.  text and json are set when it is done; both NULL: it could not be begun. */
struct look {
	struct errand errand; /* first; the looker's */
	const struct checker_options *options;
	char *domain;
	char *text; /* as `stsready check` prints it */
	char *json;
	void (*done)(struct look *look); /* called in another thread, once */
	void *user;
};

struct look *look_new(const char *domain, void (*done)(struct look *look), void *user);
void look_free(struct look *look);

struct looker;

/* options must live as long; a_minute looks are begun at most. */
struct looker *looker_new(const struct checker_options *options, unsigned a_minute);

/* Begins no more looks.  What is under way cannot be hurried: it takes as long as a check may. */
void looker_close(struct looker *looker);
/* Whether none is under way. */
bool looker_is_idle(struct looker *looker);
/* Waits for what is under way. */
void looker_free(struct looker *looker);

/* Has a look begun; false: too many were asked for, try again later. */
bool looker_ask(struct looker *looker, struct look *look);
