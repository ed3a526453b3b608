/* JSON for people: a value a line. */
#pragma once

#include <glib.h>

/* Appends text with line ends and indents between its tokens; what strings hold stays as it is.
   Text that is no JSON comes out with the same characters but white space.  At most limit bytes are
   appended, and then "..." on a line. */
void indent_json(GString *out, const char *text, gsize length, gsize limit);
