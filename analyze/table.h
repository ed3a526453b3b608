/* An aligned table of text: columns as wide as they show, cut or left out to fit a terminal. */
#pragma once

#include "analyze/output.h"

/* Writes a heading and rows to stream.  cells are printable text, row after row of count cells.
   room is the terminal's width; 0: no limit.  Returns the titles of columns left out for want of
   room, comma-separated, or NULL; g_free it. */
char *table_print(FILE *stream, const struct output_column *const *columns, size_t count,
	const char *const *cells, size_t rows, int room, bool bold);
