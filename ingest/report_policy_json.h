/* "policies" (RFC 8460 4.4) to struct report_policy. */
#pragma once

#include <stdbool.h>

#include <cjson/cJSON.h>

#include "ingest/report.h"

/* Fills report->policies from the value of "policies" (an array; one object counts as an array of
   it; NULL or another type: none, with a note).  Elements that are no objects are left out, with a
   note, and not counted in what notes and errors call "policies[1]".  Domains are not yet resolved.
   False with a REPORT_ERROR that names the policy. */
bool report_policies_read(struct report *report, const cJSON *policies, GError **error);
