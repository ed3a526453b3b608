/* The TXT record that says that a domain has an MTA-STS policy (RFC 8461 3.1). */
#pragma once

#include "checker/txt_record.h"

/* RFC 8461 3.1: sts-id = "id=" 1*32(ALPHA / DIGIT) */
#define STS_ID_MOST 32

/* Codes beside those of enum txt_fault. */
enum sts_record_fault {
	STS_RECORD_ID_MISSING = TXT_FAULT_LAST,
	STS_RECORD_ID_CASE,       /* "ID=": no id, but an extension of that name */
	STS_RECORD_ID_LONG,       /* over 32 */
	STS_RECORD_ID_CHARACTERS, /* other than letters and digits: hyphens, dots, colons */
	STS_RECORD_ID_TWICE,
};

struct sts_record {
	enum txt_status status;
	bool lenient;   /* with INVALID or MULTIPLE: lenient senders find a policy here all the same
			 */
	struct txt txt; /* the record that counts, or that was meant; no bytes: none */
	const char *id; /* printable, not empty, as lenient senders read it; NULL: none */
	struct faults faults;
};

/* Reads the TXT records found at _mta-sts.<domain> (CNAMEs followed: RFC 8461 3.1).  Everything
   comes from the arena; never NULL. */
struct sts_record *sts_record_read(struct arena *arena, const struct txt *txts, size_t count);
