/* A thread that puts into the spool what the database cannot take now, or has taken too long over.
 */
#pragma once

#include "ingest/spool.h"
#include "ingest/writer.h"

/* Where both the database hangs and the spool will not take it, a sender waits this long in all for
   either; the least patient one known gives up after 10 s. */
#define KEEPER_LAST_WAIT (8 * G_USEC_PER_SEC)

struct keeper_options {
	struct spool *spool;
	struct writer *const *writers; /* watched for parcels that wait too long */
	size_t n_writers;
	const struct log *log;
	struct metrics *metrics;
	void (*kept)(void *user); /* something came into the spool */
	void *user;
};

struct keeper;

struct keeper *keeper_new(const struct keeper_options *options);

/* Takes over the caller's hold. */
void keeper_give(struct keeper *keeper, struct parcel *parcel);

/* From now on nothing waits for the database: what the writers have goes to the spool as well. */
void keeper_hurry(struct keeper *keeper);

/* When it last looked after things; monotonic microseconds. */
int64_t keeper_pulse(struct keeper *keeper);

/* Ends its thread after what it was given is spooled, or answered.  The writers must be there
   until then. */
void keeper_free(struct keeper *keeper);
