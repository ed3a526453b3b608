/* JSON written member by member: nesting and commas are kept here. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Writes to a string; name is NULL for elements of arrays and for the outermost value. */
struct json_writer {
	GString *out;
	bool follows; /* a value stands before the next one */
};

void json_begin(struct json_writer *json, const char *name, char bracket);
void json_end(struct json_writer *json, char bracket);
/* NULL becomes null. */
void json_add_text(struct json_writer *json, const char *name, const char *text);
void json_add_number(struct json_writer *json, const char *name, int64_t number);
void json_add_bool(struct json_writer *json, const char *name, bool value);
void json_add_null(struct json_writer *json, const char *name);
/* RFC 3339 */
void json_add_instant(struct json_writer *json, const char *name, int64_t instant);
void json_add_texts(
	struct json_writer *json, const char *name, const char *const *texts, size_t count);
/* Text that is JSON already. */
void json_add_raw(struct json_writer *json, const char *name, const char *value);
