/* What a DKIM-Signature field (RFC 6376 3.5) says, read without verifying it. */
#pragma once

#include "ingest/header_block.h"

#include <stdbool.h>

struct dkim_signature {
	char *domain; /* d=, normalised; NULL: none that is a domain name */
	bool partial; /* l= is there: only the start of the body is signed */
	bool sha1;    /* a= names SHA-1 */
};

bool dkim_signature_is(const struct header_field *field);

/* Reads such a field; clear it after. */
void dkim_signature_read(struct dkim_signature *signature, const struct header_field *field);
void dkim_signature_clear(struct dkim_signature *signature);
