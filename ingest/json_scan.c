/* A first pass over JSON text: strict syntax (RFC 8259), caps, repairs. */
#include "ingest/json_scan.h"

#include <string.h>

#include "ingest/limits.h"
#include "ingest/report_body.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* A double, which is what the parser makes of a number, holds every integer of 15 digits. */
#define EXACT_DIGITS 15
/* cJSON reads no more characters of a number than 63. */
#define PARSED_DIGITS 63

struct scan {
	const uint8_t *start, *at, *end;
	GByteArray *out;
	const uint8_t *copied; /* everything before it is in out */
	unsigned quirks;
	size_t values;
	GError **error;
};

static bool
fail(struct scan *scan, int code, const char *why)
{
	size_t line = 1;
	const uint8_t *begin = scan->start;
	for (const uint8_t *at = scan->start; at < scan->at && at < scan->end; at++)
		if (*at == '\n') {
			line++;
			begin = at + 1;
		}
	g_set_error(scan->error, REPORT_ERROR, code, "JSON: line %zu column %zu: %s", line,
		(size_t)(scan->at - begin) + 1, why);
	return false;
}

static bool
fail_syntax(struct scan *scan, const char *why)
{
	return fail(scan, REPORT_ERROR_BROKEN, scan->at >= scan->end ? "ends in the middle" : why);
}

