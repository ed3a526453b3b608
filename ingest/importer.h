/* The importer: mailboxes, directories, files and standard input, read by several workers and
   written in batches. */
#pragma once

#include "ingest/sink.h"
#include "ingest/trust.h"

#include <stdatomic.h>

struct importer_counts {
	uint64_t read;        /* messages and files looked at */
	uint64_t fresh;       /* reports stored for the first time */
	uint64_t seen;        /* reports that were there already */
	uint64_t conflicts;   /* kept beside another of the same identity */
	uint64_t pruned;      /* older than what is kept: not taken in */
	uint64_t without;     /* messages and files without a report */
	uint64_t quarantined; /* reports that could not be read, kept aside */
	uint64_t not_dkim;    /* dropped since --require-dkim */
	uint64_t failed;      /* paths that could not be read, reports that could not be kept */
};

struct importer_options {
	int workers;         /* threads that read and parse; 0: one a core */
	int batch;           /* reports a transaction; 0: 512 */
	bool watch;          /* stay and follow the Maildirs among paths (inotify) */
	bool require_dkim;   /* drop mailed reports without DKIM, as RFC 8460 3 asks */
	double wait_seconds; /* how long to wait for a sink that is temporarily away */
	struct trust_judge *judge;

	/* Called from one thread at a time: a problem with one path or message, in one printable
	   line; and progress now and then. */
	void (*complain)(void *user, const char *what, const char *why);
	void (*progress)(void *user, const struct importer_counts *counts, uint64_t queued);
	void *user;
};

/* Imports every path ("-" is standard input) through sink and fills counts.  *stop (may be set by a
   signal handler) ends it after the batch in hand.  In a Maildir a message is moved to cur/ only
   after its reports are durable.  True: all paths gone through (counts.failed may still say that
   some could not be read).  False: error of SINK_ERROR, and the rest is untouched. */
bool importer_run(struct sink *sink, const char *const *paths, size_t n_paths,
	const struct importer_options *options, const atomic_int *stop,
	struct importer_counts *counts, GError **error);

/* Reads paths without a store: calls each(user, source, arrival) for every report and every
   failure in order; source names the path and, in an mbox, the message.  For `stsready parse`.
   False where some path or message could not be read or held no report; each was told of by
   complain. */
bool importer_parse(const char *const *paths, size_t n_paths,
	const struct importer_options *options,
	void (*each)(void *user, const char *source, const struct arrival *arrival), void *user);
