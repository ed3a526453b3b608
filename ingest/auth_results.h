/* Authentication-Results headers (RFC 8601) that the operator's own system added.

   Which headers those are: a receiving system puts its trace headers on top of what it got, so
   going down from the top all that stands before the first header of another kind can be its own.
   Two things end the run: the first header that no receiving system adds, and the second Received,
   since below it stands what the sending side wrote.  One Received may stand above, because Postfix
   inserts the headers of milters under its own.  Only headers whose authserv-id was configured
   count, and of those the first that has a dkim result decides: a forged one further down, one with
   another id, "Authentication-Results-Original" and "ARC-Authentication-Results" never do.

   Where more hops of the operator's own stand above (Dovecot's LMTP adds a Received, so does
   whoever forwards), the run ends before the header is reached and signatures are verified here:
   which of several Received is the last own one cannot be told from the message.

   A verifier prints d= and i= of the signature as the sender wrote them.  A result that says them
   twice, whose i= is not within its d=, or in which a value is not cleanly ended (as by the comment
   in "header.d=bank.example(.evil.example") names no domain, and a pass without a domain is none.

   A header of the sender's that stands right under the receiver's own, with its id, cannot be told
   from a genuine one: RFC 8601 5 asks border systems to remove those, and an operator who
   configures an id states that theirs does. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

struct auth_results {
	bool spoken;       /* a trusted header with a dkim result was found */
	char *id;          /* its authserv-id */
	char *result;      /* the first dkim result that proves nothing: "fail", "none", or "pass"
			      of no domain; NULL: none */
	GPtrArray *passed; /* char *: normalised domains whose signature passed: header.d, or the
			      one of header.i where that is all that is said */
};

/* Reads the headers of message; ids are NULL-ended and compared in any case.  Clear it after. */
void auth_results_read(struct auth_results *results, const uint8_t *message, size_t length,
	const char *const *ids);
void auth_results_clear(struct auth_results *results);
