/* Instants: seconds since 1970-01-01T00:00:00Z, and RFC 3339 text. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define INSTANT_TEXT_BYTES 32
#define INSTANT_DAY_TEXT_BYTES 16

/* What was irregular in a text that was accepted all the same. */
enum instant_quirk {
	INSTANT_NO_ZONE = 1,   /* UTC assumed */
	INSTANT_DATE_ONLY = 2, /* midnight assumed */
	INSTANT_LEAP = 4,      /* :60 taken as :59 */
};

/* Reads RFC 3339 date-time and the other forms senders use: no zone, space for T, lower case,
   fractions (dropped), date only, ":60".  Years 1970 to 9999.  False: no such text, nothing set.
   quirks may be NULL. */
bool instant_parse(const char *text, int64_t *instant, unsigned *quirks);

/* "2026-03-01T00:00:00Z" */
const char *instant_text(int64_t instant, char buffer[INSTANT_TEXT_BYTES]);

/* "2026-03-01", from days since 1970-01-01 */
const char *instant_day_text(int32_t day, char buffer[INSTANT_DAY_TEXT_BYTES]);

/* The UTC day an instant lies in, in days since 1970-01-01. */
int32_t instant_day(int64_t instant);

/* Reads what a person gives for --since and --until: RFC 3339, a date, or an age such as "14d",
   "12h", "2w" before now. */
bool instant_parse_option(const char *text, int64_t now, int64_t *instant);
