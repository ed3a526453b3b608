/* Pages for the terminal, 80 columns wide: marks, colour, text broken into lines. */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct page {
	GString *out;
	bool colour;
};

enum page_mark { MARK_FINE, MARK_NONE, MARK_UNKNOWN, MARK_WARN, MARK_BAD };

#define PAGE_WIDTH 80

/* A word of three columns. */
void page_mark(struct page *page, enum page_mark mark);

/* Text that needs no check, in the colour of a mark. */
void page_coloured(struct page *page, enum page_mark mark, const char *text);

/* Text of any kind, made printable and broken at spaces, from column on; further lines begin at
   indent.  Ends the line. */
void page_wrapped(struct page *page, size_t column, size_t indent, const char *text);
