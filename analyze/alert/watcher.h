/* Looking at all watched domains from time to time, and gathering what is new about them. */
#pragma once

#include "analyze/alert/news.h"
#include "checker/checker.h"

struct watcher_options {
	const struct checker_options *checks; /* NULL: look at nothing, judge by saved checks */
	const struct saved_checks *saved;     /* beside those of the store; NULL: none */
	struct news_options news;
	const struct log *log;
	int64_t at;          /* the time that is judged; INT64_MIN: now */
	int64_t check_every; /* seconds from one look at a domain to the next, give or take a tenth
			      */
	int64_t judge_every;
	int digest_day;             /* 1 Monday ... 7 Sunday; 0: no weekly digest */
	void (*stored)(void *user); /* something is there to be told; NULL: nobody cares */
	void *user;
};

struct watcher_figures {
	uint64_t checked, judged, told, failed;
};

struct watcher;

struct watcher *watcher_new(const struct watcher_options *options);
void watcher_free(struct watcher *watcher);

/* Looks at and judges what is due; all: each domain.  Ends early when the program is to stop. False
   with error: the database failed, or no check can be made, and what is known was judged. */
bool watcher_round(struct watcher *watcher, struct db *db, bool all,
	struct watcher_figures *figures, GError **error);

/* Seconds until something is due: some minutes at most. */
int64_t watcher_rest(const struct watcher *watcher);
