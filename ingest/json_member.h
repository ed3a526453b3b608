/* Members of JSON objects as senders really fill them: absent, null, empty, of another type. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "ingest/report.h"

/* Where notes say that something was: "policies[1]: " or "". */
struct json_place {
	struct report *report;
	char where[64];
};

/* Notes something about a member, behind the place. */
void json_note(struct json_place *place, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Finds an object's members by name, in one pass; members[i] is NULL where names[i] is absent or
   null.  Of a name that occurs twice the last counts, with a note (QUIRKS of I-JSON). */
void json_members(struct json_place *place, const cJSON *object, const char *const *names,
	const cJSON **members, size_t count);

/* A member's text, in the report's arena: a string, or a number as its digits; cut at cap bytes at
   a character, with a note.  NULL where item is NULL, empty or of another type (with a note). */
const char *json_text(struct json_place *place, const cJSON *item, const char *name, size_t cap);

/* The same, trimmed and in lower case. */
const char *json_word(struct json_place *place, const cJSON *item, const char *name, size_t cap);

/* A count of sessions: a whole number of 0 or more, as number or digits.  absent where item is NULL
   or no such count (with a note). */
int64_t json_count(struct json_place *place, const cJSON *item, const char *name, int64_t absent);

/* Copies text into the report's arena, cut at cap bytes at a character, with a note. */
const char *json_cut(struct json_place *place, const char *text, const char *name, size_t cap);
