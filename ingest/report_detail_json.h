/* "failure-details" (RFC 8460 4.3, 4.4) to struct report_detail. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

#include "ingest/json_member.h"

/* Fills policy->details: an array; NULL, null and [] mean none, an object one.  *total counts the
   details of the whole report; over LIMIT_DETAILS: false with a REPORT_ERROR. */
bool report_details_read(struct json_place *place, struct report_policy *policy, const cJSON *item,
	size_t *total, GError **error);
