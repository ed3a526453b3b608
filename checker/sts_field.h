/* The fields of a policy (RFC 8461 3.2): version, mode, max_age, mx. */
#pragma once

#include "checker/sts_policy.h"
#include "checker/txt_record.h"

#include <glib.h>

enum sts_field {
	STS_FIELD_VERSION,
	STS_FIELD_MODE,
	STS_FIELD_MAX_AGE,
	STS_FIELD_MX,
	STS_FIELDS,
};

/* The keys, in that order; NULL ends. */
extern const char *const sts_field_keys[STS_FIELDS + 1];

/* One reading of a policy. */
struct sts_reading {
	struct arena *arena;
	struct sts_policy *policy;
	unsigned line;                /* the one that is read; 0: the whole */
	struct txt first[STS_FIELDS]; /* the first value of each; no bytes: none yet */
	GPtrArray *mx;                /* patterns, in the arena */
	GHashTable *mx_seen;          /* the same, to tell repeats */
};

#define STS_FAULT(reading, code, effect, ...)                                                      \
	faults_add(&(reading)->policy->faults, (reading)->arena, code, effect, (reading)->line,    \
		__VA_ARGS__)

/* Takes the value of a field, trimmed. */
void sts_field_read(struct sts_reading *reading, enum sts_field field, const struct txt *value);

/* Adds the faults of a value that counts for nothing, but must have the grammar of one. */
void sts_field_look_at_value(struct sts_reading *reading, const struct txt *value);

/* Adds the faults of what is missing, and hands the mx over to the policy. */
void sts_field_finish(struct sts_reading *reading);
