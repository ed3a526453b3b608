/* An aligned table of text: columns as wide as they show, cut or left out to fit a terminal. */
#include "analyze/table.h"

#include <string.h>

/* Between columns. */
#define GAP 2
#define ELLIPSIS "\xe2\x80\xa6"

struct table {
	const struct output_column *const *columns;
	const char *const *cells;
	size_t count, rows;
	int *widths; /* a column each; 0: left out */
};

/* Columns on a terminal that a character takes. */
static int
character_width(gunichar character)
{
	return g_unichar_iszerowidth(character) ? 0 : g_unichar_iswide(character) ? 2 : 1;
}

static int
text_width(const char *text)
{
	int width = 0;
	for (; *text != '\0'; text = g_utf8_next_char(text))
		width += character_width(g_utf8_get_char(text));
	return width;
}

/* The text in at most width columns, cut with an ellipsis. */
static char *
fit(const char *text, int width)
{
	if (text_width(text) <= width)
		return g_strdup(text);
	int taken = 0;
	const char *at = text;
	for (; *at != '\0'; at = g_utf8_next_char(at)) {
		int more = character_width(g_utf8_get_char(at));
		if (taken + more > width - 1)
			break;
		taken += more;
	}
	return g_strdup_printf("%.*s" ELLIPSIS, (int)(at - text), text);
}

static const char *
cell(const struct table *table, size_t row, size_t column)
{
	return table->cells[row * table->count + column];
}

static bool
is_usual(const struct table *table, size_t column)
{
	const char *usual = table->columns[column]->usual;
	for (size_t r = 0; usual != NULL && r < table->rows; r++)
		if (strcmp(cell(table, r, column), usual) != 0)
			return false;
	return usual != NULL;
}

static int
natural_width(const struct table *table, size_t column)
{
	if (is_usual(table, column))
		return 0;
	int width = text_width(table->columns[column]->title);
	for (size_t r = 0; r < table->rows; r++)
		width = MAX(width, text_width(cell(table, r, column)));
	int most = table->columns[column]->max_width;
	return most > 0 ? MIN(width, most) : width;
}

/* What a column can be cut to. */
static int
least_width(const struct table *table, size_t column)
{
	const struct output_column *its = table->columns[column];
	int width = table->widths[column];
	return its->max_width > 0 && its->min_width > 0 ? MIN(width, its->min_width) : width;
}

/* The width of a whole line, with every column as wide as width says. */
static int
line_width(const struct table *table, int (*width)(const struct table *, size_t))
{
	int total = 0;
	for (size_t c = 0; c < table->count; c++)
		if (table->widths[c] > 0)
			total += width(table, c) + (total > 0 ? GAP : 0);
	return total;
}

static int
current_width(const struct table *table, size_t column)
{
	return table->widths[column];
}

/* Leaves columns out, the last that may go first, until the others fit when cut. */
static char *
leave_out(struct table *table, int room)
{
	g_autoptr(GString) titles = g_string_new(NULL);
	for (size_t c = table->count; c-- > 0 && line_width(table, least_width) > room;) {
		if (!table->columns[c]->may_go || table->widths[c] == 0)
			continue;
		table->widths[c] = 0;
		g_string_prepend(titles, titles->len > 0 ? ", " : "");
		g_string_prepend(titles, table->columns[c]->title);
	}
	return titles->len > 0 ? g_strdup(titles->str) : NULL;
}

/* The widest column that can still be cut; table->count: none. */
static size_t
widest_to_cut(const struct table *table)
{
	size_t widest = table->count;
	for (size_t c = 0; c < table->count; c++)
		if (table->widths[c] > least_width(table, c) &&
			(widest == table->count || table->widths[c] >= table->widths[widest]))
			widest = c;
	return widest;
}

static void
squeeze(struct table *table, int room)
{
	size_t widest;
	for (int total = line_width(table, current_width);
		total > room && (widest = widest_to_cut(table)) < table->count; total--)
		table->widths[widest]--;
}

static bool
is_right_aligned(const struct output_column *column)
{
	return column->kind == OUTPUT_NUMBER || column->kind == OUTPUT_TALLY;
}

/* One line; NULL cells: the heading.  No white space at its end. */
static void
append_line(const struct table *table, GString *line, const char *const *cells)
{
	int behind = 0; /* white space owed before the next cell */
	for (size_t c = 0; c < table->count; c++) {
		int width = table->widths[c];
		if (width == 0)
			continue;
		g_autofree char *shown =
			fit(cells != NULL ? cells[c] : table->columns[c]->title, width);
		int padding = width - text_width(shown);
		bool right = is_right_aligned(table->columns[c]);
		g_string_append_printf(line, "%*s%s", behind + (right ? padding : 0), "", shown);
		behind = GAP + (right ? 0 : padding);
	}
}

char *
table_print(FILE *stream, const struct output_column *const *columns, size_t count,
	const char *const *cells, size_t rows, int room, bool bold)
{
	g_autofree int *widths = g_new0(int, count);
	struct table table = { columns, cells, count, rows, widths };
	for (size_t c = 0; c < count; c++)
		widths[c] = natural_width(&table, c);
	char *left_out = room > 0 ? leave_out(&table, room) : NULL;
	if (room > 0)
		squeeze(&table, room);

	g_autoptr(GString) line = g_string_new(bold ? "\033[1m" : "");
	append_line(&table, line, NULL);
	g_string_append(line, bold ? "\033[0m\n" : "\n");
	fputs(line->str, stream);
	for (size_t r = 0; r < rows; r++) {
		g_string_truncate(line, 0);
		append_line(&table, line, cells + r * count);
		g_string_append_c(line, '\n');
		fputs(line->str, stream);
	}
	return left_out;
}
