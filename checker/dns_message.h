/* DNS answers as they come over the wire (RFC 1035 4), read into records. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum dns_type {
	DNS_A = 1,
	DNS_CNAME = 5,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_TLSA = 52,
};

enum dns_status {
	DNS_FINE,    /* records */
	DNS_NO_DATA, /* the name is there, but no record of that type */
	DNS_NO_NAME, /* NXDOMAIN */
	DNS_FAILED,  /* nobody can tell: no answer, SERVFAIL, REFUSED, nonsense */
};

/* One record of the type that was asked for. */
struct dns_record {
	uint16_t preference; /* MX */
	char *name;          /* MX, PTR, CNAME: a name without trailing dot; "" is the root */
	uint8_t *data;       /* A, AAAA, TLSA: as on the wire; TXT: its strings joined, and a 0 */
	size_t length;       /* without that 0 */
};

struct dns_answer {
	enum dns_status status;
	bool authentic;     /* the AD bit (RFC 6840 5.8) as the resolver set it */
	char *why;          /* with DNS_FAILED: in words */
	GPtrArray *cnames;  /* char *: the names led to by CNAMEs, in order */
	GPtrArray *records; /* struct dns_record *, in the answer's order */
	int holders;
};

/* An answer that says DNS_FAILED; takes over why. */
struct dns_answer *dns_answer_failed(char *why);

/* Reads a response to a question for name and type.  What is no such response is DNS_FAILED.  Free
   it with dns_answer_release. */
struct dns_answer *dns_message_read(
	const uint8_t *bytes, size_t length, const char *name, enum dns_type type);

struct dns_answer *dns_answer_hold(struct dns_answer *answer);
void dns_answer_release(struct dns_answer *answer);
typedef struct dns_answer dns_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(dns_answer, dns_answer_release)

/* "MX" */
const char *dns_type_name(enum dns_type type);
