/* Taking the wrapping off: gzip (RFC 1952), zlib (RFC 1950) and the first file of a zip. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum wrapping { WRAPPING_NONE, WRAPPING_GZIP, WRAPPING_ZLIB, WRAPPING_ZIP };

/* What the bytes begin with, by magic and a plausible header. */
enum wrapping wrapping_sniff(const uint8_t *bytes, size_t length);

/* Inflates into out (cleared first), never beyond limit bytes.  All members of a gzip stream are
   concatenated; *trailing tells how many bytes after the last were left aside.  False with a
   REPORT_ERROR: damaged (BROKEN) or over the limit (LIMIT); out then holds nothing of use. */
bool inflate_bytes(enum wrapping wrapping, const uint8_t *bytes, size_t length, size_t limit,
	GByteArray *out, size_t *trailing, GError **error);
