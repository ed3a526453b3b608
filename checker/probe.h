/* One SMTP connection to one address of an MX, as far as STARTTLS (RFC 3207), and what it shows. */
#pragma once

#include "checker/certificate.h"
#include "checker/transfers.h"

enum probe_outcome {
	PROBE_FINE,        /* TLS; its certificate may have faults all the same */
	PROBE_UNREACHABLE, /* no connection: refused, no route */
	PROBE_TIMED_OUT,   /* no connection, or no answer, in time */
	PROBE_REFUSED,     /* it answers, but not with a welcome: 421, 554, nothing, nonsense */
	PROBE_NO_STARTTLS, /* it does not offer STARTTLS, or refuses it for good (5xx) */
	PROBE_LATER,       /* it offers STARTTLS and refuses it for now (4xx) */
	PROBE_TLS,         /* no TLS comes of STARTTLS */
};

struct probe_result {
	enum probe_outcome outcome;
	char *why;                       /* in words, where it is not PROBE_FINE */
	const char *tls_version;         /* "TLSv1.3"; NULL: none */
	struct certificate *certificate; /* NULL: none came */
};

struct probe_options {
	const char *host;    /* of SNI, and of the certificate */
	const char *address; /* IP address to connect to */
	int port;
	const char *ehlo; /* what to call ourselves */
	unsigned seconds; /* for all of it */
};

/* done is called once, later; the result is freed after it: take what you need. */
void probe_start(struct transfers *transfers, const struct probe_options *options,
	void (*done)(void *user, struct probe_result *result), void *user);
