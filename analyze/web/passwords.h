/* Names and passwords out of a file as htpasswd(1) writes it, checked by crypt(3). */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct passwords;

/* Lines of NAME:HASH, the hash bcrypt ("$2y$") or yescrypt ("$y$"); "#" begins a comment.  NULL
   with error, also where there is no name, or a hash of another kind. */
struct passwords *passwords_read(const char *path, GError **error);
void passwords_free(struct passwords *passwords);

/* Reads the file again: from now on only what it says is good.  False with error, and what was read
   before still holds. */
bool passwords_reread(struct passwords *passwords, GError **error);

/* The functions below may be called by any thread. */

/* Whether passwords_check found just these to belong together: at once, since a hash that is hard
   to guess is slow. */
bool passwords_remember(struct passwords *passwords, const char *name, const char *password);

/* Whether they belong together; takes as long for a name that is not there: a tenth of a second of
   a core or more. */
bool passwords_check(struct passwords *passwords, const char *name, const char *password);
