/* What must hold of every report that the reader accepts, whatever it was made from. */
#pragma once

#include "ingest/report.h"

/* Ends the program where something does not hold. */
void assert_report(const struct report *report);
