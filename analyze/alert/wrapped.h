/* Text for a mail: lines that any mail program shows as they are. */
#pragma once

#include <glib.h>

#define WRAPPED_WIDTH 76

/* Appends text of any kind, made printable and broken at spaces, where a line that is begun stands
   at column; further lines begin at indent.  A word that is longer stands on a line of its own.
   Ends the line. */
void wrapped_append(GString *out, size_t column, size_t indent, const char *text);

/* Appends lines to be copied, as they are but for what is not printable, each begun at indent. */
void wrapped_lines(GString *out, size_t indent, const char *text);
