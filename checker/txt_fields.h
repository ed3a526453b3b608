/* The fields of a TXT record: name=value, parted by semicolons (RFC 8461 3.1, RFC 8460 3). */
#pragma once

#include "checker/txt_record.h"

/* One field behind the version; points into the record. */
struct txt_field {
	struct txt name, value; /* white space around them is taken off */
	unsigned place;         /* 1: right behind the version */
};

/* Reads the fields of a record that begins with its version, adds the faults of their grammar, and
   calls take for each that has a name.  Where take says that the field is not of its own, the value
   is checked as an extension's. */
void txt_fields_read(struct arena *arena, const struct txt_kind *kind, const struct txt *record,
	struct faults *faults, bool (*take)(void *user, const struct txt_field *field), void *user);
