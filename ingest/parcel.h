/* One arrival between its sender, who waits for an answer, and the places that make it durable. */
#pragma once

#include "ingest/arrival.h"

#include <stdatomic.h>

/* What the sender is told. */
enum receipt {
	RECEIPT_NONE,        /* not yet */
	RECEIPT_NEW,         /* committed */
	RECEIPT_SEEN,        /* there already */
	RECEIPT_CONFLICT,    /* committed beside another of its identity */
	RECEIPT_SPOOLED,     /* durable in the spool */
	RECEIPT_QUARANTINED, /* could not be read, or not be stored; kept aside */
	RECEIPT_REFUSED,     /* the same, and not kept */
	RECEIPT_LOST,        /* neither the database nor the spool would take it */
};

/* Several threads may hold a parcel at once: a write that hangs has it, while the spool takes it
   over.  The first to answer is heard. */
struct parcel {
	struct arrival *arrival; /* owned; nobody changes it any more */
	char *token;             /* owned; posted to, while its domain is not known; else NULL */
	int64_t given_at;        /* monotonic microseconds */
	void (*done)(void *user, enum receipt receipt);
	void *user;
	atomic_int holders;
	atomic_bool answered;
	atomic_bool with_writer; /* the database may still take it */
};

/* Takes over arrival and token; held once, by the caller.  done is called once, by any thread. */
struct parcel *parcel_new(struct arrival *arrival, char *token,
	void (*done)(void *user, enum receipt receipt), void *user);
struct parcel *parcel_hold(struct parcel *parcel);
void parcel_release(struct parcel *parcel);

bool parcel_is_answered(const struct parcel *parcel);

/* Tells the sender unless it was told already; true: this was the answer. */
bool parcel_answer(struct parcel *parcel, enum receipt receipt);

/* About how many bytes the read report takes in memory. */
size_t parcel_weight(const struct report *report);
