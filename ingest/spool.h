/* The spool: a directory that keeps reports while the database cannot.

	tmp/   being written; emptied at start
	new/   durable, one file a report (ingest/spool_file.h), named so that they sort by time
	bad/   damaged, or could be kept nowhere else; for a person to look at */
#pragma once

#include "ingest/arrival.h"

enum spool_error {
	SPOOL_ERROR_FULL,   /* over its bounds */
	SPOOL_ERROR_SYSTEM, /* cannot be opened, written or read */
	SPOOL_ERROR_BUSY,   /* another stsreadyd has it */
};
#define SPOOL_ERROR (spool_error_quark())
GQuark spool_error_quark(void);

struct spool_options {
	const char *directory;
	uint64_t most_bytes;
	uint64_t most_files;
};

struct spool_level {
	uint64_t files, bytes;
	int64_t oldest; /* microseconds since 1970 when the oldest was put in; 0: empty */
};

struct spool_item {
	const struct arrival *arrival;
	const char *token; /* see spool_file_head */
	bool spare;        /* what nobody was promised: takes no more than a tenth of the spool */
	bool kept;         /* answer: it is durable */
};

struct spool;

/* Opens or makes the directory, takes its lock, clears tmp/.  NULL with SPOOL_ERROR. */
struct spool *spool_open(const struct spool_options *options, GError **error);
void spool_close(struct spool *spool);

/* Every function below may be called by any thread. */

/* Writes count items; all that can be kept are durable on return: one sync a file and one of the
   directory for all.  False with SPOOL_ERROR, that of the first one not kept, where some are not.
 */
bool spool_put(struct spool *spool, struct spool_item *items, size_t count, GError **error);

/* Names of all files in new/, oldest first, with a free function.  NULL with error. */
GPtrArray *spool_list(struct spool *spool, GError **error);

/* One file's bytes. */
GBytes *spool_load(struct spool *spool, const char *name, GError **error);

/* Its report is durable elsewhere. */
bool spool_remove(struct spool *spool, const char *name, GError **error);

/* Moves it to bad/; it still counts towards the bounds. */
bool spool_reject(struct spool *spool, const char *name, GError **error);

struct spool_level spool_look(struct spool *spool);

/* Whether a file can be written and synced there now. */
bool spool_probe(struct spool *spool, GError **error);
