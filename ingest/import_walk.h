/* Finding what there is to import below a path. */
#pragma once

#include <stdatomic.h>

#include "ingest/import_item.h"

/* Directories within directories that are entered. */
#define IMPORT_WALK_DEPTH 16

struct import_walk {
	/* Takes ownership of item. */
	void (*each)(void *user, struct import_item *item);
	void (*complain)(void *user, const char *what, const char *why);
	void *user;
	const atomic_int *stop;
};

/* Goes through path as named on the command line: "-", a Maildir (cur/, then new/), a directory
   (all files below, Maildirs within included, symlinks to directories not followed), a file.
   Entries are streamed, never held as a list.  Ends early when *stop is set. */
void import_walk_path(const struct import_walk *walk, const char *path);

/* The messages of one Maildir's new/ or cur/. */
void import_walk_maildir(const struct import_walk *walk, const char *maildir, const char *subdir);
