/* One report in the spool: a small header of "name value" lines, an empty line, the body as sent.

	stsready-spool 1
	key 00f1e2d3c4b5a697
	channel https
	trust https
	received-at 2026-03-01T00:10:00Z
	remote 192.0.2.1
	token-domain example.org
	length 312
	sha256 <64 hex digits, of the body>

   remote, token-domain, token (a capability whose domain was not known then) and over-cap are there
   where there is something to say; remote is an address, or "unix".  Names that a reader does not
   know are skipped. */
#pragma once

#include "ingest/arrival.h"

/* Why a spool file cannot be used. */
enum spool_file_error { SPOOL_FILE_ERROR_DAMAGED };
#define SPOOL_FILE_ERROR (spool_file_error_quark())
GQuark spool_file_error_quark(void);

/* Appends the header, with its empty line, of an arrival; the body follows it.  token may be NULL.
 */
void spool_file_head(GString *out, const struct arrival *arrival, const char *token);

/* Whether bytes begin like a spool file. */
bool spool_file_sniff(const uint8_t *bytes, size_t length);

/* Makes the arrival again, with its key, and reads its report (or sets its failure).  resolve,
   where given, turns a token into a new string with its domain, or NULL.  NULL with
   SPOOL_FILE_ERROR where the file is not as it was written. */
struct arrival *spool_file_read(const uint8_t *bytes, size_t length,
	char *(*resolve)(void *user, const char *token), void *user, GError **error);
