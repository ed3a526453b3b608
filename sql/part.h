/* The share of an arrival that belongs to one domain: what one row of the report table holds. */
#pragma once

#include "ingest/arrival.h"

/* The domain of reports about none that can be told; no real name, since it has one label. */
#define PART_NO_DOMAIN "unknown"

enum part_state {
	PART_OPEN,     /* not yet written */
	PART_COUNTED,  /* added, and counts */
	PART_CONFLICT, /* added; its identity was taken by another report */
	PART_OVER_CAP, /* added, never to count */
	PART_SEEN,     /* was there already */
	PART_PRUNED,   /* of days of which the sums alone are kept */
};

struct part {
	const struct arrival *arrival; /* the best trusted of those that brought it */
	const char *domain;
	GArray *keys;    /* int64_t: arrivals that brought it, the first one first */
	GArray *brought; /* size_t: which arrivals of the batch these are */
	size_t order;    /* among the parts, as they came */
	enum part_state state;
	bool over_cap; /* all who brought it were */
	bool better;   /* was there already, less trusted than now, or over the cap and now not */
	bool counts;   /* where better: whether it is the one that counts */
};

/* Splits the reports of arrivals by domain and joins equal ones (same domain and digest): struct
   part in an array that frees its members, sorted by identity so that all writers lock rows in one
   order. */
GArray *part_split(struct arrival *const *arrivals, size_t count);

/* Whether a policy of the part's report belongs to it. */
bool part_has(const struct part *part, const struct report_policy *policy);

/* A digest of what the reader made of the part; equal as long as the reader reads it alike. */
int64_t part_reading(const struct part *part);
