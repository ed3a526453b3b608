/* From the facts of a check to its findings: what each means for the domain's mail, and what to do.
   Pure: no network, no clock but the check's own time. */
#pragma once

#include "checker/check.h"

/* Fills in the findings, the gravest first. */
void findings_add(struct check *check);

/* Adds one more, in its place; its texts live as long as the check. */
void findings_insert(struct check *check, const struct check_finding *finding);
