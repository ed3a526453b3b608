/* HTML, with others' text made harmless: shown as text, and with nothing hidden or turned round. */
#pragma once

#include <glib.h>

/* Appends text, escaped for an element's content or a quoted attribute; what printable.h makes
   visible is made visible.  NULL appends nothing. */
void html_text(GString *out, const char *text);

/* Appends "<TAG CLASS>text</TAG>"; classes may be NULL. */
void html_element(GString *out, const char *tag, const char *classes, const char *text);

/* Appends format with "%s" arguments escaped as html_text does; "%d" and "%ld" as numbers, "%%" is
   a percent sign.  The format itself is markup. */
void html_printf(GString *out, const char *format, ...);

/* The document up to <main>, with the style in it; and from </main> on. */
void html_begin(GString *out, const char *title);
void html_end(GString *out);
