/* Headers as bytes: fields, folding, and what makes them ambiguous. */
#include "ingest/header_block.h"

#include "tests/unit/row.h"

/* A literal, whose NULs count, and its length. */
#define TEXT(literal) literal, sizeof(literal) - 1

static const struct {
	const char *name, *text;
	size_t length;
	const char *want; /* "NAME=VALUE" of each field, "|" between them */
	const char *flaw;
} rows[] = {
	{ "none", TEXT(""), "", NULL },
	{ "an empty line only", TEXT("\nbody: x\n"), "", NULL },
	{ "two", TEXT("A: b\nC: d\n\nbody: x\n"), "A=b|C=d", NULL },
	{ "CRLF", TEXT("A: b\r\nC: d\r\n\r\nbody: x\r\n"), "A=b|C=d", NULL },
	{ "folded", TEXT("A: b\n c\n\td\nE: f\n\n"), "A=b c\td|E=f", NULL },
	{ "folded with CRLF", TEXT("A: b\r\n c\r\n\r\n"), "A=b c", NULL },
	{ "no empty line, no line end", TEXT("A: b\nC: d"), "A=b|C=d", NULL },
	{ "an empty value", TEXT("A:\nB: c\n\n"), "A=|B=c", NULL },
	{ "a colon in the value", TEXT("A: b:c\n\n"), "A=b:c", NULL },
	{ "a line without colon", TEXT("A: b\nno field\nC: d\n\n"), "A=b",
		"a line that is no header field" },
	{ "white space before the colon", TEXT("A: b\nC : d\n\n"), "A=b",
		"a line that is no header field" },
	{ "a line that begins with a colon", TEXT("A: b\n: c\n\n"), "A=b",
		"a line that is no header field" },
	{ "folding without a field", TEXT(" A: b\n\n"), "", "a line that is no header field" },
	{ "a name beyond ASCII", TEXT("\xc3\xa4: b\n\n"), "", "a line that is no header field" },
	{ "a carriage return for an empty line", TEXT("A: b\n\r\r\nC: d\n\n"), "A=b",
		"a line that is no header field" },
	{ "a NUL", TEXT("A: b\0c\n\n"), "A=b", "a NUL byte" },
	{ "two From", TEXT("From: a\nTo: b\nfrom: c\n\n"), "From=a|To=b|from=c",
		"a field twice that may be there once" },
	{ "two Content-Type", TEXT("Content-Type: a\nCONTENT-TYPE: b\n\n"),
		"Content-Type=a|CONTENT-TYPE=b", "a field twice that may be there once" },
	{ "two Received", TEXT("Received: a\nReceived: b\n\n"), "Received=a|Received=b", NULL },
};

static void
test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const uint8_t *bytes = (const uint8_t *)rows[i].text;
		struct header_block block = { bytes, bytes + rows[i].length };
		struct header_field field;
		g_autoptr(GString) got = g_string_new(NULL);
		while (header_block_next(&block, &field)) {
			g_autofree char *value = header_field_value(&field);
			g_string_append_printf(got, "%s%.*s=%s", got->len > 0 ? "|" : "",
				(int)field.name_length, field.name, value);
		}
		const char *flaw = header_block_flaw(bytes, rows[i].length);
		if (strcmp(got->str, rows[i].want) != 0 || g_strcmp0(flaw, rows[i].flaw) != 0)
			FAIL("%s: got %s (%s), want %s (%s)", rows[i].name, got->str, flaw,
				rows[i].want, rows[i].flaw);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/header-block/rows", test_rows);
	return g_test_run();
}
