/* Rows as an aligned table, JSON lines or CSV. */
#include "analyze/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ingest/instant.h"
#include "ingest/printable.h"

/* Between the columns of a table. */
#define GAP 2
/* To fit a terminal the last column is made as narrow as the first of these, the others as the
   second; where that is not enough, the last one is left out. */
#define LEAST_LAST_WIDTH 12
#define LEAST_WIDTH 14
#define LEAST_COLUMNS 3
#define ELLIPSIS "\xe2\x80\xa6"

struct output {
	FILE *stream;
	enum output_form form;
	const struct output_column *columns;
	size_t n_columns, at; /* at: the column that comes next */
	GString *line;        /* JSON and CSV: the row so far */
	GPtrArray *cells;     /* tables: char *, printable, row after row */
	uint64_t rows;
};

struct output *
output_new(
	FILE *stream, enum output_form form, const struct output_column *columns, size_t n_columns)
{
	struct output *output = g_new0(struct output, 1);
	output->stream = stream;
	output->form = form;
	output->columns = columns;
	output->n_columns = n_columns;
	output->line = g_string_new(NULL);
	output->cells = g_ptr_array_new_with_free_func(g_free);
	for (size_t i = 0; form == OUTPUT_CSV && i < n_columns; i++)
		fprintf(stream, "%s%s", i > 0 ? "," : "", columns[i].name);
	if (form == OUTPUT_CSV)
		fputc('\n', stream);
	return output;
}

uint64_t
output_rows(const struct output *output)
{
	return output->rows;
}

/* ---- CSV (RFC 4180) ---- */

/* A cell that a spreadsheet would take for a formula gets an apostrophe before it. */
static bool
is_formula(const char *text)
{
	return text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
}

static void
append_csv(GString *line, const char *text, bool guard)
{
	g_autoptr(GString) shown = g_string_new(guard && is_formula(text) ? "'" : "");
	printable_append(shown, text, 0);
	if (strpbrk(shown->str, ",\"") == NULL) {
		g_string_append(line, shown->str);
		return;
	}
	g_string_append_c(line, '"');
	for (const char *at = shown->str; *at != '\0'; at++) {
		if (*at == '"')
			g_string_append_c(line, '"');
		g_string_append_c(line, *at);
	}
	g_string_append_c(line, '"');
}

/* ---- cells ---- */

static const struct output_column *
next_column(struct output *output)
{
	g_assert(output->at < output->n_columns);
	const struct output_column *column = &output->columns[output->at++];
	if (output->form == OUTPUT_JSON) {
		g_string_append_c(output->line, output->at == 1 ? '{' : ',');
		g_string_append_printf(output->line, "\"%s\":", column->name);
	} else if (output->form == OUTPUT_CSV && output->at > 1) {
		g_string_append_c(output->line, ',');
	}
	return column;
}

/* A cell of a table: NULL or empty text shows as "-". */
static void
add_cell(struct output *output, const struct output_column *column, const char *text)
{
	if (column->title != NULL)
		g_ptr_array_add(output->cells,
			text != NULL && text[0] != '\0' ? printable(text, 0) : g_strdup("-"));
}

/* A value that needs no guard: numbers, times; quoted where JSON wants that. */
static void
put_plain(struct output *output, const char *text, bool quoted)
{
	const struct output_column *column = next_column(output);
	if (output->form == OUTPUT_TABLE)
		add_cell(output, column, text);
	else if (output->form == OUTPUT_JSON && quoted)
		output_json_string(output->line, text);
	else
		g_string_append(output->line, text);
}

void
output_absent(struct output *output)
{
	const struct output_column *column = next_column(output);
	if (output->form == OUTPUT_TABLE)
		add_cell(output, column, NULL);
	else if (output->form == OUTPUT_JSON)
		g_string_append(output->line, "null");
}

void
output_text(struct output *output, const char *text)
{
	if (text == NULL) {
		output_absent(output);
		return;
	}
	const struct output_column *column = next_column(output);
	if (output->form == OUTPUT_TABLE)
		add_cell(output, column, text);
	else if (output->form == OUTPUT_JSON)
		output_json_string(output->line, text);
	else
		append_csv(output->line, text, true);
}

void
output_number(struct output *output, int64_t number)
{
	char text[32];
	snprintf(text, sizeof text, "%" G_GINT64_FORMAT, number);
	put_plain(output, text, false);
}

void
output_instant(struct output *output, int64_t instant)
{
	char text[INSTANT_TEXT_BYTES];
	put_plain(output, instant_text(instant, text), true);
}

void
output_day(struct output *output, int32_t day)
{
	char text[INSTANT_DAY_TEXT_BYTES];
	put_plain(output, instant_day_text(day, text), true);
}

void
output_flag(struct output *output, bool flag)
{
	bool words = output->form == OUTPUT_TABLE;
	put_plain(output, words ? (flag ? "yes" : "no") : (flag ? "true" : "false"), false);
}

