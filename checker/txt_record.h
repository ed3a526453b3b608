/* What the TXT records of MTA-STS and TLS-RPT have in common (RFC 8461 3.1, RFC 8460 3). */
#pragma once

#include "checker/fault.h"

#include <stdbool.h>
#include <stddef.h>

/* One TXT record, its character-strings joined without spaces. */
struct txt {
	const char *bytes; /* any, NUL too; printable() or fault_quote() them */
	size_t length;
};

enum txt_status {
	TXT_FINE,     /* the strictest sender takes it; it may have faults up to FAULT_TRIPS */
	TXT_ABSENT,   /* nothing that is, or was meant to be, such a record */
	TXT_MULTIPLE, /* more than one: senders take none */
	TXT_INVALID,  /* one was meant, but strict senders find none or refuse it */
};

/* "fine", "absent", "multiple", "invalid" */
const char *txt_status_name(enum txt_status status);

/* Codes of the faults that both records can have. */
enum txt_fault {
	TXT_FAULT_UNRELATED = 1,    /* a record of something else at this name */
	TXT_FAULT_OTHER_KIND,       /* a TLS-RPT record at the MTA-STS name, or the reverse */
	TXT_FAULT_SEVERAL,          /* more than one record */
	TXT_FAULT_NO_SEMICOLON,     /* the version, but no ";" behind it */
	TXT_FAULT_SPACED_SEMICOLON, /* "v=STSv1 ;": the grammar has it, but the choice discards it
				     */
	TXT_FAULT_ESCAPED,          /* "\;" */
	TXT_FAULT_CASE,             /* the version in another case */
	TXT_FAULT_QUOTED,           /* double quotes are part of the text */
	TXT_FAULT_LEADING_SPACE,    /* white space before the version */
	TXT_FAULT_BOM,              /* a byte order mark, or another unseen character, before it */
	TXT_FAULT_VERSION_SPACED,   /* "v = STSv1" */
	TXT_FAULT_VERSION_OTHER,    /* a version that is none: "v=STSv2" */
	TXT_FAULT_NOT_FIRST,        /* the version stands further behind */
	TXT_FAULT_EMPTY_FIELD,      /* ";;" */
	TXT_FAULT_NO_EQUALS,        /* a field that is not name=value */
	TXT_FAULT_NAME,             /* a field's name has other characters, or over 32 */
	TXT_FAULT_VALUE,            /* a field's value is empty or has other characters */
	TXT_FAULT_SPACES,           /* white space where the grammar has none */
	TXT_FAULT_CHARACTERS,       /* control characters, or bytes beyond ASCII */
	TXT_FAULT_LAST,             /* codes of one record only follow */
};

/* A kind of record. */
struct txt_kind {
	const char *version; /* "v=STSv1" */
	const char *stem;    /* "v=STS": what another version begins with */
	const char *name;    /* "MTA-STS" */
	const struct txt_kind *other;
	const char *place; /* "_mta-sts": where it belongs, below the domain */
};

extern const struct txt_kind txt_kind_sts, txt_kind_tlsrpt;

/* The status of a record, chosen with one, when all its faults are known. */
enum txt_status txt_record_status(enum txt_status chosen, const struct faults *faults);

/* Whether its bytes are this text; ..._case: in any case of letters. */
bool txt_is(const struct txt *txt, const char *text);
bool txt_is_case(const struct txt *txt, const char *text);
bool txt_begins(const struct txt *txt, const char *text);
bool txt_begins_case(const struct txt *txt, const char *text);
bool txt_contains_case(const struct txt *txt, const char *text);

/* Without the first count bytes, which there must be. */
struct txt txt_after(const struct txt *txt, size_t count);

/* Space and tab: WSP of RFC 5234 B.1. */
bool txt_is_wsp(char byte);
struct txt txt_trim(struct txt txt);
