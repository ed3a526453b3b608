/* What every subcommand of stsready shares. */
#include "analyze/command.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyze/settings.h"
#include "ingest/printable.h"
#include "ingest/sink.h"
#include "sql/db.h"

atomic_int command_stop;

static void
on_signal(int number)
{
	if (atomic_exchange(&command_stop, 1) != 0)
		_exit(128 + number);
}

void
command_catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

void
command_complain(const char *what, const char *why)
{
	g_autoptr(GString) line = g_string_new("stsready: ");
	printable_append(line, what, 0);
	g_string_append(line, ": ");
	printable_append(line, why, 0);
	g_string_append_c(line, '\n');
	fputs(line->str, stderr);
}

static int
parse_options(const struct command *command, GOptionContext *context, int *argc, char ***argv)
{
	g_autoptr(GError) error = NULL;
	gboolean help = FALSE;
	const GOptionEntry common[] = {
		{ "help", 'h', 0, G_OPTION_ARG_NONE, &help, "Show this help", NULL }, { NULL }
	};
	g_option_context_set_help_enabled(context, FALSE);
	g_option_context_add_main_entries(context, common, NULL);
	if (!g_option_context_parse(context, argc, argv, &error)) {
		g_autofree char *why = g_strdup_printf(
			"%s; see `stsready %s --help`", error->message, command->name);
		command_complain(command->name, why);
		return EXIT_USAGE;
	}
	if (!help)
		return -1;
	g_autofree char *text = g_option_context_get_help(context, TRUE, NULL);
	puts(g_strchomp(text));
	return EXIT_OK;
}

int
command_options(const struct command *command, const char *usage, const char *description,
	GOptionEntry *entries, bool with_database, int *argc, char ***argv)
{
	const GOptionEntry database[] = {
		{ "database", 0, 0, G_OPTION_ARG_STRING, &settings_database_option,
			"Database to use (libpq connection string or URI)", "URL" },
		{ "config", 0, 0, G_OPTION_ARG_FILENAME, &settings_config_option,
			"Settings file instead of " SETTINGS_FILE, "FILE" },
		{ NULL }
	};
	g_autofree char *name = g_strdup_printf("stsready %s", command->name);
	g_set_prgname(name);
	GOptionContext *context = g_option_context_new(usage);
	g_option_context_set_summary(context, command->summary);
	g_option_context_set_description(context, description);
	if (entries != NULL)
		g_option_context_add_main_entries(context, entries, NULL);
	if (with_database)
		g_option_context_add_main_entries(context, database, NULL);
	int status = parse_options(command, context, argc, argv);
	g_option_context_free(context);
	/* "--" ends the options and is no operand */
	if (status < 0 && *argc > 1 && strcmp((*argv)[1], "--") == 0) {
		memmove(&(*argv)[1], &(*argv)[2], (size_t)(*argc - 1) * sizeof **argv);
		--*argc;
	}
	return status;
}

int
command_database_status(const GError *error)
{
	if (error->domain == DB_ERROR && error->code == DB_ERROR_RESOURCE)
		return EXIT_IO;
	return EXIT_NODB;
}

struct db *
command_open_database(int *status)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *url = settings_database(&error);
	if (url == NULL) {
		command_complain("settings", error->message);
		*status = EXIT_CONFIG;
		return NULL;
	}
	struct db *db = db_open(url, &error);
	if (db == NULL) {
		command_complain("database", error->message);
		*status = EXIT_NODB;
	}
	return db;
}

int
command_finish_output(void)
{
	return command_output_status(fflush(stdout) == 0 && ferror(stdout) == 0);
}

int
command_output_status(bool written)
{
	if (written)
		return EXIT_OK;
	if (errno == EPIPE)
		return EXIT_OK; /* the reader had enough */
	command_complain("standard output", g_strerror(errno));
	return EXIT_IO;
}
