/* Strangers' text made safe to look at. */
#include "ingest/printable.h"

#include "tests/unit/row.h"

static void
test_printable(void)
{
	static const struct {
		const char *text;
		gsize max;
		const char *want;
	} rows[] = {
		{ "plain", 0, "plain" },
		{ "\x1b[2J", 0, "\\x1b[2J" },
		{ "a\r\n\tb", 0, "a\\r\\n\\tb" },
		{ "back\\slash", 0, "back\\\\slash" },
		{ "x\xe2\x80\xaey", 0, "x\\u{202e}y" },
		{ "\xc2\x9b"
		  "31m",
			0, "\\u{009b}31m" },
		{ "\xe2\x80\x8b", 0, "\\u{200b}" },
		{ "\xe2\x80\xa8", 0, "\\u{2028}" },
		{ "\xff\xfe", 0, "\\xff\\xfe" },
		{ "\x7f", 0, "\\x7f" },
		{ "gr\xc3\xbc\xc3\x9f", 0, "gr\xc3\xbc\xc3\x9f" },
		{ "1234567890", 10, "1234567890" },
		{ "12345678901", 10, "1234567..." },
		{ "123456\x1b"
		  "7890",
			10, "123456..." },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *got = printable(rows[i].text, rows[i].max);
		if (strcmp(got, rows[i].want) != 0)
			FAIL("row %zu: got %s, want %s", i, got, rows[i].want);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/printable", test_printable);
	return g_test_run();
}
