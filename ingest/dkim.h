/* Verifying DKIM signatures (RFC 6376) as RFC 8460 3 asks for them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ingest/key_lookup.h"

struct dkim_verifier;

/* Takes ownership of lookup.  NULL where the library cannot be set up. */
struct dkim_verifier *dkim_verifier_new(struct key_lookup *lookup);
void dkim_verifier_free(struct dkim_verifier *verifier);

/* Whether message has a passing signature whose d= is aligned by organizational domain with
   submitter, without l= (RFC 8460 3: it must not be used) and not made with SHA-1 (RFC 8301).  Keys
   limited to s=tlsrpt, or not limited, are both taken.  The first LIMIT_SIGNATURES signatures are
   looked at.  The headers must have no flaw (header_block_flaw).  *why is a new sentence for a
   person: what passed, or why nothing did.  Several threads may ask. */
bool dkim_verify_message(struct dkim_verifier *verifier, const uint8_t *message, size_t length,
	const char *submitter, char **why);
