/* Rows as an aligned table, JSON lines or CSV. */
#include "analyze/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "analyze/table.h"
#include "ingest/instant.h"
#include "ingest/printable.h"

struct output {
	FILE *stream;
	enum output_form form;
	const struct output_column *columns;
	size_t n_columns, at; /* at: the column that comes next */
	bool *hidden;         /* a column each */
	int trouble;          /* errno of the first write that failed; 0: none did */
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
	output->hidden = g_new0(bool, n_columns);
	output->line = g_string_new(NULL);
	output->cells = g_ptr_array_new_with_free_func(g_free);
	for (size_t i = 0; form == OUTPUT_CSV && i < n_columns; i++)
		fprintf(stream, "%s%s", i > 0 ? "," : "", columns[i].name);
	if (form == OUTPUT_CSV)
		fputc('\n', stream);
	return output;
}

void
output_hide(struct output *output, const char *name)
{
	for (size_t i = 0; i < output->n_columns; i++)
		if (strcmp(output->columns[i].name, name) == 0)
			output->hidden[i] = true;
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

/* Begins the next cell. */
static void
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
}

/* Whether a table has the column. */
static bool
is_shown(const struct output *output, size_t column)
{
	return output->columns[column].title != NULL && !output->hidden[column];
}

/* The table's cell of the column just begun: NULL or empty text shows as "-". */
static void
add_cell(struct output *output, const char *text)
{
	if (is_shown(output, output->at - 1))
		g_ptr_array_add(output->cells,
			text != NULL && text[0] != '\0' ? printable(text, 0) : g_strdup("-"));
}

/* A value that needs no guard: numbers, times; quoted where JSON wants that. */
static void
put_plain(struct output *output, const char *text, bool quoted)
{
	next_column(output);
	if (output->form == OUTPUT_TABLE)
		add_cell(output, text);
	else if (output->form == OUTPUT_JSON && quoted)
		output_json_string(output->line, text);
	else
		g_string_append(output->line, text);
}

void
output_absent(struct output *output)
{
	next_column(output);
	if (output->form == OUTPUT_TABLE)
		add_cell(output, NULL);
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
	next_column(output);
	if (output->form == OUTPUT_TABLE)
		add_cell(output, text);
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
output_age(struct output *output, int32_t day, int32_t today)
{
	int32_t days = today - day;
	/* a day that is not over anywhere: the sender's clock, or ours, is wrong */
	if (output->form != OUTPUT_TABLE || days < 0) {
		output_day(output, day);
		return;
	}
	g_autofree char *words = days == 0   ? g_strdup("today")
				 : days == 1 ? g_strdup("yesterday")
					     : g_strdup_printf("%d days ago", days);
	put_plain(output, words, false);
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
	if (output->form == OUTPUT_TABLE && output->columns[output->at].kind == OUTPUT_TALLY) {
		output_number(output, (int64_t)count);
		return;
	}
	g_autoptr(GString) joined = g_string_new(NULL);
	for (size_t i = 0; i < count; i++)
		g_string_append_printf(joined, "%s%s", i > 0 ? "; " : "", texts[i]);
	output_text(output, joined->str);
}

/* Keeps errno: what is called between the failure and the end would change it. */
static void
note_trouble(struct output *output)
{
	if (output->trouble == 0)
		output->trouble = errno;
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
	if (fwrite(output->line->str, 1, output->line->len, output->stream) < output->line->len)
		note_trouble(output);
	g_string_truncate(output->line, 0);
}

/* ---- the end ---- */

/* The width of the terminal; 0: the stream is none. */
static int
terminal_width(FILE *stream)
{
	struct winsize size;
	if (!isatty(fileno(stream)) || ioctl(fileno(stream), TIOCGWINSZ, &size) != 0)
		return 0;
	return size.ws_col;
}

static bool
wants_bold(FILE *stream)
{
	const char *term = g_getenv("TERM"), *no_color = g_getenv("NO_COLOR");
	return isatty(fileno(stream)) && g_strcmp0(term, "dumb") != 0 &&
	       (no_color == NULL || no_color[0] == '\0');
}

static void
end_table(struct output *output)
{
	FILE *stream = output->stream;
	g_autofree const struct output_column **shown =
		g_new0(const struct output_column *, output->n_columns);
	size_t count = 0;
	for (size_t i = 0; i < output->n_columns; i++)
		if (is_shown(output, i))
			shown[count++] = &output->columns[i];
	g_autofree char *left_out =
		table_print(stream, shown, count, (const char *const *)output->cells->pdata,
			output->rows, terminal_width(stream), wants_bold(stream));
	if (ferror(stream))
		note_trouble(output);
	if (left_out == NULL)
		return;
	fflush(stream);
	fprintf(stderr, "no room for %s: a wider terminal shows more, --json all\n", left_out);
}

bool
output_end(struct output *output)
{
	if (output->form == OUTPUT_TABLE && output->rows > 0)
		end_table(output);
	if (fflush(output->stream) != 0)
		note_trouble(output);
	int trouble = output->trouble;
	g_free(output->hidden);
	g_string_free(output->line, TRUE);
	g_ptr_array_unref(output->cells);
	g_free(output);
	errno = trouble;
	return trouble == 0;
}
