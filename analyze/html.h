/* HTML, with others' text made harmless: shown as text, and with nothing hidden or turned round. */
#pragma once

#include <glib.h>
#include <stdarg.h>

/* Appends text, escaped for an element's content or a quoted attribute; what printable.h makes
   visible is made visible.  NULL appends nothing. */
void html_text(GString *out, const char *text);

/* The same for text that is printable already. */
void html_escape(GString *out, const char *printable);

/* Appends "<TAG CLASS>text</TAG>"; classes may be NULL. */
void html_element(GString *out, const char *tag, const char *classes, const char *text);

/* Appends prose, in which what stands between two backquotes is code. */
void html_prose(GString *out, const char *text);

/* Appends format, which is markup, with its arguments: "%s" escaped as html_text does, "%p" as
   prose,
   "%d" and "%ld" as numbers, "%D" a day (int32_t; INT32_MIN: "-"), "%T" an instant (int64_t) up to
   its minute; "%%" is a percent sign. */
void html_printf(GString *out, const char *format, ...);
void html_vprintf(GString *out, const char *format, va_list *arguments);

/* The document up to and with <body>, with the style in it. */
void html_head(GString *out, const char *title);

/* The same and <main>. */
void html_begin(GString *out, const char *title);
/* From what stands at the foot of every page on. */
void html_end(GString *out);
