/* A thread that brings what is in the spool to the database, oldest first, and sees whether the
   database is there. */
#pragma once

#include "ingest/metrics.h"
#include "ingest/reach.h"
#include "ingest/sink.h"
#include "ingest/spool.h"

struct drainer_options {
	struct spool *spool;
	struct sink *sink; /* used by this drainer alone */
	struct reach *reach;
	const struct log *log;
	struct metrics *metrics;
	/* Asks the database whether it is there and as it should be; called by this thread only,
	   every some seconds and whenever a write failed. */
	bool (*probe)(void *user, GError **error);
	/* The domain of a token that was not known when the report came: a new string or NULL. */
	char *(*resolve)(void *user, const char *token);
	void *user;
};

struct drainer;

struct drainer *drainer_new(const struct drainer_options *options);

/* Something came into the spool, or the database was found away. */
void drainer_wake(struct drainer *drainer);

/* Asks the thread to end after the batch in hand. */
void drainer_end(struct drainer *drainer);
/* As those of struct writer. */
bool drainer_wait(struct drainer *drainer, int64_t until);
void drainer_free(struct drainer *drainer);
