/* Telling policies apart by what their senders applied. */
#pragma once

#include "ingest/report.h"

#define POLICY_KEY_BYTES 16

/* A digest of a policy's type and text that does not depend on line order, case of keys and hex, or
   white space: two reports with one key applied the same policy.  All zero where the report does
   not tell the text. */
void policy_key(const struct report_policy *policy, uint8_t key[POLICY_KEY_BYTES]);

/* The value of "mode:" in an sts policy text; NULL where it has none.  Points into the policy. */
const char *policy_mode(const struct report_policy *policy);
