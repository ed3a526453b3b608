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

/* Rows on their way out. */
struct filter_listing {
	struct output *output;
	int64_t most; /* rows to print; 0: all */
	bool more;    /* there were more */
};

/* Whether one more row may be printed; else notes that there are more. */
bool filter_takes(struct filter_listing *listing);

/* What a listing command does once its options are read: opens the database, prints what look hands
   to listing->output in form, and says on standard error that there are no or more rows (what:
   "reports"). The exit status. */
int filter_list(const struct look_filter *filter, enum output_form form,
	const struct output_column *columns, size_t n_columns, const char *what,
	bool (*look)(struct db *db, const struct look_filter *filter,
		struct filter_listing *listing, GError **error));
