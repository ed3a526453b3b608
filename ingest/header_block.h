/* The raw headers of a message (RFC 5322 2.2), one field at a time, in order. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct header_block {
	const uint8_t *at, *end;
};

/* One field: its name, and its text from the name to the end of its last line (without that line's
   end).  Points into the message. */
struct header_field {
	const char *name;
	size_t name_length;
	const char *text;
	size_t text_length;
};

/* The next field; false at the empty line, at the end, and at a line that is no field: a name of
   printable ASCII with a colon right behind it. */
bool header_block_next(struct header_block *block, struct header_field *field);

/* Why the headers of a message can mean one thing to whoever verified it and another to whoever
   reads it: a line that is no field (the body begins there for some), a field twice that may be
   there once (RFC 5322 3.6; a signature covers the last, readers take the first).  Fit to print;
   NULL: they cannot. */
const char *header_block_flaw(const uint8_t *message, size_t length);

/* Whether the field has this name, in any case. */
bool header_field_is(const struct header_field *field, const char *name);

/* The field's value with folding undone, in a new string; g_free it. */
char *header_field_value(const struct header_field *field);
