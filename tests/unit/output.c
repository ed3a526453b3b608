/* Rows as table, JSON lines and CSV: golden text. */
#include <errno.h>
#include <string.h>

#include "analyze/output.h"

static const struct output_column columns[] = {
	{ "name", "NAME", OUTPUT_TEXT, 8 },
	{ "count", "COUNT", OUTPUT_NUMBER, 0 },
	{ "hidden", NULL, OUTPUT_LIST, 0 },
	{ "when", "WHEN", OUTPUT_INSTANT, 0 },
	{ "yes", "YES", OUTPUT_FLAG, 0 },
};

/* Writes rows whose name cells are given, NULL-ended, and returns what came out. */
static char *
write_rows(enum output_form form, const char *const *names)
{
	static const char *const list[] = { "a", "b;c" };
	char *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length);
	struct output *output = output_new(stream, form, columns, G_N_ELEMENTS(columns));
	for (size_t i = 0; names[i] != NULL; i++) {
		output_text(output, names[i]);
		output_number(output, (int64_t)i * 1000 - 1);
		output_list(output, list, i % 3);
		if (i == 0)
			output_absent(output);
		else
			output_instant(output, 1772323200);
		output_flag(output, i % 2 == 0);
		output_row_end(output);
	}
	g_assert_cmpuint(output_rows(output), ==, g_strv_length((char **)names));
	g_assert_true(output_end(output));
	fclose(stream);
	return text;
}

static const struct {
	const char *name;
	enum output_form form;
	const char *names[4];
	const char *want;
} rows[] = {
	{ "a table: aligned, numbers to the right, absent and empty as -", OUTPUT_TABLE,
		{ "x", "" },
		"NAME  COUNT  WHEN                  YES\n"
		"x        -1  -                     yes\n"
		"-       999  2026-03-01T00:00:00Z  no\n" },
	{ "long cells are cut", OUTPUT_TABLE, { "12345678", "123456789" },
		"NAME      COUNT  WHEN                  YES\n"
		"12345678     -1  -                     yes\n"
		"1234567\xe2\x80\xa6    999  2026-03-01T00:00:00Z  no\n" },
	{ "wide and combining characters take the columns they take", OUTPUT_TABLE,
		{ "\xe6\xbc\xa2\xe5\xad\x97", "e\xcc\x81" },
		"NAME  COUNT  WHEN                  YES\n"
		"\xe6\xbc\xa2\xe5\xad\x97     -1  -                     yes\n"
		"e\xcc\x81       999  2026-03-01T00:00:00Z  no\n" },
	{ "what moves a cursor is shown, not done", OUTPUT_TABLE, { "\x1b[2J" },
		"NAME     COUNT  WHEN  YES\n"
		"\\x1b[2J     -1  -     yes\n" },
	{ "a table without rows is nothing", OUTPUT_TABLE, { NULL }, "" },
	{ "JSON lines", OUTPUT_JSON, { "q\"\\\n", "\xe2\x80\xae\x1b\x7f" },
		"{\"name\":\"q\\\"\\\\\\n\",\"count\":-1,\"hidden\":[],\"when\":null,\"yes\":true}"
		"\n"
		"{\"name\":\"\\u202e\\u001b\\u007f\",\"count\":999,\"hidden\":[\"a\"],"
		"\"when\":\"2026-03-01T00:00:00Z\",\"yes\":false}\n" },
	{ "JSON: beyond the BMP, and what is no UTF-8", OUTPUT_JSON,
		{ "\xf0\x9f\x98\x80\xf3\xa0\x80\x81\xff" },
		"{\"name\":\"\xf0\x9f\x98\x80\\udb40\\udc01\\ufffd\",\"count\":-1,\"hidden\":[],"
		"\"when\":null,"
		"\"yes\":true}\n" },
	{ "CSV: a heading, quotes where needed", OUTPUT_CSV, { "a,b", "say \"x\"", "plain" },
		"name,count,hidden,when,yes\n"
		"\"a,b\",-1,,,true\n"
		"\"say \"\"x\"\"\",999,a,2026-03-01T00:00:00Z,false\n"
		"plain,1999,a; b;c,2026-03-01T00:00:00Z,true\n" },
	{ "CSV: no formula, but numbers stay numbers", OUTPUT_CSV, { "=1+1", "@SUM(A1)", "-x" },
		"name,count,hidden,when,yes\n"
		"'=1+1,-1,,,true\n"
		"'@SUM(A1),999,a,2026-03-01T00:00:00Z,false\n"
		"'-x,1999,a; b;c,2026-03-01T00:00:00Z,true\n" },
	{ "CSV: a tab before a formula; line feeds are shown", OUTPUT_CSV, { "\t=1", "a\nb" },
		"name,count,hidden,when,yes\n"
		"'\\t=1,-1,,,true\n"
		"a\\nb,999,a,2026-03-01T00:00:00Z,false\n" },
};

