/* Look-ups in the DNS through one resolver, many at a time, on c-ares. */
#pragma once

#include "checker/dns_message.h"
#include "checker/loop.h"

struct dns_options {
	const char *resolver; /* "ADDR:PORT" or "[ADDR]:PORT", the port may be left out; NULL: the
				 system's */
	unsigned most_at_once;
};

struct dns;

/* NULL with error: no resolver that can be used. */
struct dns *dns_new(struct loop *loop, const struct dns_options *options, GError **error);
/* Nothing may be under way. */
void dns_free(struct dns *dns);

/* Whether what the resolver says of DNSSEC can be believed: it was named by the user, or is on this
   machine, so that nobody between can set the AD bit (RFC 6698 4.1 and appendix A.3). */
bool dns_is_trusted(const struct dns *dns);

/* Asks; done is called once, later, with an answer that lives for the call (hold it to keep it);
   its AD bit is off where the resolver is not trusted.  A shared question is one that many will
   ask: it is asked once, and its answer kept. */
void dns_ask(struct dns *dns, const char *name, enum dns_type type, bool shared,
	void (*done)(void *user, struct dns_answer *answer), void *user);

/* How many questions went out, for figures. */
uint64_t dns_questions(const struct dns *dns);
