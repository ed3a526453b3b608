/* stsready prune: what is older than it needs to be, deleted. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyze/command.h"
#include "analyze/progress.h"
#include "ingest/instant.h"
#include "sql/migrate.h"
#include "sql/prune.h"
#include "sql/pruned.h"

static const char description[] =
	"Deletes what is older than so many days, counted from the start of today (UTC); "
	"\"forever\" "
	"keeps it.\n"
	"The sums by day, which verdicts are made from, outlive the reports they sum; reports from "
	"before that\n"
	"are not taken in again, so nothing is counted twice.  Ctrl-C ends it after the step in "
	"hand; "
	"it can be\n"
	"run at any time, again and beside everything else.\n\n"
	"Exit status: 0 done, 64 usage, 69 no database, 130 interrupted.";

/* What is kept, and for how long: a year of reports and a month to look back on it, two years of
   sums to compare with; the original bytes only as long as a better reader is likely to want
   them. */
static struct kind {
	const char *name, *what;
	int days;
	char *given; /* the option's value */
} kinds[] = {
	{ "payloads", "Keep original bytes of reports (90)", 90, NULL },
	{ "details", "Keep failure details (400)", 400, NULL },
	{ "reports", "Keep reports and their policies (400)", 400, NULL },
	{ "rollups", "Keep sums by day (800)", 800, NULL },
	{ "checks", "Keep live checks (800); the newest of a domain stays", 800, NULL },
	{ "quarantine", "Keep what could not be read (90)", 90, NULL },
};

enum { PAYLOADS, DETAILS, REPORTS, ROLLUPS, CHECKS, QUARANTINE, KINDS };

/* More is no age of anything: a century. */
#define MOST_DAYS 36500

static bool
read_kind(struct kind *kind)
{
	int64_t days;
	g_autofree char *option = g_strconcat("--", kind->name, NULL);
	g_autofree char *why = NULL;
	if (kind->given == NULL)
		return true;
	if (strcmp(kind->given, "forever") == 0) {
		kind->days = G_MAXINT;
		return true;
	}
	if (g_ascii_string_to_signed(kind->given, 10, PRUNED_LEAST_DAYS, MOST_DAYS, &days, NULL)) {
		kind->days = (int)days;
		return true;
	}
	why = g_strdup_printf(
		"not \"forever\" or a number of days from %d to %d", PRUNED_LEAST_DAYS, MOST_DAYS);
	command_complain(option, why);
	return false;
}

/* What is read from something else goes first: one that was not given goes with it. */
static bool
order(void)
{
	for (int i = ROLLUPS - 1; i >= PAYLOADS; i--)
		if (kinds[i].given == NULL)
			kinds[i].days = MIN(kinds[i].days, kinds[i + 1].days);
	for (int i = PAYLOADS; i < ROLLUPS; i++) {
		if (kinds[i].days <= kinds[i + 1].days)
			continue;
		g_autofree char *option = g_strconcat("--", kinds[i].name, NULL);
		g_autofree char *why =
			g_strdup_printf("must not be kept longer than --%s", kinds[i + 1].name);
		command_complain(option, why);
		return false;
	}
	return true;
}

static int32_t
before(int32_t today, int kind)
{
	int days = kinds[kind].days;
	return days < today - PRUNE_NEVER ? today - days : PRUNE_NEVER;
}

static void
show(void *user, size_t done, size_t total)
{
	progress_show_bar(user, done, total, "%zu of %zu domains", done, total);
}

static void
print_json(const uint64_t *counts, const int32_t *days, bool dry)
{
	fputs("{", stdout);
	for (int i = 0; i < KINDS; i++)
		printf("\"%s\":%" PRIu64 ",", kinds[i].name, counts[i]);
	fputs("\"before\":{", stdout);
	for (int i = 0; i < KINDS; i++) {
		char day[INSTANT_DAY_TEXT_BYTES];
		instant_day_text(days[i], day);
		if (days[i] == PRUNE_NEVER)
			printf("%s\"%s\":null", i > 0 ? "," : "", kinds[i].name);
		else
			printf("%s\"%s\":\"%s\"", i > 0 ? "," : "", kinds[i].name, day);
	}
	printf("},\"dry_run\":%s}\n", dry ? "true" : "false");
}

static void
print_text(const uint64_t *counts, const int32_t *days, bool dry)
{
	for (int i = 0; i < KINDS; i++) {
		char day[INSTANT_DAY_TEXT_BYTES];
		instant_day_text(days[i], day);
		if (days[i] == PRUNE_NEVER)
			printf("%-10s  kept for good\n", kinds[i].name);
		else
			printf("%-10s  before %s  %10" PRIu64 " %s\n", kinds[i].name, day,
				counts[i], dry ? "would go" : "gone");
	}
}

static int
prune(struct db *db, bool dry, bool quiet, bool json)
{
	int32_t today = instant_day(g_get_real_time() / G_USEC_PER_SEC), days[KINDS];
	for (int i = 0; i < KINDS; i++)
		days[i] = before(today, i);
	struct progress *progress = progress_new(quiet);
	const struct prune run = { db,
		{ days[PAYLOADS], days[DETAILS], days[REPORTS], days[ROLLUPS], days[CHECKS],
			days[QUARANTINE] },
		dry, &command_stop, show, progress };
	struct prune_counts gone;
	g_autoptr(GError) error = NULL;
	command_catch_signals();
	bool fine = migrate_check(db, &error) && prune_run(&run, &gone, &error);
	progress_free(progress);
	if (!fine) {
		command_complain("database", error->message);
		return command_database_status(error);
	}
	const uint64_t counts[KINDS] = { gone.payloads, gone.details, gone.reports, gone.rollups,
		gone.checks, gone.quarantine };
	(json ? print_json : print_text)(counts, days, dry);
	int status = command_finish_output();
	return atomic_load(&command_stop) != 0 ? EXIT_INTERRUPTED : status;
}

static int
run_prune(int argc, char **argv)
{
	gboolean dry = FALSE, quiet = FALSE, json = FALSE;
	GOptionEntry entries[KINDS + 4] = { 0 };
	for (int i = 0; i < KINDS; i++)
		entries[i] = (GOptionEntry){ kinds[i].name, 0, 0, G_OPTION_ARG_STRING,
			&kinds[i].given, kinds[i].what, "DAYS" };
	entries[KINDS] = (GOptionEntry){ "dry-run", 'n', 0, G_OPTION_ARG_NONE, &dry,
		"Say what would go, and delete nothing", NULL };
	entries[KINDS + 1] = (GOptionEntry){ "quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet,
		"Show no progress", NULL };
	entries[KINDS + 2] = (GOptionEntry){ "json", 0, 0, G_OPTION_ARG_NONE, &json,
		"Print the counts as JSON", NULL };
	int status = command_options(&command_prune, "", description, entries, true, &argc, &argv);
	if (status >= 0)
		return status;
	if (argc > 1) {
		command_complain(argv[1], "prune takes no operands");
		return EXIT_USAGE;
	}
	for (int i = 0; i < KINDS; i++)
		if (!read_kind(&kinds[i]))
			return EXIT_USAGE;
	if (!order())
		return EXIT_USAGE;
	struct db *db = command_open_database(&status);
	if (db == NULL)
		return status;
	status = prune(db, dry, quiet, json);
	db_close(db);
	return status;
}

const struct command command_prune = { "prune", "Delete what is older than it needs to be",
	run_prune };
