/* The stsready command line: finds the command and runs it. */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "analyze/command.h"

/* No command's name is longer. */
#define LONGEST_NAME 15

static const struct command *const commands[] = { &command_init, &command_import, &command_reread,
	&command_parse, &command_domains, &command_reports, &command_failures, &command_check,
	&command_readiness, &command_prune, &command_web, &command_watch, &command_run };

static const struct command *
find_command(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static void
print_help(FILE *to)
{
	fputs("Usage: stsready COMMAND [OPTION...]\n\n"
	      "When can an MTA-STS policy go from testing to enforce without losing mail?\n\n"
	      "Commands:\n",
		to);
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		fprintf(to, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n`stsready COMMAND --help` tells more about one; stsready(1) tells all.\n", to);
}

/* How many letters must be put in, left out or changed to make one of the other (Levenshtein). */
static size_t
distance(const char *one, const char *other)
{
	size_t row[LONGEST_NAME + 1], length = strlen(other);
	g_assert(length <= LONGEST_NAME);
	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 0; one[i] != '\0'; i++) {
		size_t diagonal = row[0];
		row[0] = i + 1;
		for (size_t j = 0; j < length; j++) {
			size_t changed = diagonal + (one[i] != other[j]);
			diagonal = row[j + 1];
			row[j + 1] = MIN(changed, MIN(row[j], diagonal) + 1);
		}
	}
	return row[length];
}

/* The command that was meant: one whose beginning name is, or that differs by three letters at
   most, yet not by all.  NULL: none. */
static const char *
nearest(const char *name)
{
	const char *found = NULL;
	size_t best = MIN(4, strlen(name));
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
		const char *candidate = commands[i]->name;
		size_t away = g_str_has_prefix(candidate, name) ? 0 : distance(name, candidate);
		if (away < best) {
			best = away;
			found = candidate;
		}
	}
	return found;
}

static int
refuse(const char *name)
{
	const char *near = nearest(name);
	g_autofree char *hint =
		near != NULL ? g_strdup_printf("no such command; did you mean `stsready %s`?", near)
			     : g_strdup("no such command; `stsready --help` lists them");
	command_complain(name, hint);
	return EXIT_USAGE;
}

static int
run_help(const char *name)
{
	char option[] = "--help";
	const struct command *command = find_command(name);
	if (command == NULL)
		return refuse(name);
	char *argv[] = { (char *)command->name, option, NULL };
	return command->run(2, argv);
}

int
main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "");
	if (argc < 2) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("stsready " STSREADY_VERSION);
		return EXIT_OK;
	}
	if (strcmp(argv[1], "help") == 0 && argc > 2)
		return run_help(argv[2]);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
		strcmp(argv[1], "help") == 0) {
		print_help(stdout);
		return EXIT_OK;
	}
	const struct command *command = find_command(argv[1]);
	return command != NULL ? command->run(argc - 1, argv + 1) : refuse(argv[1]);
}
