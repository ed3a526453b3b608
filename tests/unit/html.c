/* HTML: what others wrote is text, and nothing else. */
#include "analyze/html.h"

#include <stdint.h>

#include "analyze/html_table.h"
#include "tests/unit/row.h"

static void
test_text(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "" },
		{ "mx1.a.example", "mx1.a.example" },
		{ "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;" },
		{ "\" onload='x' & more", "&quot; onload=&#39;x&#39; &amp; more" },
		{ "&lt;", "&amp;lt;" },
		{ "a\nb\x1b[31m", "a\\nb\\x1b[31m" },
		{ "\xe2\x80\xae"
		  "evil",
			"\\u{202e}evil" },
		{ "\xff\xfe", "\\xff\\xfe" },
		{ "B\xc3\xbc"
		  "cher",
			"B\xc3\xbc"
			"cher" },
		{ "back\\slash", "back\\\\slash" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) out = g_string_new(NULL);
		html_text(out, rows[i].text);
		if (g_ascii_strcasecmp(out->str, rows[i].want) != 0)
			FAIL("\"%s\": got %s", rows[i].text, out->str);
	}
	g_autoptr(GString) out = g_string_new(NULL);
	html_text(out, NULL);
	g_assert_cmpstr(out->str, ==, "");
}

static void
test_printf(void)
{
	g_autoptr(GString) out = g_string_new("");
	html_printf(
		out, "<p title=\"%s\">%s: %d %ld 100%%</p>", "\"><b>", "<i>", -7, 1234567890123L);
	g_assert_cmpstr(out->str, ==,
		"<p title=\"&quot;&gt;&lt;b&gt;\">&lt;i&gt;: -7 1234567890123 100%</p>");
	g_string_truncate(out, 0);
	html_element(out, "h1", "a b", "x<y");
	html_element(out, "p", NULL, "z");
	g_assert_cmpstr(out->str, ==, "<h1 class=\"a b\">x&lt;y</h1><p>z</p>");
}

static void
test_prose(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "" },
		{ "plain <b>", "plain &lt;b&gt;" },
		{ "run `stsready check a&b` now", "run <code>stsready check a&amp;b</code> now" },
		{ "`a` and `b`", "<code>a</code> and <code>b</code>" },
		{ "one ` alone", "one ` alone" },
		{ "`a` and ` alone", "<code>a</code> and ` alone" },
		{ "``", "<code></code>" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) out = g_string_new(NULL);
		html_printf(out, "%p", rows[i].text);
		if (strcmp(out->str, rows[i].want) != 0)
			FAIL("\"%s\": got %s", rows[i].text, out->str);
	}
}

static void
test_times(void)
{
	g_autoptr(GString) out = g_string_new(NULL);
	html_printf(out, "%D %D %T", (int32_t)20777, INT32_MIN, INT64_C(1795176059));
	g_assert_cmpstr(out->str, ==,
		"2026-11-20 - <time datetime=\"2026-11-20T12:00:59Z\">2026-11-20 12:00</time>");
}

/* A row begins and ends by itself; the first cell names it. */
static void
test_table(void)
{
	static const struct html_column columns[] = { { "Name" }, { "Many", "n" }, { NULL } };
	g_autoptr(GString) out = g_string_new(NULL);
	struct html_table table;
	html_table_begin(&table, out, "<t>", columns);
	g_assert_nonnull(strstr(out->str, "aria-label=\"&lt;t&gt;\""));
	g_assert_nonnull(strstr(
		out->str, "<th scope=\"col\">Name</th><th scope=\"col\" class=\"n\">Many</th>"));
	g_string_truncate(out, 0);
	for (int i = 0; i < 2; i++) {
		html_cell(&table, "%s", "<a>");
		html_cell(&table, "%d", i);
	}
	g_assert_cmpstr(out->str, ==,
		"<tr><th scope=\"row\">&lt;a&gt;</th><td data-name=\"Many\" "
		"class=\"n\">0</td></tr>\n"
		"<tr><th scope=\"row\">&lt;a&gt;</th><td data-name=\"Many\" "
		"class=\"n\">1</td></tr>\n");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/html/text", test_text);
	g_test_add_func("/html/printf", test_printf);
	g_test_add_func("/html/prose", test_prose);
	g_test_add_func("/html/times", test_times);
	g_test_add_func("/html/table", test_table);
	return g_test_run();
}
