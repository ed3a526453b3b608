/* Tables of pages. */
#include "analyze/html_table.h"

#include <stdarg.h>

#include "analyze/html.h"

static void
put_class(const struct html_table *table, const struct html_column *column)
{
	if (column->classes != NULL)
		g_string_append_printf(table->out, " class=\"%s\"", column->classes);
}

void
html_table_begin(
	struct html_table *table, GString *out, const char *name, const struct html_column *columns)
{
	*table = (struct html_table){ out, columns, 0 };
	html_printf(out,
		"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">"
		"<table class=\"rows\"><caption>%s</caption><thead><tr>",
		name, name);
	for (; columns->title != NULL; columns++) {
		g_string_append(out, "<th scope=\"col\"");
		put_class(table, columns);
		g_string_append_printf(out, ">%s</th>", columns->title);
	}
	g_string_append(out, "</tr></thead><tbody>\n");
}

void
html_table_end(struct html_table *table)
{
	g_string_append(table->out, "</tbody></table></div>\n");
}

void
html_cell_begin(struct html_table *table)
{
	const struct html_column *column = &table->columns[table->at];
	if (table->at == 0)
		g_string_append(table->out, "<tr><th scope=\"row\"");
	else
		g_string_append_printf(table->out, "<td data-name=\"%s\"", column->title);
	put_class(table, column);
	g_string_append_c(table->out, '>');
}

void
html_cell_end(struct html_table *table)
{
	g_string_append(table->out, table->at == 0 ? "</th>" : "</td>");
	if (table->columns[++table->at].title != NULL)
		return;
	g_string_append(table->out, "</tr>\n");
	table->at = 0;
}

void
html_cell(struct html_table *table, const char *format, ...)
{
	va_list arguments;
	html_cell_begin(table);
	va_start(arguments, format);
	html_vprintf(table->out, format, &arguments);
	va_end(arguments);
	html_cell_end(table);
}
