/* HTML: what others wrote is text, and nothing else. */
#include "analyze/html.h"

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

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/html/text", test_text);
	g_test_add_func("/html/printf", test_printf);
	return g_test_run();
}
