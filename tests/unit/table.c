/* Tables made to fit a terminal: golden text. */
#include <string.h>

#include "analyze/table.h"

static const struct output_column day = { "day", "DAY", OUTPUT_DAY, 0 };
static const struct output_column name = { "name", "NAME", OUTPUT_TEXT, 20, 8 };
static const struct output_column count = { "count", "COUNT", OUTPUT_NUMBER, 0 };
static const struct output_column fine = { "fine", "FINE", OUTPUT_FLAG, 0, .usual = "yes" };
static const struct output_column from = { "from", "FROM", OUTPUT_TEXT, 20, 6, .may_go = true };
static const struct output_column note = { "note", "NOTE", OUTPUT_TEXT, 0, .may_go = true };

#define COLUMNS 4
#define ROWS 2

static const struct {
	const char *name;
	const struct output_column *columns[COLUMNS];
	const char *cells[ROWS * COLUMNS];
	int room;
	bool bold;
	const char *want, *left_out;
} tables[] = {
	{ "no terminal: every column as wide as it needs", { &day, &name, &count, &note },
		{ "2026-03-01", "mx.d.example", "5", "long enough to be cut", "2026-03-02", "-",
			"12345678", "-" },
		0, false,
		"DAY         NAME             COUNT  NOTE\n"
		"2026-03-01  mx.d.example         5  long enough to be cut\n"
		"2026-03-02  -             12345678  -\n",
		NULL },
	{ "a heading in bold ends where the line ends", { &day, &name, &count, &note },
		{ "2026-03-01", "a", "5", "b", "2026-03-02", "c", "6", "d" }, 0, true,
		"\033[1mDAY         NAME  COUNT  NOTE\033[0m\n"
		"2026-03-01  a         5  b\n"
		"2026-03-02  c         6  d\n",
		NULL },
	{ "just room enough", { &day, &name, &count, &from },
		{ "2026-03-01", "mx.d.example", "5", "d.example", "2026-03-02", "-", "6", "-" }, 42,
		false,
		"DAY         NAME          COUNT  FROM\n"
		"2026-03-01  mx.d.example      5  d.example\n"
		"2026-03-02  -                 6  -\n",
		NULL },
	{ "the widest is cut first", { &day, &name, &count, &from },
		{ "2026-03-01", "mx.d.example", "5", "d.example", "2026-03-02", "-", "6", "-" }, 38,
		false,
		"DAY         NAME       COUNT  FROM\n"
		"2026-03-01  mx.d.exa\xe2\x80\xa6      5  d.examp\xe2\x80\xa6\n"
		"2026-03-02  -              6  -\n",
		NULL },
	{ "what cannot be cut and may go is left out", { &day, &name, &count, &note },
		{ "2026-03-01", "mx.d.example", "5", "long enough to be cut", "2026-03-02", "-",
			"6", "-" },
		40, false,
		"DAY         NAME          COUNT\n"
		"2026-03-01  mx.d.example      5\n"
		"2026-03-02  -                 6\n",
		"NOTE" },
	{ "the last that may go goes first, then the others; what may not go stays",
		{ &from, &name, &day, &note },
		{ "d.example", "mx.d.example", "2026-03-01", "x", "-", "-", "2026-03-02", "y" }, 10,
		false,
		"NAME      DAY\n"
		"mx.d.ex\xe2\x80\xa6  2026-03-01\n"
		"-         2026-03-02\n",
		"FROM, NOTE" },
	{ "what is as usual in every row is not said", { &day, &fine, &count, &note },
		{ "2026-03-01", "yes", "5", "x", "2026-03-02", "yes", "6", "y" }, 0, false,
		"DAY         COUNT  NOTE\n"
		"2026-03-01      5  x\n"
		"2026-03-02      6  y\n",
		NULL },
	{ "but in all rows where one is not", { &day, &fine, &count, &note },
		{ "2026-03-01", "yes", "5", "x", "2026-03-02", "no", "6", "y" }, 0, false,
		"DAY         FINE  COUNT  NOTE\n"
		"2026-03-01  yes       5  x\n"
		"2026-03-02  no        6  y\n",
		NULL },
	{ "a wide character that would be halved by the cut goes whole",
		{ &day, &name, &count, &note },
		{ "2026-03-01", "\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2", "5",
			"x", "2026-03-02", "123456789", "6", "y" },
		33, false,
		"DAY         NAME      COUNT  NOTE\n"
		"2026-03-01  \xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe2\x80\xa6       5  x\n"
		"2026-03-02  1234567\xe2\x80\xa6      6  y\n",
		NULL },
};

int
main(void)
{
	int failures = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
		char *got = NULL;
		size_t length;
		FILE *stream = open_memstream(&got, &length);
		g_autofree char *left_out = table_print(stream, tables[i].columns, COLUMNS,
			tables[i].cells, ROWS, tables[i].room, tables[i].bold);
		fclose(stream);
		if (strcmp(got, tables[i].want) != 0 ||
			g_strcmp0(left_out, tables[i].left_out) != 0) {
			printf("%s:\n got\n%s(%s)\nwant\n%s(%s)\n", tables[i].name, got, left_out,
				tables[i].want, tables[i].left_out);
			failures++;
		}
		free(got);
	}
	return failures > 0;
}
