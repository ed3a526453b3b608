/* Live checks that a page asks for: one at a time, and only so many a minute. */
#pragma once

#include <stdbool.h>

#include "checker/checker.h"

/* One look.  text and json are set when it is done; both NULL: it could not be begun. */
struct look {
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
/* Waits for the look in hand; those that wait are told that they are done. */
void looker_free(struct looker *looker);

/* Makes room for one look; false: too many were asked for, try again later. */
bool looker_reserve(struct looker *looker);

/* Has a look begun, for which there is room. */
void looker_ask(struct looker *looker, struct look *look);
