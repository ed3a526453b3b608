/* TLSA records (RFC 6698 2.1) and whether a chain as sent matches one, as SMTP has it (RFC 7672).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct tlsa_record {
	uint8_t usage, selector, matching;
	const uint8_t *data; /* the caller's */
	size_t length;
};

/* Reads what is on the wire; false: too short. */
bool tlsa_record_read(struct tlsa_record *record, const uint8_t *rdata, size_t length);

/* Why SMTP can make no use of it (RFC 7672 3.1); NULL: it can. */
const char *tlsa_record_fault(const struct tlsa_record *record);

/* "3 1 1 0123..."; g_free it. */
char *tlsa_record_text(const struct tlsa_record *record);

/* Whether it matches: usage 3 the first certificate (RFC 7672 3.1.1: dates and names do not
   matter), usage 2 any other one of the chain or the first (3.1.2; names and dates are the
   caller's).  chain: DER of each certificate, GBytes *, in the order sent. */
bool tlsa_record_matches(const struct tlsa_record *record, const GPtrArray *chain);

/* The data of a usage 3, selector 1, matching 1 record for a certificate, in hex: what to publish.
   NULL: it cannot be read.  g_free it. */
char *tlsa_record_digest(GBytes *certificate);
