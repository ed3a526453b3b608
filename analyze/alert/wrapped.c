/* Text for a mail. */
#include "analyze/alert/wrapped.h"

#include "ingest/printable.h"

/* Of one thing that is said. */
#define MOST_TEXT 2000

void
wrapped_append(GString *out, size_t column, size_t indent, const char *text)
{
	g_autofree char *plain = printable(text, MOST_TEXT);
	g_auto(GStrv) words = g_strsplit(plain, " ", -1);
	for (char **word = words; *word != NULL; word++) {
		size_t width = (size_t)g_utf8_strlen(*word, -1);
		if (column > indent && column + 1 + width > WRAPPED_WIDTH) {
			g_string_append_printf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			g_string_append_c(out, ' ');
			column++;
		}
		g_string_append(out, *word);
		column += width;
	}
	g_string_append_c(out, '\n');
}

void
wrapped_lines(GString *out, size_t indent, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line != NULL; line++) {
		g_autofree char *plain = printable(g_strchomp(*line), MOST_TEXT);
		if (*plain != '\0')
			g_string_append_printf(out, "%*s%s\n", (int)indent, "", plain);
	}
}
