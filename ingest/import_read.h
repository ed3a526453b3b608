/* Reading one item: the messages in it, and the reports in those. */
#pragma once

#include <stdatomic.h>

#include "ingest/import_item.h"
#include "ingest/trust.h"

/* One message or bare report, read. */
struct import_unit {
	char *source;        /* for people: the path, and in an mbox where in it */
	GPtrArray *arrivals; /* struct arrival; empty: no report in it */
	struct import_item
		*mark;  /* the Maildir message to mark when they are durable; NULL: none */
	size_t weight;  /* bytes it takes in memory, about */
	size_t details; /* failure details in it */
};

void import_unit_free(struct import_unit *unit);

struct import_reading {
	struct trust_judge *judge;
	int64_t now;
	void (*each)(void *user, struct import_unit *unit); /* takes ownership */
	void (*complain)(void *user, const char *what, const char *why);
	void *user;
	const atomic_int *stop; /* set: no further message of an mbox is read */
};

/* Opens and reads item (which it frees).  Whatever cannot be opened or is no regular file (a FIFO,
   a device) is complained of in one line; a Maildir message that is gone is not: another importer
   took it.  One that a mail program moved out of new/ is read where it is now. */
void import_read(const struct import_reading *reading, struct import_item *item);
