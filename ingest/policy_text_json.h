/* "policy-string" and "mx-host" in all the forms that senders give them. */
#pragma once

#include <cjson/cJSON.h>

#include "ingest/json_member.h"

/* An array of lines, one string with line ends (or, for tlsa, ";"), or lines that are themselves
   JSON arrays of strings (Microsoft's TLSA records).  Trimmed, empty ones dropped. */
void policy_text_read(struct json_place *place, struct report_policy *policy, const cJSON *item);

/* An array or one string, each perhaps with "mx:" before it. */
void mx_hosts_read(struct json_place *place, struct report_policy *policy, const cJSON *item);