void
output_list(struct output *output, const char *const *texts, size_t count)
{
	if (output->form == OUTPUT_JSON) {
		next_column(output);
		g_string_append_c(output->line, '[');
		for (size_t i = 0; i < count; i++) {
			if (i > 0)
				g_string_append_c(output->line, ',');
			output_json_string(output->line, texts[i]);
		}
		g_string_append_c(output->line, ']');
		return;
	}
	g_autoptr(GString) joined = g_string_new(NULL);
	for (size_t i = 0; i < count; i++)
		g_string_append_printf(joined, "%s%s", i > 0 ? "; " : "", texts[i]);
	output_text(output, joined->str);
}

void
output_row_end(struct output *output)
{
	g_assert(output->at == output->n_columns);
	output->at = 0;
	output->rows++;
	if (output->form == OUTPUT_TABLE)
		return;
	g_string_append(output->line, output->form == OUTPUT_JSON ? "}\n" : "\n");
	fwrite(output->line->str, 1, output->line->len, output->stream);
	g_string_truncate(output->line, 0);
}

/* ---- tables ---- */

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

/* The columns a table shows. */
struct table {
	const struct output *output;
	const struct output_column **columns;
	int *widths;
	size_t count, rows; /* shown */
	size_t stride;      /* cells a row */
};

static const char *
cell(const struct table *table, size_t row, size_t column)
{
	return g_ptr_array_index(table->output->cells, row * table->stride + column);
}

static void
measure(struct table *table)
{
	for (size_t c = 0; c < table->count; c++) {
		int width = text_width(table->columns[c]->title);
		for (size_t r = 0; r < table->rows; r++)
			width = MAX(width, text_width(cell(table, r, c)));
		int most = table->columns[c]->max_width;
		table->widths[c] = most > 0 ? MIN(width, most) : width;
	}
}

/* The width of the terminal; 0: the stream is none. */
static int
terminal_width(FILE *stream)
{
	struct winsize size;
	if (!isatty(fileno(stream)) || ioctl(fileno(stream), TIOCGWINSZ, &size) != 0)
		return 0;
	return size.ws_col;
}

static int
table_width(const struct table *table)
{
	int width = -GAP;
	for (size_t c = 0; c < table->count; c++)
		width += table->widths[c] + GAP;
	return width;
}

/* The column that is to give way next; table->count: none can. */
static size_t
giving_column(const struct table *table)
{
	size_t last = table->count - 1, widest = table->count;
	if (table->columns[last]->max_width > 0 && table->widths[last] > LEAST_LAST_WIDTH)
		return last;
	for (size_t c = 0; c < last; c++)
		if (table->columns[c]->max_width > 0 && table->widths[c] > LEAST_WIDTH &&
			(widest == table->count || table->widths[c] > table->widths[widest]))
			widest = c;
	return widest;
}

/* Fits the table into room terminal columns; 0: no terminal, no need. */
static void
squeeze(struct table *table, int room)
{
	while (room > 0 && table_width(table) > room) {
		size_t column = giving_column(table);
		if (column < table->count) {
			table->widths[column]--;
			continue;
		}
		if (table->count == LEAST_COLUMNS)
			return;
		table->count--;
		measure(table); /* its room is for the others */
	}
}

static void
print_cell(const struct table *table, size_t column, const char *text)
{
	FILE *stream = table->output->stream;
	int width = table->widths[column];
	g_autofree char *shown = fit(text, width);
	int padding = width - text_width(shown);
	bool right = table->columns[column]->kind == OUTPUT_NUMBER;
	bool last = column + 1 == table->count;
	fprintf(stream, "%*s%s", right ? padding : 0, "", shown);
	if (!last)
		fprintf(stream, "%*s", GAP + (right ? 0 : padding), "");
}

static bool
wants_bold(FILE *stream)
{
	const char *term = g_getenv("TERM"), *no_color = g_getenv("NO_COLOR");
	return isatty(fileno(stream)) && g_strcmp0(term, "dumb") != 0 &&
	       (no_color == NULL || no_color[0] == '\0');
}

static void
print_table(const struct table *table)
{
	FILE *stream = table->output->stream;
	bool bold = wants_bold(stream);
	fputs(bold ? "\033[1m" : "", stream);
	for (size_t c = 0; c < table->count; c++)
		print_cell(table, c, table->columns[c]->title);
	fputs(bold ? "\033[0m\n" : "\n", stream);
	for (size_t r = 0; r < table->rows; r++) {
		for (size_t c = 0; c < table->count; c++)
			print_cell(table, c, cell(table, r, c));
		fputc('\n', stream);
	}
}

static void
end_table(struct output *output)
{
	struct table table = { .output = output };
	table.columns = g_new0(const struct output_column *, output->n_columns);
	table.widths = g_new0(int, output->n_columns);
	for (size_t i = 0; i < output->n_columns; i++)
		if (output->columns[i].title != NULL)
			table.columns[table.count++] = &output->columns[i];
	table.stride = table.count;
	table.rows = table.count > 0 ? output->cells->len / table.stride : 0;
	measure(&table);
	squeeze(&table, terminal_width(output->stream));
	print_table(&table);
	g_free(table.columns);
	g_free(table.widths);
}

bool
output_end(struct output *output)
{
	FILE *stream = output->stream;
	if (output->form == OUTPUT_TABLE && output->rows > 0)
		end_table(output);
	g_string_free(output->line, TRUE);
	g_ptr_array_unref(output->cells);
	g_free(output);
	errno = 0;
	return fflush(stream) == 0 && ferror(stream) == 0;
}
