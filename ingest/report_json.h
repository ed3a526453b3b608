/* JSON (RFC 8460 4.4) to a struct report, forgiving as the field demands. */
#pragma once

#include "ingest/report.h"
#include "ingest/report_context.h"

#include <stdbool.h>

/* Fills report from one JSON value as json_scan leaves it (NUL-terminated), and resolves domain and
   submitter.  False with a REPORT_ERROR.  The digest is the caller's. */
bool report_json_read(struct report *report, const char *json, size_t length,
	const struct report_context *context, GError **error);