static void
test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *got = write_rows(rows[i].form, rows[i].names);
		if (strcmp(got, rows[i].want) != 0) {
			g_test_message("%s:\n got\n%s\nwant\n%s", rows[i].name, got, rows[i].want);
			g_test_fail();
		}
	}
}

/* What a table says in words or as a number, the other forms say exactly. */
static const struct output_column exact[] = {
	{ "day", "LAST", OUTPUT_AGE, 0 },
	{ "notes", "NOTES", OUTPUT_TALLY, 0 },
	{ "domain", "DOMAIN", OUTPUT_TEXT, 0 },
};

static const struct {
	const char *name;
	enum output_form form;
	int32_t day; /* today is day 20513, 2026-03-01 */
	const char *hide, *want;
} exact_cases[] = {
	{ "today", OUTPUT_TABLE, 20513, "domain", "LAST   NOTES\ntoday      2\n" },
	{ "yesterday", OUTPUT_TABLE, 20512, "domain", "LAST       NOTES\nyesterday      2\n" },
	{ "long ago", OUTPUT_TABLE, 20483, "domain", "LAST         NOTES\n30 days ago      2\n" },
	{ "a day to come is told as it is", OUTPUT_TABLE, 20514, "domain",
		"LAST        NOTES\n2026-03-02      2\n" },
	{ "a column hidden by nobody", OUTPUT_TABLE, 20513, "no-such",
		"LAST   NOTES  DOMAIN\ntoday      2  d.example\n" },
	{ "JSON has all", OUTPUT_JSON, 20512, "domain",
		"{\"day\":\"2026-02-28\",\"notes\":[\"a\",\"b\"],\"domain\":\"d.example\"}\n" },
	{ "CSV has all", OUTPUT_CSV, 20512, "domain",
		"day,notes,domain\n2026-02-28,a; b,d.example\n" },
};

static void
test_exact(void)
{
	static const char *const notes[] = { "a", "b" };
	for (size_t i = 0; i < G_N_ELEMENTS(exact_cases); i++) {
		char *got = NULL;
		size_t length;
		FILE *stream = open_memstream(&got, &length);
		struct output *output =
			output_new(stream, exact_cases[i].form, exact, G_N_ELEMENTS(exact));
		output_hide(output, exact_cases[i].hide);
		output_age(output, exact_cases[i].day, 20513);
		output_list(output, notes, G_N_ELEMENTS(notes));
		output_text(output, "d.example");
		output_row_end(output);
		g_assert_true(output_end(output));
		fclose(stream);
		if (strcmp(got, exact_cases[i].want) != 0) {
			g_test_message("%s:\n got\n%s\nwant\n%s", exact_cases[i].name, got,
				exact_cases[i].want);
			g_test_fail();
		}
		free(got);
	}
}

/* A disk that is full shows, whether at the first row that is written out or at the end; and as
   such, whatever was called since. */
static void
test_full_disk(void)
{
	static const enum output_form forms[] = { OUTPUT_TABLE, OUTPUT_JSON, OUTPUT_CSV };
	for (size_t i = 0; i < 2 * G_N_ELEMENTS(forms); i++) {
		FILE *full = fopen("/dev/full", "w");
		g_assert_nonnull(full);
		struct output *output = output_new(full, forms[i / 2], columns, 1);
		for (int row = 0; row < (i % 2 == 0 ? 1 : BUFSIZ); row++) {
			output_text(output, "x");
			output_row_end(output);
			errno = EAGAIN;
		}
		g_assert_false(output_end(output));
		g_assert_cmpint(errno, ==, ENOSPC);
		fclose(full);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/output/rows", test_rows);
	g_test_add_func("/output/exact", test_exact);
	g_test_add_func("/output/full-disk", test_full_disk);
	return g_test_run();
}
