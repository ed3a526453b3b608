/* The bytes of a report as sent to a struct report. */
#include "ingest/report_body.h"

#include <string.h>

#include <openssl/sha.h>

#include "ingest/inflate.h"
#include "ingest/json_scan.h"
#include "ingest/limits.h"
#include "ingest/report_json.h"

G_DEFINE_QUARK(stsready - report - error, report_error)

/* A reader's buffers: bytes are what is still wrapped, other is where they are unwrapped to. */
struct unwrapping {
	const uint8_t *bytes;
	size_t length;
	GByteArray *buffers[2];
	int layers;
	bool junk; /* bytes other than padding followed the packed ones */
};

static bool
is_padding(const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] != 0 && bytes[i] != '\r' && bytes[i] != '\n' && bytes[i] != ' ')
			return false;
	return true;
}

static bool
unwrap(struct unwrapping *unwrapping, GError **error)
{
	for (;;) {
		enum wrapping wrapping = wrapping_sniff(unwrapping->bytes, unwrapping->length);
		if (wrapping == WRAPPING_NONE)
			return true;
		if (unwrapping->layers == LIMIT_WRAPPINGS) {
			g_set_error(error, REPORT_ERROR, REPORT_ERROR_LIMIT,
				"packed more than %d times", LIMIT_WRAPPINGS);
			return false;
		}
		GByteArray *out = unwrapping->buffers[unwrapping->layers % 2];
		size_t trailing;
		if (!inflate_bytes(wrapping, unwrapping->bytes, unwrapping->length,
			    LIMIT_JSON_BYTES, out, &trailing, error))
			return false;
		unwrapping->junk =
			unwrapping->junk ||
			!is_padding(unwrapping->bytes + unwrapping->length - trailing, trailing);
		unwrapping->bytes = out->data;
		unwrapping->length = out->len;
		unwrapping->layers++;
	}
}

/* Where the JSON begins: behind white space and a byte order mark. */
static size_t
json_start(const uint8_t *bytes, size_t length)
{
	size_t at = length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	while (at < length && memchr(" \t\r\n", bytes[at], 4) != NULL)
		at++;
	return at;
}

bool
report_body_sniff(const uint8_t *bytes, size_t length)
{
	if (wrapping_sniff(bytes, length) != WRAPPING_NONE)
		return true;
	size_t at = json_start(bytes, length);
	return at < length && bytes[at] == '{';
}

static void
note_scan(struct report *report, unsigned quirks)
{
	if (quirks & JSON_BOM)
		report_note(report, "a byte order mark");
	if (quirks & JSON_BAD_UTF8)
		report_note(report, "bytes that are not UTF-8");
	if (quirks & JSON_BAD_ESCAPE)
		report_note(report, "escapes that are no characters");
	if (quirks & JSON_TRAILING)
		report_note(report, "bytes after the JSON");
	if (quirks & JSON_LONG_NUMBER)
		report_note(report, "numbers too long for a double, taken as text");
}

static void
note_wrapping(struct report *report, const struct unwrapping *unwrapping)
{
	if (unwrapping->layers > 1)
		report_note(report, "packed %d times", unwrapping->layers);
	if (unwrapping->junk)
		report_note(report, "bytes after the packed ones");
}

/* Nothing of JSON at all: whatever was packed here, it was no report. */
static bool
refuse_alien(const struct unwrapping *unwrapping, GError **error)
{
	size_t at = json_start(unwrapping->bytes, unwrapping->length);
	if (at == unwrapping->length) {
		g_set_error_literal(error, REPORT_ERROR,
			unwrapping->layers > 0 ? REPORT_ERROR_BROKEN : REPORT_ERROR_ALIEN, "empty");
		return false;
	}
	if (memchr("{[\"", unwrapping->bytes[at], 3) != NULL)
		return true;
	g_set_error_literal(
		error, REPORT_ERROR, REPORT_ERROR_ALIEN, "neither JSON nor packed JSON");
	return false;
}

static struct report *
read_json(const struct unwrapping *unwrapping, GByteArray *scanned,
	const struct report_context *context, GError **error)
{
	unsigned quirks;
	if (!refuse_alien(unwrapping, error) ||
		!json_scan(unwrapping->bytes, unwrapping->length, scanned, &quirks, error))
		return NULL;
	g_autoptr(Report) report = report_new();
	SHA256(unwrapping->bytes, unwrapping->length, report->digest);
	note_wrapping(report, unwrapping);
	note_scan(report, quirks);
	if (!report_json_read(report, (const char *)scanned->data, scanned->len, context, error))
		return NULL;
	report_end_reading(report);
	return g_steal_pointer(&report);
}

struct report *
report_body_read(
	const uint8_t *bytes, size_t length, const struct report_context *context, GError **error)
{
	if (length > LIMIT_BODY_BYTES) {
		g_set_error(error, REPORT_ERROR, REPORT_ERROR_LIMIT,
			"%zu bytes, at most %u are read", length, LIMIT_BODY_BYTES);
		return NULL;
	}
	g_autoptr(GByteArray) one = g_byte_array_new(), other = g_byte_array_new();
	g_autoptr(GByteArray) scanned = g_byte_array_new();
	struct unwrapping unwrapping = { bytes, length, { one, other }, 0, false };
	if (!unwrap(&unwrapping, error))
		return NULL;
	return read_json(&unwrapping, scanned, context, error);
}
