/* What a parser of the live check found wrong, where, and what senders make of it. */
#pragma once

#include "ingest/arena.h"

#include <stddef.h>

/* What senders do about a fault; each is worse than the one before. */
enum fault_effect {
	FAULT_NONE,      /* no fault */
	FAULT_TOLERATED, /* nothing: it is read as it was meant */
	FAULT_IGNORED,   /* they pass over this line, field or record, and read the rest */
	FAULT_TRIPS,     /* the RFC allows it, but some senders stumble over it */
	FAULT_DISPUTED,  /* the RFC's grammar forbids it: strict senders refuse the whole, lenient
			    ones read it as it was meant */
	FAULT_REFUSED,   /* they refuse the whole */
};

struct fault {
	int code; /* of the enum of the parser that found it */
	enum fault_effect effect;
	unsigned line;    /* of a policy, from 1; 0: of the whole */
	const char *text; /* sentences for people: what is wrong, what senders do; printable */
};

/* Zeroed, it is an empty list. */
struct faults {
	struct fault *items;     /* as found */
	size_t count;            /* at most LIMIT_FAULTS */
	size_t left_out;         /* found beyond that */
	enum fault_effect worst; /* of all, those left out too */
};

/* Adds a fault; the text lives in the arena.  Strangers' bytes go through fault_quote first. */
void faults_add(struct faults *faults, struct arena *arena, int code, enum fault_effect effect,
	unsigned line, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* The first fault of a code; NULL: none. */
const struct fault *faults_find(const struct faults *faults, int code);

/* Strangers' bytes made printable, NUL as the sign for it; cut at most bytes, 0: not cut. */
const char *fault_show(struct arena *arena, const char *bytes, size_t length, size_t most);

/* The same in double quotes, cut short: for a sentence. */
const char *fault_quote(struct arena *arena, const char *bytes, size_t length);

/* "tolerated", "ignored", "trips", "disputed", "refused"; "none" */
const char *fault_effect_name(enum fault_effect effect);
