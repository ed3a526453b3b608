/* One "mx:" of a policy (RFC 8461 3.2: ["*."] Domain, in A-labels). */
#pragma once

#include "checker/fault.h"
#include "checker/sts_policy.h"
#include "checker/txt_record.h"

struct mx_pattern {
	enum sts_policy_code code; /* 0: none */
	enum fault_effect effect;
	const char *what; /* "ends in a dot": goes on behind the quoted value */
	char *name; /* what lenient senders take it for, normalised, perhaps behind "*."; NULL:
		       nothing that matches a host.  g_free it */
};

struct mx_pattern mx_pattern_read(const struct txt *value);
