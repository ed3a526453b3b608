/* Makes reports durable: in the database if it answers in time, else in the spool, and from there
   in the database. */
#pragma once

#include "ingest/drainer.h"
#include "ingest/parcel.h"

struct committer_options {
	/* n_writers for reports, one for what cannot be read, one for the drainer, in this order:
	   n_writers + 2 sinks, each used by one thread. */
	struct sink *const *sinks;
	size_t n_writers;
	struct spool *spool;
	struct reach *reach;
	const struct log *log;
	struct metrics *metrics;
	/* See struct drainer_options. */
	bool (*probe)(void *user, GError **error);
	char *(*resolve)(void *user, const char *token);
	void *user;
};

struct committer;

struct committer *committer_new(const struct committer_options *options);

/* Takes over the caller's hold on parcel, whose sender is told as soon as it is durable. */
void committer_give(struct committer *committer, struct parcel *parcel);

/* The same without trying the database first; its report need not have been read. */
void committer_spool(struct committer *committer, struct parcel *parcel);

/* Everything that still waits is to be answered now, from the spool where need be. */
void committer_hurry(struct committer *committer);

/* Whether its threads are alive: none is found asleep for longer than some seconds. */
bool committer_is_alive(struct committer *committer);

/* Ends it once all is answered.  False where a thread hangs in the database beyond a time
   (monotonic microseconds): nothing that was answered is lost, but memory is not freed. */
bool committer_free(struct committer *committer, int64_t until);
