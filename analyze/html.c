/* HTML. */
#include "analyze/html.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "analyze/html_style.h"
#include "ingest/printable.h"

void
html_escape(GString *out, const char *printable)
{
	for (const char *at = printable; at != NULL && *at != '\0'; at++)
		switch (*at) {
		case '&':
			g_string_append(out, "&amp;");
			break;
		case '<':
			g_string_append(out, "&lt;");
			break;
		case '>':
			g_string_append(out, "&gt;");
			break;
		case '"':
			g_string_append(out, "&quot;");
			break;
		case '\'':
			g_string_append(out, "&#39;");
			break;
		default:
			g_string_append_c(out, *at);
		}
}

void
html_text(GString *out, const char *text)
{
	g_autofree char *plain = printable(text, 0);
	html_escape(out, plain);
}

void
html_element(GString *out, const char *tag, const char *classes, const char *text)
{
	g_string_append_printf(out, "<%s%s%s%s>", tag, classes != NULL ? " class=\"" : "",
		classes != NULL ? classes : "", classes != NULL ? "\"" : "");
	html_text(out, text);
	g_string_append_printf(out, "</%s>", tag);
}

static const char *
put_argument(GString *out, const char *at, va_list *arguments)
{
	switch (*at) {
	case 's':
		html_text(out, va_arg(*arguments, const char *));
		break;
	case 'd':
		g_string_append_printf(out, "%d", va_arg(*arguments, int));
		break;
	case 'l':
		g_string_append_printf(out, "%ld", va_arg(*arguments, long));
		at++;
		break;
	default:
		g_assert(*at == '%');
		g_string_append_c(out, '%');
	}
	return at + 1;
}

void
html_printf(GString *out, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	while (*format != '\0')
		if (*format == '%')
			format = put_argument(out, format + 1, &arguments);
		else
			g_string_append_c(out, *format++);
	va_end(arguments);
}

void
html_head(GString *out, const char *title)
{
	g_string_append(out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<meta name=\"referrer\" content=\"same-origin\">\n");
	html_element(out, "title", NULL, title);
	g_string_append(out, "\n<style>");
	g_string_append(out, html_style);
	g_string_append(out, "</style>\n</head>\n<body>\n");
}

void
html_begin(GString *out, const char *title)
{
	html_head(out, title);
	g_string_append(out, "<main>\n");
}

void
html_end(GString *out)
{
	g_string_append(out, "</main>\n</body>\n</html>\n");
}

void
html_table_begin(GString *out, const char *name, const char *const *titles)
{
	html_printf(out,
		"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table>"
		"<caption>%s</caption><thead><tr>",
		name, name);
	for (; *titles != NULL; titles++)
		html_printf(out, "<th scope=\"col\">%s</th>", *titles);
	g_string_append(out, "</tr></thead><tbody>\n");
}

void
html_table_end(GString *out)
{
	g_string_append(out, "</tbody></table></div>\n");
}
