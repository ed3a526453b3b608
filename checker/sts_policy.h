/* The policy file (RFC 8461 3.2). */
#pragma once

#include "checker/fault.h"

#include <stdbool.h>
#include <stdint.h>

/* RFC 8461 3.2: "max_age ... with a maximum value of 31557600" (a year). */
#define STS_POLICY_MOST_AGE 31557600

/* What a fault is about. */
enum sts_policy_code {
	STS_POLICY_EMPTY = 1,
	STS_POLICY_HTML, /* a web page */
	STS_POLICY_BOM,
	STS_POLICY_BYTES, /* bytes that are no text in a line */
	STS_POLICY_LINE_EMPTY,
	STS_POLICY_LEADING_SPACE,
	STS_POLICY_SPACE_BEFORE_COLON,
	STS_POLICY_NO_COLON,
	STS_POLICY_VERSION, /* missing, or another */
	STS_POLICY_MODE,    /* missing, or another */
	STS_POLICY_MODE_CASE,
	STS_POLICY_MAX_AGE,      /* missing, or no number */
	STS_POLICY_MAX_AGE_OVER, /* over a year */
	STS_POLICY_NO_MX,
	STS_POLICY_MX, /* no host, no pattern */
	STS_POLICY_MX_U_LABEL,
	STS_POLICY_MX_DOT, /* a trailing dot */
	STS_POLICY_TWICE,  /* a key, or a pattern, again */
	STS_POLICY_TYPO,   /* a key that nobody knows and that looks like one */
};

enum sts_mode {
	STS_MODE_MISSING,
	STS_MODE_NONE,
	STS_MODE_TESTING,
	STS_MODE_ENFORCE,
};

struct sts_policy {
	bool usable; /* the strictest sender takes it: mode and max_age are there, and mx unless
			none */
	enum sts_mode mode;
	bool has_max_age;
	uint64_t max_age;      /* seconds */
	const char *const *mx; /* patterns, normalised (domain_name.h), each once, in order */
	size_t n_mx;
	struct faults faults; /* what is REFUSED or DISPUTED makes it unusable */
};

/* Reads a body of any bytes.  Everything comes from the arena; never NULL. */
struct sts_policy *sts_policy_read(struct arena *arena, const char *bytes, size_t length);

/* The file to publish for the same patterns with this mode and max_age; g_free it. */
char *sts_policy_text(const struct sts_policy *policy, enum sts_mode mode, uint64_t max_age);

/* "enforce"; NULL for STS_MODE_MISSING. */
const char *sts_mode_name(enum sts_mode mode);
