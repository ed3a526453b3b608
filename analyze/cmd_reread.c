/* stsready reread: stored originals and the quarantine, read again by the reader of today. */
#include <inttypes.h>
#include <stdio.h>

#include "analyze/command.h"
#include "analyze/progress.h"
#include "ingest/domain_name.h"
#include "sql/migrate.h"
#include "sql/reread.h"

static const char description[] =
	"After an upgrade the reader may understand more: this replaces every stored report that "
	"now reads\n"
	"differently, and takes in what can be read of the quarantine.  Arrivals, trust and totals "
	"stay\n"
	"right.  Ctrl-C ends it after the report in hand; it can be run again.\n\n"
	"Exit status: 0 done, 1 some stored originals cannot be read any more (left as they are),\n"
	"64 usage, 69 no database, 130 interrupted.";

static void
show(void *user, const struct reread_counts *counts)
{
	progress_show(user, "%" PRIu64 " read again, %" PRIu64 " changed, %" PRIu64 " recovered",
		counts->read, counts->changed, counts->recovered);
}

static void
print_counts(const struct reread_counts *counts, bool json)
{
	if (json)
		printf("{\"read\":%" PRIu64 ",\"changed\":%" PRIu64 ",\"quarantine\":%" PRIu64
		       ",\"recovered\":%" PRIu64 ",\"failed\":%" PRIu64 "}\n",
			counts->read, counts->changed, counts->quarantine, counts->recovered,
			counts->failed);
	else
		printf("read again %" PRIu64 ", changed %" PRIu64 ", quarantined %" PRIu64
		       ", recovered %" PRIu64 ", unreadable %" PRIu64 "\n",
			counts->read, counts->changed, counts->quarantine, counts->recovered,
			counts->failed);
}

static int
reread(struct db *db, const char *domain, bool quiet, bool json)
{
	struct progress *progress = progress_new(quiet);
	struct reread_counts counts;
	g_autoptr(GError) error = NULL;
	command_catch_signals();
	bool fine = migrate_check(db, &error) &&
		    reread_run(db, domain, &command_stop, show, progress, &counts, &error);
	progress_free(progress);
	if (!fine) {
		command_complain("database", error->message);
		return command_database_status(error);
	}
	print_counts(&counts, json);
	int status = command_finish_output();
	if (atomic_load(&command_stop) != 0)
		return EXIT_INTERRUPTED;
	return status != EXIT_OK ? status : counts.failed > 0 ? EXIT_SOME : EXIT_OK;
}

static int
run_reread(int argc, char **argv)
{
	g_autofree char *option = NULL, *domain = NULL;
	gboolean quiet = FALSE, json = FALSE;
	GOptionEntry entries[] = {
		{ "domain", 'd', 0, G_OPTION_ARG_STRING, &option, "Only reports about this domain",
			"DOMAIN" },
		{ "quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet, "Show no progress", NULL },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print the closing counts as JSON",
			NULL },
		{ NULL },
	};
	int status = command_options(&command_reread, "", description, entries, true, &argc, &argv);
	if (status >= 0)
		return status;
	if (option != NULL && (domain = domain_name_normalise(option, false)) == NULL) {
		command_complain(option, "no domain name");
		return EXIT_USAGE;
	}
	if (argc > 1) {
		command_complain(argv[1], "reread takes no operands; see --domain");
		return EXIT_USAGE;
	}
	struct db *db = command_open_database(&status);
	if (db == NULL)
		return status;
	status = reread(db, domain, quiet, json);
	db_close(db);
	return status;
}

const struct command command_reread = { "reread",
	"Read stored originals and the quarantine again, after an upgrade", run_reread };
