/* A thread that writes what has gathered, one transaction after another, and answers. */
#pragma once

#include "ingest/metrics.h"
#include "ingest/parcel.h"
#include "ingest/reach.h"
#include "ingest/sink.h"

/* How long the database may take before the spool takes over: some senders wait 10 s in all, and
   then come again, or not at all. */
#define WRITER_PATIENCE (2 * G_USEC_PER_SEC)

struct writer_options {
	struct sink *sink; /* used by this writer alone */
	struct metrics *metrics;
	struct reach *reach;
	/* Parcels that a write left undone come here, with the caller's hold on each. */
	void (*undone)(void *user, struct parcel *parcel);
	void *user;
};

struct writer;

struct writer *writer_new(const struct writer_options *options);

/* Takes over the caller's hold. */
void writer_give(struct writer *writer, struct parcel *parcel);

/* Parcels not yet taken in hand. */
size_t writer_waiting(struct writer *writer);

/* Whether the write in hand has taken longer than WRITER_PATIENCE. */
bool writer_is_stuck(struct writer *writer, int64_t now);

/* Adds those that were given at or before a time and are not answered, with a hold on each; they
   stay with the writer.  A write that is stuck is told of as a database that is away, once. */
void writer_watch(struct writer *writer, int64_t now, int64_t given_by, GPtrArray *parcels);

/* Asks the thread to end once nothing waits; later ones must not be given. */
void writer_end(struct writer *writer);
/* Whether it has ended, waiting until a time for that. */
bool writer_wait(struct writer *writer, int64_t until);
/* Call only where it has ended. */
void writer_free(struct writer *writer);
