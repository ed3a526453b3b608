/* stsready init: makes the tables, or brings them up to date. */
#include <stdio.h>

#include "analyze/command.h"
#include "sql/migrate.h"

static const char description[] = "Safe to repeat, and to run from several machines at once.  Also "
				  "makes the roles stsready_ingest\n"
				  "(may only add reports), stsready_read (may only read) and "
				  "stsready_watch (what stsready watch\n"
				  "needs), if it is allowed to make roles, and\n"
				  "distributes the tables where the database is Citus.\n\n"
				  "Exit status: 0 done, 64 usage, 69 no database, 78 settings.";

static void
print_result(int applied, bool json)
{
	if (json)
		printf("{\"version\":%d,\"applied\":%d}\n", migrate_newest(), applied);
	else if (applied == 0)
		printf("database at version %d: up to date\n", migrate_newest());
	else
		printf("database at version %d: %d migration%s applied\n", migrate_newest(),
			applied, applied == 1 ? "" : "s");
}

static int
run_init(int argc, char **argv)
{
	gboolean json = FALSE;
	GOptionEntry entries[] = { { "json", 0, 0, G_OPTION_ARG_NONE, &json,
					   "Print version and number of migrations applied as JSON",
					   NULL },
		{ NULL } };
	int applied, status = command_options(
			     &command_init, "", description, entries, true, &argc, &argv);
	if (status >= 0)
		return status;
	if (argc > 1) {
		command_complain(argv[1], "init takes no operands");
		return EXIT_USAGE;
	}
	struct db *db = command_open_database(&status);
	if (db == NULL)
		return status;
	g_autoptr(GError) error = NULL;
	bool fine = migrate_run(db, &applied, &error);
	db_close(db);
	if (!fine) {
		command_complain("database", error->message);
		return command_database_status(error);
	}
	print_result(applied, json);
	return command_finish_output();
}

const struct command command_init = { "init",
	"Make the database's tables, or bring them up to date", run_init };
