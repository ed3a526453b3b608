/* Rows for people and for programs: one description of columns, three forms (an aligned table, JSON
   lines, CSV).  The one place where strangers' text meets a terminal, a JSON line or a CSV file. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum output_form { OUTPUT_TABLE, OUTPUT_JSON, OUTPUT_CSV };

enum output_kind {
	OUTPUT_TEXT,
	OUTPUT_NUMBER, /* right-aligned in tables */
	OUTPUT_INSTANT,
	OUTPUT_DAY,
	OUTPUT_AGE, /* a day; a table says how long ago it was */
	OUTPUT_FLAG,
	OUTPUT_LIST,  /* JSON array of strings; "; "-joined elsewhere */
	OUTPUT_TALLY, /* a list; a table says how many, right-aligned */
};

/* Widths are in columns of a terminal. */
struct output_column {
	const char *name;  /* JSON member and CSV heading: stable, documented in the man page */
	const char *title; /* table heading; NULL: not shown in tables */
	enum output_kind kind;
	int max_width; /* longer cells of a table are cut with an ellipsis; 0: never cut */
	int min_width; /* cut no further to fit a terminal */
	bool may_go;   /* left out where a terminal has no room for all, the last such column first
			*/
	const char *usual; /* left out of a table where every cell is this; NULL: never */
};

struct output;

/* A writer of rows to stream (which stays the caller's).  Tables are held until output_end so that
   columns can be aligned; the other forms stream. */
struct output *output_new(
	FILE *stream, enum output_form form, const struct output_column *columns, size_t n_columns);

/* Leaves a column out of a table: it would say the same in every row. */
void output_hide(struct output *output, const char *name);

/* The cells of a row, left to right.  NULL text and *_absent are null in JSON, empty in CSV, "-" in
   tables. */
void output_text(struct output *output, const char *text);
void output_number(struct output *output, int64_t number);
void output_instant(struct output *output, int64_t instant);
void output_day(struct output *output, int32_t day);
void output_age(struct output *output, int32_t day, int32_t today);
void output_flag(struct output *output, bool flag);
void output_list(struct output *output, const char *const *texts, size_t count);
void output_absent(struct output *output);
void output_row_end(struct output *output);

/* Writes what is held, frees output.  A table on a terminal is made to fit it; columns left out for
   want of room are named on standard error.  False with errno where the stream failed (disk full,
   closed pipe). */
bool output_end(struct output *output);

/* Rows written so far. */
uint64_t output_rows(const struct output *output);

/* JSON text as it leaves this program: appends a quoted string with every character that
   printable_hides escaped as \uNNNN; NULL appends null. */
void output_json_string(GString *out, const char *text);
