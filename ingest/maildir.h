/* The Maildir convention: new/, cur/, tmp/, and flags behind ":2,". */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Whether path is a directory with new/ and cur/ in it. */
bool maildir_is(const char *path);

/* Moves a message of new/ or cur/ to cur/ and adds flags (such as "S" or "FS") to those it has,
   in ASCII order.  A message that is gone by now is no error.  False with a G_FILE_ERROR. */
bool maildir_mark(const char *maildir, const char *subdir, const char *name, const char *flags,
	GError **error);
