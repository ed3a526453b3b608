/* What the TXT records of MTA-STS and TLS-RPT have in common (RFC 8461 3.1, RFC 8460 3): the choice
   of the one that counts, and the grammar of its fields. */
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
	TXT_FAULT_UNRELATED = 1,  /* a record of something else at this name */
	TXT_FAULT_SEVERAL,        /* more than one record */
	TXT_FAULT_NO_SEMICOLON,   /* the version, but not ";" right behind it */
	TXT_FAULT_ESCAPED,        /* "\;" */
	TXT_FAULT_CASE,           /* the version in another case */
	TXT_FAULT_QUOTED,         /* double quotes are part of the text */
	TXT_FAULT_LEADING_SPACE,  /* white space before the version */
	TXT_FAULT_BOM,            /* a byte order mark, or another unseen character, before it */
	TXT_FAULT_VERSION_SPACED, /* "v = STSv1" */
	TXT_FAULT_VERSION_OTHER,  /* a version that is none: "v=STSv2" */
	TXT_FAULT_NOT_FIRST,      /* the version stands further behind */
	TXT_FAULT_EMPTY_FIELD,    /* ";;" */
	TXT_FAULT_NO_EQUALS,      /* a field that is not name=value */
	TXT_FAULT_NAME,           /* a field's name has other characters, or over 32 */
	TXT_FAULT_VALUE,          /* a field's value is empty or has other characters */
	TXT_FAULT_SPACES,         /* white space where the grammar has none */
	TXT_FAULT_CHARACTERS,     /* control characters, or bytes beyond ASCII */
	TXT_FAULT_LAST,           /* codes of one record only follow */
};

/* A kind of record. */
struct txt_kind {
	const char *version; /* "v=STSv1" */
	const char *name;    /* "MTA-STS" */
	const char *other;   /* the version of the other kind: a record at the wrong name */
};

/* Chooses the record that counts among those at its name.  FINE, with *chosen (in the arena): it
   begins as it must, and its fields are to be read.  INVALID, with *chosen: one that was meant to
   be such a record but that senders discard.  MULTIPLE, with *chosen the first.  ABSENT: *chosen
   is not set. */
enum txt_status txt_record_choose(struct arena *arena, const struct txt_kind *kind,
	const struct txt *txts, size_t count, struct txt *chosen, struct faults *faults);

/* One field behind the version; points into the record. */
struct txt_field {
	struct txt name, value; /* white space around them is taken off */
	unsigned place;         /* 1: right behind the version */
};

/* Reads the fields of a record whose beginning is fine, and calls take for each that has a name and
   a value; faults of the grammar are added.  A value with other characters than an extension may
   have is no fault here where own says that the record's kind defines a field of that name. */
void txt_record_fields(struct arena *arena, const struct txt_kind *kind, const struct txt *record,
	struct faults *faults, bool (*own)(const struct txt *name),
	void (*take)(void *user, const struct txt_field *field), void *user);

/* Whether bytes are this text. */
bool txt_is(const struct txt *txt, const char *text);
