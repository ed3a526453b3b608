/* What all pages have around them. */
#include "analyze/web/frame.h"

#include <string.h>

#include "analyze/html.h"

static void
put_link(GString *out, const char *here, const char *path, const char *name)
{
	html_printf(out, "<li><a href=\"%s\"", path);
	if (strcmp(here, path) == 0)
		g_string_append(out, " aria-current=\"page\"");
	html_printf(out, ">%s</a></li>", name);
}

void
frame_begin(const struct web *web, GString *out, const char *title, const char *here)
{
	g_autofree char *whole = g_strdup_printf("%s - stsready", title);
	html_head(out, whole);
	g_string_append(out,
		"<a class=\"skip\" href=\"#content\">To the content</a>\n<header class=\"top\">"
		"<nav aria-label=\"Pages\"><ul>");
	put_link(out, here, "/", "Domains");
	put_link(out, here, "/reports", "Reports");
	put_link(out, here, "/failures", "Failures");
	if (web->looker != NULL)
		put_link(out, here, "/check", "Check");
	/* on a page of one table, its caption would only repeat the heading */
	bool list = *here != '\0' && strcmp(here, "/check") != 0;
	g_string_append_printf(out, "</ul></nav></header>\n<main id=\"content\"%s>\n",
		list ? " class=\"list\"" : "");
}

void
frame_end(GString *out)
{
	html_end(out);
}

void
frame_url(GString *out, const char *value)
{
	g_autofree char *escaped = g_uri_escape_string(value, NULL, FALSE);
	html_escape(out, escaped);
}

void
frame_field(GString *out, const struct web_request *request, const char *name, const char *label,
	const char *type)
{
	const char *value = web_parameter(request, name);
	html_printf(out,
		"<label>%s<input type=\"%s\" name=\"%s\" value=\"%s\" maxlength=\"255\"></label>",
		label, type, name, value != NULL ? value : "");
}

void
frame_choice(GString *out, const struct web_request *request, const char *name, const char *label,
	const char *const *values, const char *const *names)
{
	const char *chosen = web_parameter(request, name);
	html_printf(out, "<label>%s<select name=\"%s\">", label, name);
	for (size_t i = 0; values[i] != NULL; i++)
		html_printf(out, "<option value=\"%s\"%s>%s</option>", values[i],
			chosen != NULL && strcmp(chosen, values[i]) == 0 ? " selected" : "",
			names[i]);
	g_string_append(out, "</select></label>");
}
