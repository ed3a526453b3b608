/* The policy of a domain, as served from its policy host (RFC 8461 3.2). */
#pragma once

#include "checker/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RFC 8461 3.2: "Maximum value of 31557600", a year of 365.25 days. */
#define STS_POLICY_MOST_AGE 31557600u

enum sts_mode {
	STS_MODE_MISSING, /* or another word */
	STS_MODE_NONE,
	STS_MODE_TESTING,
	STS_MODE_ENFORCE,
};

/* "enforce"; NULL for STS_MODE_MISSING. */
const char *sts_mode_name(enum sts_mode mode);

/* What a fault is about. */
enum sts_policy_code {
	/* the body */
	STS_POLICY_EMPTY = 1,
	STS_POLICY_HTML,   /* a web page, or XML */
	STS_POLICY_BINARY, /* UTF-16, gzip and the like: no text in ASCII or UTF-8 */
	STS_POLICY_BOM,
	STS_POLICY_MIXED_ENDS, /* LF and CRLF */
	STS_POLICY_BARE_CR,    /* lines end in CR alone */
	/* a line */
	STS_POLICY_EMPTY_LINE,
	STS_POLICY_LEADING_SPACE,
	STS_POLICY_SPACED_COLON, /* white space before the colon */
	STS_POLICY_NO_COLON,
	STS_POLICY_CONTROL,   /* NUL and other control characters */
	STS_POLICY_NOT_UTF8,  /* an extension's value */
	STS_POLICY_KEY,       /* not a key by the grammar */
	STS_POLICY_UNKNOWN,   /* a key that is none of the four */
	STS_POLICY_NO_VALUE,  /* behind such a key */
	STS_POLICY_DUPLICATE, /* a key again, other than mx */
	/* a field */
	STS_POLICY_NO_VERSION,
	STS_POLICY_VERSION, /* another */
	STS_POLICY_NO_MODE,
	STS_POLICY_MODE, /* another, or in another case */
	STS_POLICY_NO_MAX_AGE,
	STS_POLICY_MAX_AGE,      /* not 1 to 10 digits */
	STS_POLICY_MAX_AGE_OVER, /* over a year */
	STS_POLICY_NO_MX,
	STS_POLICY_MX_EMPTY,
	STS_POLICY_MX_CASE,
	STS_POLICY_MX_TWICE,
	STS_POLICY_MX_DOT, /* a trailing dot */
	STS_POLICY_MX_ULABEL,
	STS_POLICY_MX_UNDERSCORE,
	STS_POLICY_MX_WILDCARD, /* "*" that is not the whole first label, or alone */
	STS_POLICY_MX_ADDRESS,  /* an IP address */
	STS_POLICY_MX_PORT,
	STS_POLICY_MX_URL,
	STS_POLICY_MX_EMAIL,
	STS_POLICY_MX_LIST, /* several in one line */
	STS_POLICY_MX_NAME, /* no host name for another reason */
};

struct sts_policy {
	bool usable;  /* the strictest sender takes it: mode and max_age are there, and mx unless
			 none */
	bool lenient; /* it is not usable, but lenient senders take it; the same is there */
	enum sts_mode mode;
	bool has_max_age;
	uint64_t max_age;      /* seconds, as written, also where it is over the limit */
	const char *const *mx; /* patterns, normalised (domain_name.h), each once, in order; those
				  that only lenient senders take too */
	size_t n_mx;
	struct faults faults; /* what is REFUSED or DISPUTED makes it unusable */
};

/* Reads a body of any bytes, which the caller has capped (RFC 8461 3.3: 64 KiB).  Everything comes
   from the arena; never NULL. */
struct sts_policy *sts_policy_read(struct arena *arena, const char *bytes, size_t length);

/* The file to publish for the same patterns with this mode and max_age: CRLF behind every line.
   Where the policy is usable, and max_age at most STS_POLICY_MOST_AGE, it reads as such a policy
   without a fault.  g_free it. */
char *sts_policy_text(const struct sts_policy *policy, enum sts_mode mode, uint64_t max_age);
