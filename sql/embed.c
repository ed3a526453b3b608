/* Build tool: turns .sql files into C.  Each statement file NAME.sql becomes sql_NAME; one whose
   comment holds "@rows N..." becomes that statement in several sizes, its VALUES row repeated N
   times with the parameters counted on ("@rows 1": run once a row, pipelined);
   migrate/NNNN_what.sql become the table sql_migrations. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SIZES 8

struct output {
	FILE *source, *header;
};

static void
die(const char *what, const char *why)
{
	fprintf(stderr, "embed: %s: %s\n", what, why);
	exit(1);
}

static char *
read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	if (file == NULL || fseek(file, 0, SEEK_END) != 0)
		die(path, "cannot read");
	long size = ftell(file);
	char *text = malloc((size_t)size + 1);
	rewind(file);
	if (size < 0 || text == NULL || fread(text, 1, (size_t)size, file) != (size_t)size)
		die(path, "cannot read");
	text[size] = '\0';
	fclose(file);
	return text;
}

static void
put_quoted(FILE *to, const char *text, size_t length)
{
	fputc('"', to);
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\n')
			fputs("\\n\"\n\t\"", to);
		else if (text[i] == '\t')
			fputs("\\t", to);
		else if (text[i] == '"' || text[i] == '\\')
			fprintf(to, "\\%c", text[i]);
		else
			fputc(text[i], to);
	}
	fputc('"', to);
}

/* The statement without its leading comment lines: they are for people. */
static const char *
skip_comment(const char *sql)
{
	while (strncmp(sql, "--", 2) == 0 || *sql == '\n') {
		const char *end = strchr(sql, '\n');
		if (end == NULL)
			return sql + strlen(sql);
		sql = end + 1;
	}
	return sql;
}

/* The sizes behind "@rows" in the comment, largest first as written; 0: no such word. */
static int
row_sizes(const char *sql, int sizes[MAX_SIZES])
{
	const char *body = skip_comment(sql), *at = strstr(sql, "@rows");
	if (at == NULL || at >= body)
		return 0;
	int count = 0;
	at += strlen("@rows");
	while (count < MAX_SIZES) {
		char *end;
		long size = strtol(at, &end, 10);
		if (end == at || size <= 0)
			break;
		sizes[count++] = (int)size;
		at = end;
	}
	return count;
}

/* Writes the VALUES row with its parameters shifted by shift; returns the highest one in it. */
static int
put_row(FILE *to, const char *row, size_t length, int shift)
{
	int highest = 0;
	for (size_t i = 0; i < length; i++) {
		if (row[i] != '$') {
			fputc(row[i], to);
			continue;
		}
		char *end;
		int number = (int)strtol(row + i + 1, &end, 10);
		if (number > highest)
			highest = number;
		fprintf(to, "$%d", number + shift);
		i = (size_t)(end - row) - 1;
	}
	return highest;
}

static void
embed_rows(struct output *out, const char *path, const char *name, const char *sql,
	const int *sizes, int n_sizes)
{
	const char *body = skip_comment(sql), *values = strstr(body, "\nvalues\n");
	const char *row = body, *end = body + strlen(body);
	if (values != NULL) {
		row = values + strlen("\nvalues\n");
		end = strchr(row, '\n');
		if (end == NULL)
			end = row + strlen(row);
	} else if (n_sizes != 1 || sizes[0] != 1) {
		die(path, "@rows of more than 1 wants a line \"values\" and the row on the next");
	}

	FILE *nowhere = fopen("/dev/null", "w");
	int width = put_row(nowhere, row, (size_t)(end - row), 0);
	fclose(nowhere);

	fprintf(out->source, "static const struct statement %s_sizes[] = {\n", name);
	for (int s = 0; s < n_sizes; s++) {
		char *text;
		size_t length;
		FILE *to = open_memstream(&text, &length);
		fwrite(body, 1, (size_t)(row - body), to);
		for (int i = 0; i < sizes[s]; i++) {
			put_row(to, row, (size_t)(end - row), i * width);
			fputs(i + 1 < sizes[s] ? ",\n" : "", to);
		}
		fputs(end, to);
		fclose(to);
		fprintf(out->source, "\t{ \"%s_%d\",\n\t", name, sizes[s]);
		put_quoted(out->source, text, length);
		fprintf(out->source, ", %d, %d },\n", sizes[s], width);
		free(text);
	}
	fprintf(out->source, "};\nconst struct statement_rows sql_%s = { %s_sizes, %d };\n\n", name,
		name, n_sizes);
	fprintf(out->header, "extern const struct statement_rows sql_%s;\n", name);
}

static void
embed_statement(struct output *out, const char *path, const char *name)
{
	char *sql = read_file(path);
	int sizes[MAX_SIZES];
	int n_sizes = row_sizes(sql, sizes);

	if (strncmp(sql, "-- ", 3) != 0)
		die(path, "the first line must be a comment that says what the statement does");
	if (n_sizes > 0) {
		embed_rows(out, path, name, sql, sizes, n_sizes);
	} else {
		const char *body = skip_comment(sql);
		fprintf(out->source, "const struct statement sql_%s = { \"%s\",\n\t", name, name);
		put_quoted(out->source, body, strlen(body));
		fputs(", 1, 0 };\n\n", out->source);
		fprintf(out->header, "extern const struct statement sql_%s;\n", name);
	}
	free(sql);
}

static void
embed_migration(struct output *out, const char *path, const char *name)
{
	char *sql = read_file(path);
	fprintf(out->source, "\t{ %d, \"%s\",\n\t", atoi(name), name);
	put_quoted(out->source, sql, strlen(sql));
	fputs(" },\n", out->source);
	free(sql);
}

static bool
is_migration(const char *path)
{
	return strstr(path, "/migrate/") != NULL;
}

/* The file's name without folder and ending, in a static buffer. */
static const char *
stem(const char *path)
{
	static char name[128];
	const char *slash = strrchr(path, '/');
	snprintf(name, sizeof name, "%s", slash != NULL ? slash + 1 : path);
	char *dot = strrchr(name, '.');
	if (dot != NULL)
		*dot = '\0';
	return name;
}

static FILE *
open_output(const char *base, const char *ending)
{
	char path[4096];
	snprintf(path, sizeof path, "%s.%s", base, ending);
	FILE *file = fopen(path, "w");
	if (file == NULL)
		die(path, "cannot write");
	return file;
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		die("usage", "embed OUTPUT-BASE FILE.sql...");
	struct output out = { open_output(argv[1], "c"), open_output(argv[1], "h") };

	fputs("/* Made from sql/ by sql/embed.c. */\n#pragma once\n\n#include \"sql/db.h\"\n\n",
		out.header);
	fputs("/* Made from sql/ by sql/embed.c. */\n#include \"sql/statements.h\"\n\n",
		out.source);
	for (int i = 2; i < argc; i++)
		if (!is_migration(argv[i]))
			embed_statement(&out, argv[i], stem(argv[i]));

	int migrations = 0;
	fputs("const struct migration sql_migrations[] = {\n", out.source);
	for (int i = 2; i < argc; i++)
		if (is_migration(argv[i])) {
			embed_migration(&out, argv[i], stem(argv[i]));
			migrations++;
		}
	fprintf(out.source, "};\nconst int sql_migrations_count = %d;\n", migrations);
	fputs("\nextern const struct migration sql_migrations[];\n"
	      "extern const int sql_migrations_count;\n",
		out.header);
	if (fclose(out.source) != 0 || fclose(out.header) != 0)
		die(argv[1], "cannot write");
	return 0;
}
