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

void json_open(struct json_writer *json, const char *name, char bracket);
void json_close(struct json_writer *json, char bracket);
/* NULL becomes null. */
void json_text(struct json_writer *json, const char *name, const char *text);
void json_number(struct json_writer *json, const char *name, int64_t number);
void json_bool(struct json_writer *json, const char *name, bool value);
void json_null(struct json_writer *json, const char *name);
/* RFC 3339 */
void json_instant(struct json_writer *json, const char *name, int64_t instant);
void json_texts(struct json_writer *json, const char *name, const char *const *texts, size_t count);
