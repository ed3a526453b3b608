/* The domains that a command works on: operands, a file, or all that are watched. */
#pragma once

#include "sql/db.h"

#include <stdint.h>

struct domain_source;

/* Takes no ownership of names (NULL-terminated; may be NULL); file: names one a line, "#" begins a
   comment, "-" is standard input; NULL: none.  NULL after a complaint. */
struct domain_source *domain_source_new(char **names, const char *file);
/* All that are watched.  NULL after a complaint, with an exit status. */
struct domain_source *domain_source_watched(struct db *db, int *status);
void domain_source_free(struct domain_source *source);

/* The next name, normalised; NULL: no more.  What is no name is complained about, after calling
   before. g_free it. */
char *domain_source_next(struct domain_source *source, void (*before)(void *user), void *user);

/* How many were no names. */
uint64_t domain_source_refused(const struct domain_source *source);
