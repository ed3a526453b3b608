/* What must hold of every report that the reader accepts, whatever it was made from. */
#pragma once

#include "ingest/report.h"

/* Each ends the program where something does not hold. */
void assert_report(const struct report *report);

/* The reason why there is no report. */
void assert_reason(const GError *error);
