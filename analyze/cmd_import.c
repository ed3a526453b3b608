/* stsready import: mailboxes and files into the database. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyze/command.h"
#include "analyze/progress.h"
#include "analyze/settings.h"
#include "analyze/trust_options.h"
#include "ingest/import_walk.h"
#include "ingest/importer.h"
#include "sql/store.h"

static const char description[] =
	"PATH is a Maildir, an mbox, a directory, a single message (.eml) or report (.json, "
	".json.gz), or\n"
	"\"-\" for standard input; what it is is seen from its content.  In a Maildir a message is "
	"moved from\n"
	"new/ to cur/ and marked as seen once its reports are committed; one without a report "
	"stays where\n"
	"it is; one whose report cannot be read is flagged and its report kept in quarantine.  "
	"Importing\n"
	"the same again changes nothing.  Ctrl-C ends it after the batch in hand.\n\n"
	"Exit status: 0 all imported, 1 some could not be read or kept (each was told of), 64 "
	"usage,\n"
	"69 no database, 74 a disk is full, 130 interrupted.";

static gboolean watch, require_dkim, quiet, json;
static int workers, batch;
static double wait_seconds = 60;

/* What callbacks share. */
struct run {
	struct progress *progress;
	uint64_t total; /* items found beforehand; an mbox is one, whatever it holds */
};

static void
complain(void *user, const char *what, const char *why)
{
	const struct run *run = user;
	progress_clear(run->progress);
	command_complain(what, why);
}

static void
show(void *user, const struct importer_counts *counts, uint64_t queued)
{
	const struct run *run = user;
	double seconds = progress_seconds(run->progress);
	double rate = seconds > 0 ? (double)counts->read / seconds : 0;
	(void)queued;
	progress_show_bar(run->progress, counts->read, run->total,
		"%" PRIu64 " read, %" PRIu64 " new, %.0f a second", counts->read, counts->fresh,
		rate);
}

static void
count_item(void *user, struct import_item *item)
{
	struct run *run = user;
	run->total++;
	import_item_free(item);
}

static void
ignore_complaint(void *user, const char *what, const char *why)
{
	(void)user, (void)what, (void)why; /* the import itself will meet it again */
}

/* For the bar: how many files and messages there are.  Names only are read. */
static void
count_items(struct run *run, char **paths, size_t n_paths)
{
	const struct import_walk walk = { count_item, ignore_complaint, run, &command_stop };
	for (size_t i = 0; i < n_paths; i++)
		import_walk_path(&walk, paths[i]);
}

static void
print_json(const struct importer_counts *counts)
{
	printf("{\"read\":%" PRIu64 ",\"new\":%" PRIu64 ",\"seen_before\":%" PRIu64
	       ",\"conflicts\":%" PRIu64 ",\"without_report\":%" PRIu64 ",\"quarantined\":%" PRIu64
	       ",\"not_dkim\":%" PRIu64 ",\"pruned\":%" PRIu64 ",\"failed\":%" PRIu64 "}\n",
		counts->read, counts->fresh, counts->seen, counts->conflicts, counts->without,
		counts->quarantined, counts->not_dkim, counts->pruned, counts->failed);
}

static void
print_counts(const struct importer_counts *counts)
{
	printf("read %" PRIu64 ", new %" PRIu64 ", seen before %" PRIu64 ", conflicts %" PRIu64
	       ", without a report %" PRIu64 ", quarantined %" PRIu64,
		counts->read, counts->fresh, counts->seen, counts->conflicts, counts->without,
		counts->quarantined);
	if (counts->not_dkim > 0)
		printf(", dropped unsigned %" PRIu64, counts->not_dkim);
	if (counts->pruned > 0)
		printf(", older than what is kept %" PRIu64, counts->pruned);
	if (counts->failed > 0)
		printf(", failed %" PRIu64, counts->failed);
	putchar('\n');
}

