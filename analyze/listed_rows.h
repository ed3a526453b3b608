/* Reports and failures as rows: the columns of `stsready reports` and `stsready failures`, which
   pages share. */
#pragma once

#include "analyze/output.h"
#include "sql/look.h"

#define LISTED_REPORT_COLUMNS 22
#define LISTED_FAILURE_COLUMNS 18

extern const struct output_column listed_report_columns[LISTED_REPORT_COLUMNS];
extern const struct output_column listed_failure_columns[LISTED_FAILURE_COLUMNS];

/* Writes one row. */
void listed_report(struct output *out, const struct look_report *report);
void listed_failure(struct output *out, const struct look_failure *failure);
