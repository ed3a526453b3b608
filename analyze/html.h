/* HTML, with others' text made harmless: shown as text, and with nothing hidden or turned round. */
#pragma once

#include <glib.h>

/* Appends text, escaped for an element's content or a quoted attribute; what printable.h makes
   visible is made visible.  NULL appends nothing. */
void html_text(GString *out, const char *text);

/* The same for text that is printable already. */
void html_escape(GString *out, const char *printable);

/* Appends "<TAG CLASS>text</TAG>"; classes may be NULL. */
void html_element(GString *out, const char *tag, const char *classes, const char *text);

/* Appends format with "%s" arguments escaped as html_text does; "%d" and "%ld" as numbers, "%%" is
   a percent sign.  The format itself is markup. */
void html_printf(GString *out, const char *format, ...);

/* The document up to and with <body>, with the style in it. */
void html_head(GString *out, const char *title);

/* The same and <main>; and from </main> on. */
void html_begin(GString *out, const char *title);
void html_end(GString *out);

/* Begins a table that scrolls by itself where it is too wide, reached by keyboard, up to the rows;
   titles of columns end with NULL. */
void html_table_begin(GString *out, const char *name, const char *const *titles);
void html_table_end(GString *out);
