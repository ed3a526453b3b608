/* The directories of a spool. */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum spool_place { SPOOL_TMP, SPOOL_NEW, SPOOL_BAD, SPOOL_PLACES };

struct spool_places {
	char *path;
	int directory; /* descriptors */
	int fds[SPOOL_PLACES];
};

/* Makes what is missing, opens all, and locks the whole against another process.  False with
   SPOOL_ERROR; clear it all the same. */
bool spool_places_open(struct spool_places *places, const char *path, GError **error);
void spool_places_clear(struct spool_places *places);

/* Calls each for every name in a place, in no order; dot files are left out. */
bool spool_places_each(const struct spool_places *places, enum spool_place place,
	void (*each)(void *user, const char *name), void *user, GError **error);

/* Sets a SPOOL_ERROR_SYSTEM from errno, and is false. */
bool spool_places_fail(const struct spool_places *places, const char *what, GError **error);
