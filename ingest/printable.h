/* Strangers' text made safe to look at. */
#pragma once

#include <glib.h>

/* Appends text with everything that could move a cursor, hide or reorder what follows made
   visible: C0, DEL, C1, line and paragraph separators, bidi controls, zero-width and other format
   characters become \n, \r, \t, \xNN or \u{NNNN}; bytes that are no UTF-8 become \xNN; a backslash
   becomes two.  At most max bytes of output, then "..."; 0: no limit.  NULL appends nothing. */
void printable_append(GString *out, const char *text, gsize max);

/* The same as a new string; g_free it. */
char *printable(const char *text, gsize max);

/* Whether a character is one of those made visible; the JSON writer escapes the same ones. */
gboolean printable_hides(gunichar character);
