/* The TXT record that says where TLS reports about a domain go (RFC 8460 3). */
#pragma once

#include "checker/txt_record.h"

#include <stdint.h>

/* Codes beside those of enum txt_fault. */
enum tlsrpt_record_fault {
	TLSRPT_RUA_MISSING = TXT_FAULT_LAST,
	TLSRPT_RUA_CASE,      /* "RUA=": no rua, but an extension of that name */
	TLSRPT_RUA_TWICE,     /* two fields; several URIs belong into one */
	TLSRPT_RUA_NOT_FIRST, /* another field before it */
	TLSRPT_RUA_UNUSABLE,  /* none of its URIs can be reported to */
	TLSRPT_URI_EMPTY,     /* ",," */
	TLSRPT_URI_NO_SCHEME, /* "reports@example.com" */
	TLSRPT_URI_SCHEME,    /* neither mailto: nor https: */
	TLSRPT_URI_HTTP,      /* http: */
	TLSRPT_URI_SIZE, /* "!10m": DMARC (RFC 7489) has a size limit there, TLS-RPT has none */
	TLSRPT_URI_CHARACTERS,  /* not of a URI (RFC 3986 2) */
	TLSRPT_URI_PERCENT,     /* "%" without two hexadecimal digits */
	TLSRPT_URI_ADDRESS,     /* mailto: not to one mail address */
	TLSRPT_URI_FIELDS,      /* mailto: with "?subject=" and the like */
	TLSRPT_URI_HOST,        /* https: without a host, or with one that is no domain name */
	TLSRPT_URI_IP,          /* https: to an IP address */
	TLSRPT_URI_PORT,        /* https: a port that is none */
	TLSRPT_URI_CREDENTIALS, /* https: user:password@ */
	TLSRPT_URI_FRAGMENT,    /* https: #fragment */
	TLSRPT_URI_TWICE,
	TLSRPT_URI_MANY, /* more than LIMIT_RUA */
};

enum tlsrpt_scheme {
	TLSRPT_OTHER,
	TLSRPT_MAILTO,
	TLSRPT_HTTPS,
};

struct tlsrpt_rua {
	const char *uri; /* printable */
	enum tlsrpt_scheme scheme;
	bool usable;               /* the parts below are there, and senders report to it */
	const char *address;       /* mailto: local-part@domain, percent decoded, printable */
	const char *host;          /* mailto: the domain; https: the host; a normalised name */
	uint16_t port;             /* https */
	const char *path;          /* https: with its query, as written; "/" at least */
	const struct fault *fault; /* the worst one of this URI; NULL: none */
};

struct tlsrpt_record {
	enum txt_status status;
	bool lenient;   /* with INVALID: lenient senders read it all the same */
	struct txt txt; /* the record that counts, or that was meant; no bytes: none */
	struct tlsrpt_rua *rua;
	size_t n_rua; /* at most LIMIT_RUA, each once */
	struct faults faults;
};

/* Reads the TXT records found at _smtp._tls.<domain>.  Everything comes from the arena; never NULL.
   With status FINE at least one rua is usable. */
struct tlsrpt_record *tlsrpt_record_read(struct arena *arena, const struct txt *txts, size_t count);
