/* The bytes of a report as sent, whatever their declared type, to a struct report. */
#pragma once

#include "ingest/report.h"
#include "ingest/report_context.h"

#include <stdbool.h>

/* Why bytes are no report; the domain of the GErrors below is REPORT_ERROR. */
enum report_error {
	REPORT_ERROR_ALIEN, /* nothing says that this is a TLS report: neither JSON nor packed JSON,
			       or JSON with no member of RFC 8460 4.4 */
	REPORT_ERROR_BROKEN, /* a report, or bytes that begin like one, that cannot be read */
	REPORT_ERROR_LIMIT,  /* over a cap of ingest/limits.h */
};
#define REPORT_ERROR (report_error_quark())
GQuark report_error_quark(void);

/* Reads one report: peels gzip, zlib and zip wrappings by what the bytes are (Content-Type, names
   and Content-Encoding are never believed), reads the first JSON value, normalises it, resolves
   domain and submitter with the context's help (RFC 8460 5.6: the body wins).

   Returns a new report, its digest set; or NULL with error of REPORT_ERROR, whose message says
   where ("policies[1]: ...") and is fit to print.  Context may be NULL. */
struct report *report_body_read(
	const uint8_t *bytes, size_t length, const struct report_context *context, GError **error);

/* Whether bytes could begin a report: gzip, zlib, zip, or "{" after white space or a BOM.  Looks at
   the first bytes only. */
bool report_body_sniff(const uint8_t *bytes, size_t length);
