/* The policy file (RFC 8461 3.2). */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* RFC 8461 3.2: "max_age ... with a maximum value of 31557600" (a year). */
#define STS_POLICY_MOST_AGE 31557600

enum sts_mode {
	STS_MODE_MISSING,
	STS_MODE_NONE,
	STS_MODE_TESTING,
	STS_MODE_ENFORCE,
};

/* What senders do with a fault. */
enum sts_policy_effect {
	STS_POLICY_PASSED_OVER, /* nobody minds */
	STS_POLICY_DISPUTED,    /* strict ones take the whole policy for invalid, others do not */
	STS_POLICY_INVALID,     /* the whole policy is invalid */
};

struct sts_policy_fault {
	unsigned line; /* from 1; 0: the file as a whole */
	enum sts_policy_effect effect;
	char *text; /* a sentence without full stop */
};

struct sts_policy {
	bool usable;    /* even the strictest sender takes it */
	bool versioned; /* it says "version: STSv1" */
	enum sts_mode mode;
	int64_t max_age;   /* seconds; -1: none that can be used */
	GPtrArray *mx;     /* char *: patterns, normalised (domain_name.h), each once */
	GPtrArray *faults; /* struct sts_policy_fault *, by line */
};

/* Reads a body of any bytes. */
void sts_policy_read(struct sts_policy *policy, const char *bytes, size_t length);
void sts_policy_clear(struct sts_policy *policy);

/* The file to publish for the same policy, with mode and max_age as given; g_free it. */
char *sts_policy_text(const struct sts_policy *policy, enum sts_mode mode, int64_t max_age);

/* "enforce"; NULL for STS_MODE_MISSING. */
const char *sts_mode_name(enum sts_mode mode);
