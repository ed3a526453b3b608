/* Fuzz target: a report's JSON on its way onto a page.  Apart from white space that stands outside
   strings nothing is added and nothing lost, up to the limit. */
#include "analyze/web/indent.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define SMALL_LIMIT 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* The text without white space outside strings. */
static GString *
bare(const char *text, gsize length)
{
	GString *out = g_string_new(NULL);
	bool inside = false, escaped = false;
	for (gsize i = 0; i < length; i++) {
		if (!inside && is_blank(text[i]))
			continue;
		g_string_append_c(out, text[i]);
		if (!inside)
			inside = text[i] == '"';
		else if (escaped)
			escaped = false;
		else if (text[i] == '\\')
			escaped = true;
		else
			inside = text[i] != '"';
	}
	return out;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	g_autoptr(GString) whole = g_string_new(NULL), cut = g_string_new("before");
	indent_json(whole, text, size, G_MAXSIZE / 2);
	g_autoptr(GString) want = bare(text, size), got = bare(whole->str, whole->len);
	g_assert_true(g_string_equal(want, got));

	indent_json(cut, text, size, SMALL_LIMIT);
	g_assert_cmpuint(cut->len, <=, strlen("before") + SMALL_LIMIT + strlen("\n..."));
	g_assert_true(g_str_has_prefix(cut->str, "before"));
	return 0;
}
