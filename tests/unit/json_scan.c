/* What passes the first look at JSON, what is mended in it, and where it is said to break. */
#include "ingest/json_scan.h"

#include "ingest/limits.h"
#include "ingest/report_body.h"
#include "tests/unit/row.h"

#define FFFD "\xef\xbf\xbd"

static const struct {
	const char *name, *json, *want;
	unsigned quirks;
} mended[] = {
	{ "an object", "{\"a\":[1,-2.5e3,true,false,null,{}]}",
		"{\"a\":[1,-2.5e3,true,false,null,{}]}", 0 },
	{ "a bare string", "\"x\"", "\"x\"", 0 },
	{ "white space around", " \r\n\t{ } \r\n", "{ }", 0 },
	{ "all escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
		"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", 0 },
	{ "a pair of surrogates", "\"\\ud83d\\ude00\"", "\"\\ud83d\\ude00\"", 0 },
	{ "four bytes of UTF-8", "\"\xf0\x9f\x98\x80\"", "\"\xf0\x9f\x98\x80\"", 0 },
	{ "A15 byte order mark", "\xef\xbb\xbf{}", "{}", JSON_BOM },
	{ "A15 another value behind", "{}{}", "{}", JSON_TRAILING },
	{ "A15 junk behind", "{} x", "{}", JSON_TRAILING },
	{ "A16 a byte that is no UTF-8", "\"\xff\"", "\"" FFFD "\"", JSON_BAD_UTF8 },
	{ "A16 two of them", "\"\xff\xfe\"", "\"" FFFD FFFD "\"", JSON_BAD_UTF8 },
	{ "A16 a sequence cut short counts once", "\"\xe2\x82\"", "\"" FFFD "\"", JSON_BAD_UTF8 },
	{ "A16 an overlong form counts each byte", "\"\xc0\xaf\"", "\"" FFFD FFFD "\"",
		JSON_BAD_UTF8 },
	{ "A16 a surrogate in UTF-8 counts each byte", "\"\xed\xa0\x80\"", "\"" FFFD FFFD FFFD "\"",
		JSON_BAD_UTF8 },
	{ "A16 beyond U+10FFFF", "\"\xf4\x90\x80\x80\"", "\"" FFFD FFFD FFFD FFFD "\"",
		JSON_BAD_UTF8 },
	{ "A16 bad bytes in a name", "{\"a\xff\":1}", "{\"a" FFFD "\":1}", JSON_BAD_UTF8 },
	{ "A16 \\u0000", "\"a\\u0000b\"", "\"a" FFFD "b\"", JSON_BAD_ESCAPE },
	{ "A16 a high surrogate alone", "\"\\ud83dx\"", "\"" FFFD "x\"", JSON_BAD_ESCAPE },
	{ "A16 a low surrogate alone", "\"\\ude00\"", "\"" FFFD "\"", JSON_BAD_ESCAPE },
	{ "A16 two high surrogates", "\"\\ud83d\\ud83d\\ude00\"", "\"" FFFD "\\ud83d\\ude00\"",
		JSON_BAD_ESCAPE },
	{ "A16 beyond a double's range", "[1e309,-1e309]", "[1e309,-1e309]", 0 },
	{ "A3 digits that a double holds", "[999999999999999]", "[999999999999999]", 0 },
	{ "A3 digits that a double loses", "[133198585438131172,1]", "[\"133198585438131172\",1]",
		JSON_LONG_NUMBER },
	{ "A3 2^53 + 1, the first that it loses", "[9007199254740993]", "[\"9007199254740993\"]",
		JSON_LONG_NUMBER },
	{ "a long fraction", "[0.1000000000000000055]", "[0.1000000000000000055]", 0 },
	{ "more characters than the parser takes",
		"[0.1000000000000000000000000000000000000000000000000000000000000001]",
		"[\"0.1000000000000000000000000000000000000000000000000000000000000001\"]",
		JSON_LONG_NUMBER },
};

static void
test_mended(void)
{
	g_autoptr(GByteArray) out = g_byte_array_new();
	for (size_t i = 0; i < G_N_ELEMENTS(mended); i++) {
		g_autoptr(GError) error = NULL;
		unsigned quirks = 0;
		bool fine = json_scan((const uint8_t *)mended[i].json, strlen(mended[i].json), out,
			&quirks, &error);
		if (!fine)
			FAIL("%s: %s", mended[i].name, error->message);
		else if (strcmp((const char *)out->data, mended[i].want) != 0 ||
			 out->len != strlen(mended[i].want) || quirks != mended[i].quirks)
			FAIL("%s: got %s, quirks %u", mended[i].name, (const char *)out->data,
				quirks);
	}
}

/* Bytes, since some rows hold NUL. */
#define BYTES(text) text, sizeof(text) - 1