/* What the run comes to: the sink's failure first, then interruption, then single failures. */
static int
conclude(bool fine, const struct importer_counts *counts, const GError *error)
{
	if (json)
		print_json(counts);
	else if (!quiet || !fine || counts->failed > 0)
		print_counts(counts);
	int status = command_finish_output();
	if (!fine) {
		bool database = error->domain == SINK_ERROR;
		command_complain(database ? "database" : "import", error->message);
		return !database                           ? EXIT_DATA
		       : strstr(error->message, "(53100)") ? EXIT_IO
							   : EXIT_NODB;
	}
	if (atomic_load(&command_stop) != 0 && !watch) {
		command_complain("interrupted", "run it again to take in the rest");
		return EXIT_INTERRUPTED;
	}
	return status != EXIT_OK ? status : counts->failed > 0 ? EXIT_SOME : EXIT_OK;
}

static int
import_into(struct store *store, struct trust_judge *judge, char **paths, size_t n_paths)
{
	struct run run = { .progress = progress_new(quiet) };
	struct importer_counts counts;
	g_autoptr(GError) error = NULL;
	struct importer_options options = { .workers = workers,
		.batch = batch,
		.watch = watch,
		.require_dkim = require_dkim,
		.wait_seconds = wait_seconds,
		.judge = judge,
		.complain = complain,
		.progress = show,
		.user = &run };
	command_catch_signals();
	if (progress_is_visible(run.progress) && !watch)
		count_items(&run, paths, n_paths);
	bool fine = importer_run(store_sink(store), (const char *const *)paths, n_paths, &options,
		&command_stop, &counts, &error);
	progress_free(run.progress);
	return conclude(fine, &counts, error);
}

static int
open_and_import(char **paths, size_t n_paths)
{
	g_autoptr(GError) error = NULL;
	struct trust_judge *judge = trust_options_judge(&error);
	if (judge == NULL) {
		command_complain("settings", error->message);
		return EXIT_CONFIG;
	}
	g_autofree char *url = settings_database(&error);
	struct store *store = url != NULL ? store_open(url, &error) : NULL;
	int status = EXIT_NODB;
	if (store != NULL)
		status = import_into(store, judge, paths, n_paths);
	else
		command_complain("database", error->message);
	store_close(store);
	trust_judge_free(judge);
	return status;
}

/* What is wrong with the command line; NULL: nothing. */
static const char *
usage_fault(int argc)
{
	if (argc < 2)
		return "name a mailbox, a directory, a file or \"-\"";
	if (workers < 0 || workers > 256)
		return "--workers takes 1 to 256";
	if (batch < 0 || batch > 10000)
		return "--batch takes 1 to 10000";
	/* a day; NaN is no number of seconds either */
	return wait_seconds >= 0 && wait_seconds <= 86400 ? NULL : "--wait takes 0 to 86400";
}

static int
run_import(int argc, char **argv)
{
	GOptionEntry entries[TRUST_OPTION_COUNT + 8] = {
		[TRUST_OPTION_COUNT] = { "watch", 'w', 0, G_OPTION_ARG_NONE, &watch,
			"Stay and follow the Maildirs among the paths", NULL },
		{ "require-dkim", 0, 0, G_OPTION_ARG_NONE, &require_dkim,
			"Drop mailed reports without an aligned DKIM signature (RFC 8460 3)",
			NULL },
		{ "workers", 0, 0, G_OPTION_ARG_INT, &workers,
			"Threads that read and parse (default: one a core)", "N" },
		{ "batch", 0, 0, G_OPTION_ARG_INT, &batch, "Reports a transaction (default: 512)",
			"N" },
		{ "wait", 0, 0, G_OPTION_ARG_DOUBLE, &wait_seconds,
			"How long to wait for a database that is away (default: 60)", "SECONDS" },
		{ "quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet,
			"Only print when something went wrong", NULL },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print the closing counts as JSON",
			NULL },
	};
	trust_options_entries(entries);
	int status = command_options(
		&command_import, "PATH...", description, entries, true, &argc, &argv);
	if (status >= 0)
		return status;
	const char *fault = usage_fault(argc);
	if (fault != NULL) {
		command_complain("import", fault);
		return EXIT_USAGE;
	}
	return open_and_import(argv + 1, (size_t)argc - 1);
}

const struct command command_import = { "import",
	"Take in reports from mailboxes, directories, files or standard input", run_import };
