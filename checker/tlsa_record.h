/* TLSA records (RFC 6698 2.1), as SMTP uses them (RFC 7672 3.1). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TLSA_USAGE_TA = 2, TLSA_USAGE_EE = 3 };
enum { TLSA_SELECT_CERTIFICATE = 0, TLSA_SELECT_KEY = 1 };
enum { TLSA_MATCH_FULL = 0, TLSA_MATCH_SHA256 = 1, TLSA_MATCH_SHA512 = 2 };

struct tlsa_record {
	uint8_t usage, selector, matching;
	const uint8_t *data; /* the caller's */
	size_t length;
};

/* Reads what is on the wire; false: too short to be one. */
bool tlsa_record_read(struct tlsa_record *record, const uint8_t *rdata, size_t length);

/* Why SMTP can make no use of it; NULL: it can. */
const char *tlsa_record_fault(const struct tlsa_record *record);

/* "3 1 1 0123...", cut where the data is a whole certificate or key; g_free it. */
char *tlsa_record_text(const struct tlsa_record *record);
