/* HTML. */
#include "analyze/html.h"

#include <stdbool.h>

#include "analyze/html_style.h"
#include "ingest/instant.h"
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

void
html_prose(GString *out, const char *text)
{
	g_autofree char *plain = printable(text, 0);
	g_auto(GStrv) parts = g_strsplit(plain, "`", -1);
	guint n = g_strv_length(parts);
	for (guint i = 0; i < n; i++) {
		/* each second part stands between two, but where the last has no end */
		bool code = i % 2 == 1 && i + 1 < n;
		g_string_append(out, code ? "<code>" : i % 2 == 1 ? "`" : "");
		html_escape(out, parts[i]);
		g_string_append(out, code ? "</code>" : "");
	}
}

static void
put_instant(GString *out, int64_t instant)
{
	char text[INSTANT_TEXT_BYTES];
	instant_text(instant, text);
	g_string_append_printf(
		out, "<time datetime=\"%s\">%.10s %.5s</time>", text, text, text + 11);
}

static void
put_day(GString *out, int32_t day)
{
	char text[INSTANT_DAY_TEXT_BYTES];
	g_string_append(out, day != INT32_MIN ? instant_day_text(day, text) : "-");
}

static const char *
put_argument(GString *out, const char *at, va_list *arguments)
{
	switch (*at) {
	case 's':
		html_text(out, va_arg(*arguments, const char *));
		break;
	case 'p':
		html_prose(out, va_arg(*arguments, const char *));
		break;
	case 'd':
		g_string_append_printf(out, "%d", va_arg(*arguments, int));
		break;
	case 'l':
		g_string_append_printf(out, "%ld", va_arg(*arguments, long));
		at++;
		break;
	case 'D':
		put_day(out, va_arg(*arguments, int32_t));
		break;
	case 'T':
		put_instant(out, va_arg(*arguments, int64_t));
		break;
	default:
		g_assert(*at == '%');
		g_string_append_c(out, '%');
	}
	return at + 1;
}

void
html_vprintf(GString *out, const char *format, va_list *arguments)
{
	while (*format != '\0')
		if (*format == '%')
			format = put_argument(out, format + 1, arguments);
		else
			g_string_append_c(out, *format++);
}

void
html_printf(GString *out, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	html_vprintf(out, format, &arguments);
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
	g_string_append(out, "<footer>Times are UTC.  Made by stsready " STSREADY_VERSION
			     ".</footer>\n</main>\n</body>\n</html>\n");
}
