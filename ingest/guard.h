/* Keeps one peer, or a flood of them, from taking what the others need: connections, requests a
   second, memory for bodies, reports of a domain. */
#pragma once

#include "ingest/address.h"

#include <stddef.h>
#include <stdint.h>

struct guard_options {
	unsigned connections;             /* in all */
	unsigned connections_per_address; /* an address is what address_group tells apart */
	double rate, burst;               /* requests a second of one address; rate 0: no limit */
	size_t bytes;                     /* of bodies in memory, in all */
	size_t bytes_per_address;
	unsigned reports_per_domain; /* a day (UTC) */
};

enum guard_answer {
	GUARD_FINE,
	GUARD_FULL,         /* over a cap of all */
	GUARD_ADDRESS_FULL, /* over a cap of this address */
};

struct guard;

struct guard *guard_new(const struct guard_options *options);
void guard_free(struct guard *guard);

/* Every function below may be called by any thread; times are monotonic microseconds. */

/* A connection begins; every one that was fine must be told of its end.  known: a proxy, whose
   connections are many by nature and count in all only. */
enum guard_answer guard_connect(
	struct guard *guard, const struct address *address, bool known, int64_t now);
void guard_disconnect(struct guard *guard, const struct address *address, bool known);
unsigned guard_connections(struct guard *guard);

/* Whether no further connection can be; and whether so many are that idle ones should go sooner. */
bool guard_is_full(struct guard *guard);
bool guard_crowded(struct guard *guard);

/* Takes one request from the address's bucket; false: flood. */
bool guard_admit(struct guard *guard, const struct address *address, int64_t now);

/* Takes more for a request that turned out costly: so one address cannot have all of the processor
   by sending few but hard ones. */
void guard_charge(struct guard *guard, const struct address *address, int64_t now, double requests);

/* Memory for the next bytes of a body, of which the request has held so many; guard_release it.  A
   small body may use the last quarter of the memory, a large one not: real reports are small, and
   go on when large ones fill the rest. */
enum guard_answer guard_hold(
	struct guard *guard, const struct address *address, size_t held, size_t bytes, int64_t now);
void guard_release(struct guard *guard, const struct address *address, size_t bytes);
size_t guard_held(struct guard *guard);

/* Counts a report about a domain on the day it is received.  How many are over the cap with it; 0:
   it is not. */
uint64_t guard_domain(struct guard *guard, const char *domain, int32_t day);
