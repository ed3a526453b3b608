/* One thing to import: a file, standard input, or a message of a Maildir. */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct import_item {
	char *path;         /* what to open; "-" is standard input */
	char *maildir;      /* the Maildir it is in; NULL: none */
	const char *subdir; /* "new" or "cur" */
	char *name;         /* its file name there */
	bool named; /* on the command line, so that a symlink is followed and absence told of */
};

struct import_item *import_item_file(const char *path, bool named);
struct import_item *import_item_message(const char *maildir, const char *subdir, const char *name);
void import_item_free(struct import_item *item);