static void
skip_space(struct scan *scan)
{
	while (scan->at < scan->end &&
		(*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\r' || *scan->at == '\t'))
		scan->at++;
}

/* Copies what was passed over since the last repair, then text in place of length bytes at at. */
static void
repair(struct scan *scan, const char *text, size_t length)
{
	g_byte_array_append(scan->out, scan->copied, (guint)(scan->at - scan->copied));
	g_byte_array_append(scan->out, (const uint8_t *)text, (guint)strlen(text));
	scan->at += length;
	scan->copied = scan->at;
}

/* The length of the UTF-8 sequence at bytes if it is good, else 0 and in *bad the length of its
   maximal subpart (Unicode 3.9, table 3-7), which is replaced as a whole. */
static size_t
sequence(const uint8_t *bytes, size_t room, size_t *bad)
{
	static const struct {
		uint8_t first, last, low, high, length;
	} forms[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	*bad = 1;
	for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
		if (bytes[0] < forms[i].first || bytes[0] > forms[i].last)
			continue;
		if (room < 2 || bytes[1] < forms[i].low || bytes[1] > forms[i].high)
			return 0;
		for (*bad = 2; *bad < forms[i].length; ++*bad)
			if (*bad >= room || (bytes[*bad] & 0xc0) != 0x80)
				return 0;
		return forms[i].length;
	}
	return 0;
}

static bool
scan_character(struct scan *scan)
{
	size_t bad, length = sequence(scan->at, (size_t)(scan->end - scan->at), &bad);
	if (length > 0) {
		scan->at += length;
		return true;
	}
	scan->quirks |= JSON_BAD_UTF8;
	repair(scan, REPLACEMENT, bad);
	/* one byte may become three */
	return scan->out->len <= LIMIT_JSON_BYTES ||
	       fail(scan, REPORT_ERROR_LIMIT, "too long when repaired");
}

/* The four hex digits of a \u escape at at; -1 where they are not there. */
static int
hex4(const struct scan *scan, const uint8_t *at)
{
	int value = 0;
	if (scan->end - at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = g_ascii_xdigit_value((char)at[i]);
		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

/* "\uXXXX": NUL and surrogates without their half become U+FFFD. */
static bool
scan_unicode_escape(struct scan *scan)
{
	int unit = hex4(scan, scan->at + 2);
	if (unit < 0)
		return fail_syntax(scan, "\\u wants four hex digits");
	if (unit >= 0xd800 && unit <= 0xdbff && scan->end - scan->at >= 12 && scan->at[6] == '\\' &&
		scan->at[7] == 'u') {
		int low = hex4(scan, scan->at + 8);
		if (low >= 0xdc00 && low <= 0xdfff) {
			scan->at += 12;
			return true;
		}
	}
	if (unit != 0 && (unit < 0xd800 || unit > 0xdfff)) {
		scan->at += 6;
		return true;
	}
	scan->quirks |= JSON_BAD_ESCAPE;
	repair(scan, REPLACEMENT, 6);
	return true;
}

static bool
scan_escape(struct scan *scan)
{
	if (scan->end - scan->at < 2) {
		scan->at = scan->end;
		return fail_syntax(scan, "");
	}
	if (scan->at[1] == 'u')
		return scan_unicode_escape(scan);
	if (scan->at[1] == '\0' || strchr("\"\\/bfnrt", scan->at[1]) == NULL)
		return fail_syntax(scan, "unknown escape in a string");
	scan->at += 2;
	return true;
}

static bool
scan_string(struct scan *scan)
{
	scan->at++;
	while (scan->at < scan->end) {
		uint8_t byte = *scan->at;
		if (byte == '"') {
			scan->at++;
			return true;
		}
		if (byte < 0x20)
			return fail_syntax(scan, "raw control character in a string");
		if (byte == '\\') {
			if (!scan_escape(scan))
				return false;
		} else if (byte >= 0x80) {
			if (!scan_character(scan))
				return false;
		} else {
			scan->at++;
		}
	}
	return fail_syntax(scan, "");
}

static bool
scan_digits(struct scan *scan)
{
	const uint8_t *begin = scan->at;
	while (scan->at < scan->end && g_ascii_isdigit(*scan->at))
		scan->at++;
	return scan->at > begin || fail_syntax(scan, "a digit was expected");
}

/* Makes a string of the number that begins at begin, so that none of its digits is lost: report-ids
   are numbers, too. */
static void
quote_number(struct scan *scan, const uint8_t *begin)
{
	const uint8_t *end = scan->at;
	scan->at = begin;
	repair(scan, "\"", 0);
	scan->at = end;
	repair(scan, "\"", 0);
	scan->quirks |= JSON_LONG_NUMBER;
}

static bool
pass_number(struct scan *scan, bool *whole)
{
	*whole = true;
	if (*scan->at == '-')
		scan->at++;
	if (scan->at < scan->end && *scan->at == '0')
		scan->at++;
	else if (!scan_digits(scan))
		return false;
	if (scan->at < scan->end && *scan->at == '.') {
		*whole = false;
		scan->at++;
		if (!scan_digits(scan))
			return false;
	}
	if (scan->at < scan->end && (*scan->at == 'e' || *scan->at == 'E')) {
		*whole = false;
		scan->at++;
		if (scan->at < scan->end && (*scan->at == '+' || *scan->at == '-'))
			scan->at++;
		return scan_digits(scan);
	}
	return true;
}

static bool
scan_number(struct scan *scan)
{
	const uint8_t *begin = scan->at;
	bool whole;
	if (!pass_number(scan, &whole))
		return false;
	if (scan->at - begin > (whole ? EXACT_DIGITS : PARSED_DIGITS))
		quote_number(scan, begin);
	return true;
}

static bool
scan_word(struct scan *scan)
{
	static const char *const words[] = { "true", "false", "null" };
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		size_t length = strlen(words[i]);
		if ((size_t)(scan->end - scan->at) >= length &&
			memcmp(scan->at, words[i], length) == 0) {
			scan->at += length;
			return true;
		}
	}
	return fail_syntax(scan, "a value was expected");
}

static bool
scan_scalar(struct scan *scan)
{
	if (scan->at >= scan->end)
		return fail_syntax(scan, "");
	if (*scan->at == '"')
		return scan_string(scan);
	if (*scan->at == '-' || g_ascii_isdigit(*scan->at))
		return scan_number(scan);
	return scan_word(scan);
}

/* A member's name and colon. */
static bool
scan_name(struct scan *scan)
{
	skip_space(scan);
	if (scan->at >= scan->end || *scan->at != '"')
		return fail_syntax(scan, "a member's name was expected");
	if (!scan_string(scan))
		return false;
	skip_space(scan);
	if (scan->at >= scan->end || *scan->at != ':')
		return fail_syntax(scan, "\":\" was expected");
	scan->at++;
	return true;
}

/* Behind a value: closes what ends here and moves past the comma to the next value.  *depth is 0 at
   the end of the whole. */
static bool
scan_after_value(struct scan *scan, const char *closers, int *depth)
{
	while (*depth > 0) {
		skip_space(scan);
		if (scan->at >= scan->end)
			return fail_syntax(scan, "");
		if (*scan->at == closers[*depth - 1]) {
			scan->at++;
			--*depth;
			continue;
		}
		if (*scan->at != ',')
			return fail_syntax(
				scan, "\",\" or the end of an array or object was expected");
		scan->at++;
		return closers[*depth - 1] != '}' || scan_name(scan);
	}
	return true;
}

/* Without recursion: closers holds the bracket that ends each open level. */
static bool
scan_value(struct scan *scan)
{
	char closers[LIMIT_JSON_DEPTH];
	int depth = 0;
	do {
		skip_space(scan);
		if (++scan->values > LIMIT_JSON_VALUES)
			return fail(scan, REPORT_ERROR_LIMIT, "too many values");
		uint8_t byte = scan->at < scan->end ? *scan->at : 0;
		if (byte != '{' && byte != '[') {
			if (!scan_scalar(scan) || !scan_after_value(scan, closers, &depth))
				return false;
			continue;
		}
		if (depth == LIMIT_JSON_DEPTH)
			return fail(scan, REPORT_ERROR_LIMIT, "nested too deeply");
		closers[depth++] = byte == '{' ? '}' : ']';
		scan->at++;
		skip_space(scan);
		if (scan->at < scan->end && *scan->at == closers[depth - 1]) {
			if (!scan_after_value(scan, closers, &depth))
				return false;
		} else if (byte == '{' && !scan_name(scan)) {
			return false;
		} else if (byte == '[' && scan->at >= scan->end) {
			return fail_syntax(scan, "");
		}
	} while (depth > 0);
	return true;
}

static bool
only_padding(const uint8_t *at, const uint8_t *end)
{
	for (; at < end; at++)
		if (*at != 0 && *at != ' ' && *at != '\n' && *at != '\r' && *at != '\t')
			return false;
	return true;
}

bool
json_scan(const uint8_t *bytes, size_t length, GByteArray *out, unsigned *quirks, GError **error)
{
	struct scan scan = { bytes, bytes, bytes + length, out, bytes, 0, 0, error };
	g_byte_array_set_size(out, 0);
	if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
		scan.quirks |= JSON_BOM;
		scan.at += 3;
	}
	skip_space(&scan);
	scan.copied = scan.at;
	if (scan.at >= scan.end || only_padding(scan.at, scan.end)) {
		g_set_error(error, REPORT_ERROR, REPORT_ERROR_BROKEN, "JSON: empty");
		return false;
	}
	if (!scan_value(&scan))
		return false;
	if (!only_padding(scan.at, scan.end))
		scan.quirks |= JSON_TRAILING;
	repair(&scan, "", 0);
	g_byte_array_append(out, (const uint8_t *)"", 1);
	g_byte_array_set_size(out, out->len - 1); /* the NUL stays behind the text */
	*quirks = scan.quirks;
	return true;
}