static const struct {
	const char *name, *json;
	size_t length;
	const char *want;
} refused[] = {
	{ "nothing", BYTES(""), "JSON: empty" },
	{ "white space and NULs", BYTES(" \n\0\0"), "JSON: empty" },
	{ "A18 raw newline in a string", BYTES("{\"a\":\n\"b\nc\"}"),
		"JSON: line 2 column 3: raw control character in a string" },
	{ "a raw tab in a string", BYTES("\"\t\""),
		"JSON: line 1 column 2: raw control character in a string" },
	{ "NUL in a string", BYTES("\"a\0b\""),
		"JSON: line 1 column 3: raw control character in a string" },
	{ "A19 single quotes", BYTES("{'a':1}"),
		"JSON: line 1 column 2: a member's name was expected" },
	{ "A19 a comma before }", BYTES("{\"a\":1,}"),
		"JSON: line 1 column 8: a member's name was expected" },
	{ "A19 a comma before ]", BYTES("[1,]"), "JSON: line 1 column 4: a value was expected" },
	{ "a comma first", BYTES("[,1]"), "JSON: line 1 column 2: a value was expected" },
	{ "no colon", BYTES("{\"a\" 1}"), "JSON: line 1 column 6: \":\" was expected" },
	{ "the wrong bracket", BYTES("[1}"),
		"JSON: line 1 column 3: \",\" or the end of an array or object was expected" },
	{ "a comment", BYTES("{/**/}"), "JSON: line 1 column 2: a member's name was expected" },
	{ "NaN", BYTES("[NaN]"), "JSON: line 1 column 2: a value was expected" },
	{ "a word cut short", BYTES("[tru]"), "JSON: line 1 column 2: a value was expected" },
	{ "digits behind 0", BYTES("[01]"),
		"JSON: line 1 column 3: \",\" or the end of an array or object was expected" },
	{ "no digits behind a point", BYTES("[1.]"),
		"JSON: line 1 column 4: a digit was expected" },
	{ "no digits in an exponent", BYTES("[1e+]"),
		"JSON: line 1 column 5: a digit was expected" },
	{ "a lone minus", BYTES("[-]"), "JSON: line 1 column 3: a digit was expected" },
	{ "an unknown escape", BYTES("\"\\x41\""),
		"JSON: line 1 column 2: unknown escape in a string" },
	{ "too few hex digits", BYTES("\"\\u12g4\""),
		"JSON: line 1 column 2: \\u wants four hex digits" },
	{ "ends in a string", BYTES("{\"a"), "JSON: line 1 column 4: ends in the middle" },
	{ "ends behind a backslash", BYTES("\"\\"), "JSON: line 1 column 3: ends in the middle" },
	{ "ends in an array", BYTES("[1"), "JSON: line 1 column 3: ends in the middle" },
	{ "ends behind a bracket", BYTES("[["), "JSON: line 1 column 3: ends in the middle" },
	{ "ends behind a colon", BYTES("{\"a\":"), "JSON: line 1 column 6: ends in the middle" },
};

static void
test_refused(void)
{
	g_autoptr(GByteArray) out = g_byte_array_new();
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_autoptr(GError) error = NULL;
		unsigned quirks;
		bool fine = json_scan(
			(const uint8_t *)refused[i].json, refused[i].length, out, &quirks, &error);
		if (fine || strcmp(error->message, refused[i].want) != 0 ||
			!g_error_matches(error, REPORT_ERROR, REPORT_ERROR_BROKEN))
			FAIL("%s: %s", refused[i].name, fine ? "passed" : error->message);
	}
}

/* What open, then count times middle, then close, becomes: NULL where it passes. */
static char *
scan_repeated(const char *open, const char *middle, size_t count, const char *close)
{
	g_autoptr(GByteArray) out = g_byte_array_new();
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) text = g_string_new(open);
	unsigned quirks;
	for (size_t i = 0; i < count; i++)
		g_string_append(text, middle);
	g_string_append(text, close);
	if (json_scan((const uint8_t *)text->str, text->len, out, &quirks, &error))
		return NULL;
	g_assert_error(error, REPORT_ERROR, REPORT_ERROR_LIMIT);
	return g_strdup(error->message);
}

static void
test_limits(void)
{
	g_autofree char *deep = scan_repeated("", "[", LIMIT_JSON_DEPTH + 1, "");
	g_assert_cmpstr(deep, ==, "JSON: line 1 column 33: nested too deeply");
	g_assert_null(scan_repeated("[[0]", ",[0]", 1000, "]"));

	g_assert_null(scan_repeated("[0", ",0", LIMIT_JSON_VALUES - 2, "]"));
	g_autofree char *many = scan_repeated("[0", ",0", LIMIT_JSON_VALUES - 1, "]");
	g_assert_true(g_str_has_suffix(many, "too many values"));

	/* each bad byte becomes three */
	g_assert_null(scan_repeated("\"", "\xff", LIMIT_JSON_BYTES / 3 - 1, "\""));
	g_autofree char *grown = scan_repeated("\"", "\xff", LIMIT_JSON_BYTES / 3 + 1, "\"");
	g_assert_true(g_str_has_suffix(grown, "too long when repaired"));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/json-scan/mended", test_mended);
	g_test_add_func("/json-scan/refused", test_refused);
	g_test_add_func("/json-scan/limits", test_limits);
	return g_test_run();
}
