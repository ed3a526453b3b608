/* Units gathered for one write, and what became of the reports in them. */
#pragma once

#include "ingest/import_read.h"
#include "ingest/importer.h"

struct import_batch;

struct import_batch *import_batch_new(void);
void import_batch_free(struct import_batch *batch);

/* Takes ownership of unit and counts it.  Bare files that are no reports are not written, nor are
   mailed reports without DKIM where require_dkim. */
void import_batch_add(struct import_batch *batch, struct import_unit *unit, bool require_dkim,
	struct importer_counts *counts);

bool import_batch_is_empty(const struct import_batch *batch);

/* Whether it should be written before more is added: most reports, or what a transaction should
   not outgrow. */
bool import_batch_is_full(const struct import_batch *batch, guint most);

/* Gives sink what is not durable yet; may be called again after a failure. */
bool import_batch_write(struct import_batch *batch, struct sink *sink, GError **error);

/* Adds what became of the reports to counts. */
void import_batch_count(const struct import_batch *batch, struct importer_counts *counts);

/* Tells of each report that was refused. */
void import_batch_tell_refused(const struct import_batch *batch,
	void (*complain)(void *user, const char *what, const char *why), void *user);

/* Hands every unit over, with the flags that its message gets for what became of its reports ("S",
   "FS" where one could not be read; NULL: there is nothing to mark, since it is no message of a
   Maildir, holds no report, or one that is not durable).  The batch is empty then. */
void import_batch_finish(struct import_batch *batch,
	void (*each)(void *user, struct import_unit *unit, const char *flags), void *user);
