/* JSON made readable: a value a line, strings as they are, text that is none without harm. */
#include "analyze/web/indent.h"

#include "tests/unit/row.h"

static const struct {
	const char *text;
	gsize limit;
	const char *want;
} rows[] = {
	{ "{\"a\":1,\"b\":[true,null]}", 1000,
		"{\n  \"a\": 1,\n  \"b\": [\n    true,\n    null\n  ]\n}" },
	{ " { } ", 1000, "{}" },
	{ "[[],{},[1]]", 1000, "[\n  [],\n  {},\n  [\n    1\n  ]\n]" },
	{ "\"a, {b}: [c] \\\" d\"", 1000, "\"a, {b}: [c] \\\" d\"" },
	{ "{\n\t\"a\" :\r\n 1 }", 1000, "{\n  \"a\": 1\n}" },
	{ "\"open", 1000, "\"open" },
	{ "\"open\\", 1000, "\"open\\" },
	{ "]]}", 1000, "\n]\n]\n}" },
	{ "", 1000, "" },
	{ "[1,2,3]", 4, "[\n  \n..." },
};

static void
test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) out = g_string_new(NULL);
		indent_json(out, rows[i].text, strlen(rows[i].text), rows[i].limit);
		if (strcmp(out->str, rows[i].want) != 0)
			FAIL("%s: got %s", rows[i].text, out->str);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/indent/rows", test_rows);
	return g_test_run();
}
