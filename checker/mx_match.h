/* Matching MX hosts with a policy's patterns (RFC 8461 4.1). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Whether a normalised host name (domain_name.h) matches a normalised pattern: the same, or "*."
   for exactly one label. */
bool mx_match(const char *pattern, const char *host);

/* The first of patterns that a host matches; NULL: none. */
const char *mx_match_any(const char *const *patterns, size_t count, const char *host);
