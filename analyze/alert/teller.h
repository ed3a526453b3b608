/* Telling what is stored to be told: each notice by each outlet until it went.

   A notice is stored in the transaction that notes its change, and marked when it went; a program
   that dies between the two sends it again, with the same id.  So it is told once, at worst twice.
 */
#pragma once

#include "analyze/alert/outlet.h"

struct teller_options {
	const char *database;
	const struct outlet_options *outlets;
	const GPtrArray *list; /* of struct outlet */
	unsigned many;         /* of what waits: so many go as one message */
};

/* Tries once to tell all that is due now.  *failed: what did not go.  False with error: the
   database failed. */
bool teller_round(
	const struct teller_options *options, struct db *db, unsigned *failed, GError **error);

struct teller;

/* A thread that does so again and again, over a connection of its own. */
struct teller *teller_new(const struct teller_options *options);
/* Something was stored: do not wait. */
void teller_wake(struct teller *teller);
/* Ends it after what is being sent. */
void teller_free(struct teller *teller);
