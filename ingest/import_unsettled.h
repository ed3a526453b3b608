/* Files that appeared in a Maildir's new/ and may still be written to. */
#pragma once

#include <stdbool.h>

#include "ingest/import_walk.h"

struct import_unsettled;

struct import_unsettled *import_unsettled_new(void);
void import_unsettled_free(struct import_unsettled *unsettled);

/* Waits for a file to settle.  False where too many are waited for already. */
bool import_unsettled_add(
	struct import_unsettled *unsettled, const char *maildir, const char *name);

/* It is complete, as another event told. */
void import_unsettled_forget(
	struct import_unsettled *unsettled, const char *maildir, const char *name);

/* Hands on those that nobody has written to for a while. */
void import_unsettled_look(struct import_unsettled *unsettled, const struct import_walk *walk);
