/* Whether a mailed report comes from the domain that it says it does: RFC 8460 3 asks for a DKIM
   signature of the reporting domain. */
#pragma once

#include "ingest/arrival.h"

struct trust_judge;

struct trust_options {
	/* authserv-ids whose Authentication-Results headers are believed (RFC 8601), NULL-ended;
	   NULL or empty: none, and signatures are verified here. */
	const char *const *authserv_ids;
	bool verify;           /* verify signatures here where no trusted header speaks */
	const char *resolver;  /* ADDR or ADDR:PORT or [ADDR]:PORT; NULL: the system's */
	double lookup_seconds; /* for one key look-up; 0: 5 s */
};

/* A judge may be used by several threads at once. */
struct trust_judge *trust_judge_new(const struct trust_options *options, GError **error);
void trust_judge_free(struct trust_judge *judge);

/* Judges a message: sets *trust to TRUST_DKIM or TRUST_MAIL for a report whose submitter is given
   (NULL: unknown, never dkim), and appends to the report why, as a note in English.  message is the
   one that was delivered: a report in a message forwarded within it must not be judged by it, since
   its signature says who forwards, and a bounce brings back whatever the bouncing host was sent. */
void trust_judge_mail(struct trust_judge *judge, const uint8_t *message, size_t length,
	struct report *report, enum trust *trust);
