/* Names of those who post reports over HTTPS, and what they do to trust: a report from a host whose
   name lies in the submitter's domain is https-rdns. */
#pragma once

#include "sql/db.h"

/* Addresses whose names should be looked up: those that posted reports of trust https since a time
   and are not known, or not since another: at most so many.  A new array of char *, with a free
   function; NULL with error. */
GPtrArray *peers_unknown(
	struct db *db, int64_t reports_since, int64_t known_since, int64_t most, GError **error);

/* Notes what the DNS says now. */
bool peers_set(struct db *db, const char *address, const char *const *names, size_t count,
	int64_t now, GError **error);

/* Raises the trust of reports received since a time that came from a host in their submitter's
 *domain; raised says how many. */
bool peers_raise(struct db *db, int64_t reports_since, uint64_t *raised, GError **error);
