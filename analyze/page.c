/* Laying out pages for the terminal. */
#include "analyze/page.h"

#include "ingest/printable.h"

#define MOST_TEXT 2000

static const struct {
	const char *word, *colour;
} marks[] = {
	[MARK_FINE] = { "ok ", "32" },
	[MARK_NONE] = { "-  ", "0" },
	[MARK_UNKNOWN] = { "?  ", "33" },
	[MARK_WARN] = { "!  ", "33" },
	[MARK_BAD] = { "BAD", "31;1" },
};

void
page_coloured(struct page *page, enum page_mark mark, const char *text)
{
	if (page->colour)
		g_string_append_printf(page->out, "\033[%sm%s\033[0m", marks[mark].colour, text);
	else
		g_string_append(page->out, text);
}

void
page_mark(struct page *page, enum page_mark mark)
{
	page_coloured(page, mark, marks[mark].word);
}

void
page_wrapped(struct page *page, size_t column, size_t indent, const char *text)
{
	g_autofree char *plain = printable(text, MOST_TEXT);
	g_auto(GStrv) words = g_strsplit(plain, " ", -1);
	for (guint i = 0; words[i] != NULL; i++) {
		size_t width = (size_t)g_utf8_strlen(words[i], -1);
		if (column > indent && column + 1 + width > PAGE_WIDTH) {
			g_string_append_printf(page->out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			g_string_append_c(page->out, ' ');
			column++;
		}
		g_string_append(page->out, words[i]);
		column += width;
	}
	g_string_append_c(page->out, '\n');
}
