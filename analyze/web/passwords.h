/* Names and passwords out of a file as htpasswd(1) writes it, checked by crypt(3). */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum passwords_answer {
	PASSWORDS_GOOD,
	PASSWORDS_BAD,
	PASSWORDS_BUSY, /* as many are being checked as may be: try again */
};

struct passwords;

/* Lines of NAME:HASH, the hash bcrypt ("$2y$") or yescrypt ("$y$"); "#" begins a comment.  NULL
   with error, also where there is no name, or a hash of another kind. */
struct passwords *passwords_read(const char *path, GError **error);
void passwords_free(struct passwords *passwords);

/* Whether they belong together; takes as long for a name that is not there.  What was good before
   is found at once, since a hash that is hard to guess is slow. */
enum passwords_answer passwords_check(
	struct passwords *passwords, const char *name, const char *password);
