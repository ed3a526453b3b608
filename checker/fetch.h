/* Fetching a policy exactly as RFC 8461 3.3 has it. */
#pragma once

#include "checker/certificate.h"
#include "checker/transfers.h"

/* RFC 8461 3.3: at least this much must be taken, and this long waited. */
#define FETCH_MOST_BYTES (64u << 10)
#define FETCH_MOST_SECONDS 60

enum fetch_outcome {
	FETCH_FINE,        /* status 200, and the whole body */
	FETCH_UNREACHABLE, /* no connection could be made: refused, no route */
	FETCH_TIMED_OUT,   /* it takes too long: the connection, or the answer */
	FETCH_BROKEN,      /* the connection ended too soon */
	FETCH_NO_HTTP,     /* what came is no HTTP */
	FETCH_TLS,         /* no TLS 1.2 or better could be agreed on */
	FETCH_CERTIFICATE, /* see the certificate's faults */
	FETCH_REDIRECT,    /* status 3xx: never followed */
	FETCH_STATUS,      /* another status than 200 */
	FETCH_TOO_LARGE,   /* more than FETCH_MOST_BYTES, of body or of header */
};

struct fetch_result {
	enum fetch_outcome outcome;
	char *why;                       /* in words, where it is not FETCH_FINE */
	long http_status;                /* 0: none came */
	char *content_type;              /* NULL: none was told */
	char *location;                  /* where a redirect leads; NULL: nowhere */
	GByteArray *body;                /* as much as came */
	struct certificate *certificate; /* NULL: none came */
};

struct fetch_options {
	const char *host; /* of the URL, of SNI, and of the certificate */
	int port;
	const char *path;
	char *const
		*addresses;    /* IP addresses to connect to, NULL ends; nothing else is resolved */
	unsigned seconds;      /* for all of it */
	bool certificate_only; /* ends after the handshake: no request is sent */
};

/* done is called once, later; the result is freed after it: take what you need. */
void fetch_start(struct transfers *transfers, const struct fetch_options *options,
	void (*done)(void *user, struct fetch_result *result), void *user);
