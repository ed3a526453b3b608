/* Retention: what is older than it needs to be, deleted in steps; sums outlive what they sum. */
#pragma once

#include "sql/db.h"

#include <stdatomic.h>

/* Nothing is older than this day: a kind with it stays for good. */
#define PRUNE_NEVER 0

/* The day before which each kind goes (days since 1970).  Originals go no later than details, these
   no later than reports, and these no later than the sums. */
struct prune_days {
	int32_t payloads;
	int32_t details;
	int32_t reports;
	int32_t rollups;
	int32_t checks;
	int32_t quarantine;
};

struct prune_counts {
	uint64_t payloads, details, reports, rollups, checks, quarantine;
};

struct prune {
	struct db *db;
	struct prune_days before;
	bool dry; /* count only, change nothing */
	const atomic_int *stop;
	/* Called now and then: domains done, of how many. */
	void (*progress)(void *user, size_t done, size_t total);
	void *user;
};

/* Prunes; counts tells what went, also where it ends early: when *stop is set, or with an error.
   What was done stays done, and it can be run again.  From then on reports of before details' or
   reports' day are taken in no more (SINK_PRUNED): nothing is ever counted twice. */
bool prune_run(const struct prune *prune, struct prune_counts *counts, GError **error);
