/* Certificates as a server presents them: judged as the strictest sender would, with all faults at
   once instead of the first. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum certificate_fault {
	CERTIFICATE_EXPIRED = 1 << 0,
	CERTIFICATE_NOT_YET = 1 << 1,     /* valid only from a later time on */
	CERTIFICATE_NAME = 1 << 2,        /* no DNS-ID for the host (RFC 6125 6.4, RFC 8461 4.2) */
	CERTIFICATE_SELF_SIGNED = 1 << 3, /* by itself, and not among the trusted */
	CERTIFICATE_INCOMPLETE = 1 << 4,  /* an intermediate is missing from what was sent */
	CERTIFICATE_UNTRUSTED = 1 << 5,   /* leads to a root that is not trusted, or to nothing */
	CERTIFICATE_CHAIN_TIME = 1 << 6,  /* one above it has ended, or has not begun */
	CERTIFICATE_WEAK = 1 << 7,        /* key or signature */
	CERTIFICATE_PURPOSE = 1 << 8,     /* not meant for a server */
	CERTIFICATE_OTHER = 1 << 9,       /* see words */
};

/* Those that make a certificate one that cannot be trusted, apart from its name and its own dates.
 */
#define CERTIFICATE_TRUST_FAULTS                                                                   \
	(CERTIFICATE_SELF_SIGNED | CERTIFICATE_INCOMPLETE | CERTIFICATE_UNTRUSTED |                \
		CERTIFICATE_CHAIN_TIME | CERTIFICATE_WEAK | CERTIFICATE_PURPOSE |                  \
		CERTIFICATE_OTHER)

struct certificate {
	GPtrArray *names; /* char *: DNS names of its subjectAltName, as they stand there, capped */
	char *issuer, *subject; /* one line each */
	int64_t not_before, not_after;
	unsigned faults; /* of enum certificate_fault */
	char *words;     /* with CERTIFICATE_OTHER or _WEAK: what OpenSSL says; else NULL */
	char *key;       /* "EC 256", "RSA 2048" */
	/* The chain as sent, the server's own first: DER of each certificate.  For DANE. */
	GPtrArray *chain; /* GBytes * */
};

void certificate_free(struct certificate *certificate);

/* Names of the faults for machines, in order of weight: "expired", "name-mismatch" ...; NULL ends.
 */
const char *certificate_fault_name(unsigned index, enum certificate_fault *fault);

/* Where a TLS handshake leaves what it saw. */
struct certificate_watch {
	const char *host;         /* the name that the certificate must be for */
	bool go_on;               /* with a faulty one; else the handshake ends */
	struct certificate *seen; /* NULL: none came; g_steal_pointer it */
	const char *tls_version;  /* "TLSv1.3"; NULL: none was agreed on; constant */
};

/* Makes an SSL_CTX (OpenSSL's, as a void * from libcurl) judge by a watch, which must outlive it.
 */
void certificate_watch_context(void *ssl_ctx, struct certificate_watch *watch);

/* Lets an SSL_CTX speak whatever a server does, down to TLS 1.0 and weak keys, so that old ones are
   seen and told rather than met with silence. */
void certificate_allow_old(void *ssl_ctx);
