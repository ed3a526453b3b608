/* The options that choose rows: --domain, --since, --until, --submitter, --trust, --limit; and the
   form of output: --json, --csv. */
#pragma once

#include "analyze/command.h"
#include "analyze/output.h"
#include "sql/look.h"

#define FILTER_OPTION_COUNT 9

/* Rows shown in a table when --limit does not say. */
#define FILTER_TABLE_ROWS 50

void filter_entries(GOptionEntry entries[FILTER_OPTION_COUNT]);

/* Reads the options into filter (which borrows from them) and form.  For a table filter->limit is
   one more than is shown, so that it can be told whether there are more.  EXIT_USAGE after a
   complaint, else -1. */
int filter_read(struct look_filter *filter, enum output_form *form);

/* Rows that a table shows; 0: all. */
int64_t filter_shown(enum output_form form);

/* What is told behind the rows, on standard error: that there are none, or more than shown. */
void filter_conclude(enum output_form form, uint64_t rows, bool more, const char *what);
