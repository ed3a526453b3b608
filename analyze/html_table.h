/* Tables of pages.  A table scrolls by itself where it is too wide, reached by keyboard; on a
   narrow screen each row is a card instead, with its column's title before each cell. */
#pragma once

#include <glib.h>

struct html_column {
	const char *title;   /* is put as it is */
	const char *classes; /* of the style: "n" a number, "day", "long" text, "bare" needs no
				title on a card; NULL: none */
};

struct html_table {
	GString *out;
	const struct html_column *columns; /* the last has no title */
	size_t at;                         /* column of the next cell */
};

/* The table up to its rows; name is its caption. */
void html_table_begin(struct html_table *table, GString *out, const char *name,
	const struct html_column *columns);
void html_table_end(struct html_table *table);

/* Begins and ends the next cell; the first of a row begins it and names it, the last ends it. */
void html_cell_begin(struct html_table *table);
void html_cell_end(struct html_table *table);

/* A whole cell, as html_printf writes it. */
void html_cell(struct html_table *table, const char *format, ...);
