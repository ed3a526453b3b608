/* A check as a page for a terminal, 80 columns wide. */
#pragma once

#include "checker/check.h"

/* Appends the page.  colour: marks are coloured. */
void check_text(const struct check *check, bool colour, GString *out);

/* Appends one line: mark, domain, what is found; for runs over many domains. */
void check_text_line(const struct check *check, bool colour, GString *out);
