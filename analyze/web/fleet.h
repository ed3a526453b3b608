/* All watched domains with their verdicts, judged again and again by a thread of its own, so that
   a page of them costs no query. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "analyze/evidence.h"
#include "analyze/verdict.h"
#include "analyze/web/pool.h"
#include "ingest/log.h"

/* Days of the little plot. */
#define FLEET_DAYS 30

struct fleet_day {
	int64_t clean, refused;
	bool told;
};

/* A domain as it was judged last. */
struct fleet_entry {
	atomic_uint holders;
	char *domain;
	enum verdict verdict;
	char *code, *headline; /* of the heaviest reason; NULL: none; headline alone: why the domain
				  could not be judged */
	int clean_days, required_days;
	int32_t earliest_day;              /* INT32_MIN: not known */
	int64_t success, refused;          /* sessions of the window */
	int32_t last_report_day;           /* INT32_MIN: none in the window */
	int64_t last_check_at;             /* INT64_MIN: none in the window */
	struct fleet_day days[FLEET_DAYS]; /* oldest first, up to the day before */
};

/* What was known at a time.  Worst first; of one verdict, by name. */
struct fleet_state {
	atomic_uint holders;
	GPtrArray *entries; /* of struct fleet_entry */
	int64_t at;         /* judged for this time */
	bool whole;         /* else there are more to come: the first round is under way */
	char *failure;      /* why the last round failed; NULL: it did not */
};

struct fleet;

struct fleet_options {
	struct pool *pool;
	const struct saved_checks *saved;
	const struct log *log; /* is told when rounds fail, and when they do no more */
	int64_t at;            /* INT64_MIN: now */
	unsigned seconds;      /* from the begin of one round to the next, at least */
};

struct fleet *fleet_new(const struct fleet_options *options);
/* Ends the round that is under way after the domain in hand. */
void fleet_close(struct fleet *fleet);
/* Whether it ended. */
bool fleet_is_over(struct fleet *fleet);
/* Waits for that. */
void fleet_free(struct fleet *fleet);

/* What is known now; fleet_state_unref it.  Never NULL. */
struct fleet_state *fleet_look(struct fleet *fleet);
void fleet_state_unref(struct fleet_state *state);
