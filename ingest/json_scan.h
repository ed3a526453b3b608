/* A first pass over JSON text, before anything is built from it: strict syntax, depth and number
   of values, and repairs of what would stop or confuse the parser behind it. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_scan_quirk {
	JSON_BOM = 1,          /* a byte order mark was skipped */
	JSON_BAD_UTF8 = 2,     /* sequences that are no UTF-8 became U+FFFD */
	JSON_BAD_ESCAPE = 4,   /* \u0000 and lone surrogates became U+FFFD */
	JSON_TRAILING = 8,     /* bytes after the first value, other than white space and NUL */
	JSON_LONG_NUMBER = 16, /* numbers of more digits than a double holds became strings */
};

/* Copies the first JSON value of bytes into out (cleared first, NUL-terminated), repaired.  False
   with a REPORT_ERROR that names line and column where it is no JSON value (RFC 8259; raw control
   characters in strings, single quotes, trailing commas are refused) or over LIMIT_JSON_DEPTH or
   LIMIT_JSON_VALUES. */
bool json_scan(
	const uint8_t *bytes, size_t length, GByteArray *out, unsigned *quirks, GError **error);
