/* stsready check: the live look. */
#include <stdio.h>
#include <unistd.h>

#include "analyze/check_json.h"
#include "analyze/check_options.h"
#include "analyze/check_own.h"
#include "analyze/check_past.h"
#include "analyze/check_save.h"
#include "analyze/check_text.h"
#include "analyze/command.h"
#include "analyze/domain_source.h"
#include "analyze/peer_trust.h"
#include "analyze/progress.h"
#include "checker/checker.h"
#include "ingest/domain_name.h"
#include "sql/capability.h"
#include "sql/migrate.h"

static const char description[] =
	"Looks at all that decides over a domain's inbound TLS, as the strictest sender would: MX "
	"hosts and\n"
	"their addresses, STARTTLS and certificates, the MTA-STS record and policy, the TLS-RPT "
	"record,\n"
	"DANE.  One domain gives a page, several a line each.  Only --save, --all and --history "
	"need a\n"
	"database.\n\n"
	"Exit status: 0 nothing blocks, 1 something does, 2 something could not be told, 64 "
	"usage,\n"
	"69 no database, 74 a file cannot be read, 130 interrupted.";

enum {
	STATUS_BLOCKED = 1,
	STATUS_UNKNOWN = 2,
	STATUSES,
};

/* Those of this command alone. */
#define OWN_OPTIONS 8

static gboolean json, quiet, page, save, all, history, no_probe;
static char *file;
static struct checker_options options;

/* ---- what is done with checks ---- */

struct run {
	struct domain_source *source;
	struct progress *progress;
	struct db *db;      /* NULL: none is needed */
	GHashTable *tokens; /* of our endpoint; NULL: not known */
	bool single, colour;
	uint64_t done, counts[STATUSES]; /* by exit status */
	uint64_t changed;                /* of what was saved */
	int failed;                      /* an exit status: standard output, or the database */
};

static void
clear_progress(void *user)
{
	struct run *run = user;
	progress_clear(run->progress);
}

static char *
next_domain(void *user)
{
	struct run *run = user;
	return command_stop == 0 ? domain_source_next(run->source, clear_progress, run) : NULL;
}

static void
keep(struct run *run, const struct check *check)
{
	g_autoptr(GError) error = NULL;
	bool changed = false;
	if (!check_save(run->db, check, &changed, &error)) {
		progress_clear(run->progress);
		command_complain("database", error->message);
		run->failed = command_database_status(error);
	}
	run->changed += changed;
}

static void
print(struct run *run, const struct check *check)
{
	g_autoptr(GString) text = g_string_new(NULL);
	if (json) {
		check_json(check, text);
		g_string_append_c(text, '\n');
	} else if (run->single || page) {
		g_string_append(text, run->done > 1 ? "\n" : "");
		check_text(check, run->colour, text);
	} else {
		check_text_line(check, run->colour, text);
	}
	progress_clear(run->progress);
	if (fwrite(text->str, 1, text->len, stdout) != text->len)
		run->failed = EXIT_IO;
}

static bool
take_check(void *user, struct check *check)
{
	struct run *run = user;
	run->done++;
	if (run->tokens != NULL)
		check_own(check, run->tokens);
	run->counts[check_exit(check)]++;
	if (save)
		keep(run, check);
	if (!quiet)
		print(run, check);
	check_free(check);
	progress_show(run->progress, "%" G_GUINT64_FORMAT " checked, %.0f a second", run->done,
		(double)run->done / MAX(progress_seconds(run->progress), 0.001));
	return run->failed != EXIT_OK || command_stop != 0;
}

/* With the checks, what the DNS says of those who posted reports. */
static void
update_peers(struct run *run)
{
	g_autoptr(GError) error = NULL;
	uint64_t raised = 0;
	if (!peer_trust_update(run->db, options.resolver, options.now(), &raised, &error)) {
		command_complain("names of senders", error->message);
		run->failed = command_database_status(error);
	} else if (raised > 0 && !quiet) {
		fprintf(stderr,
			"%" G_GUINT64_FORMAT
			" posted %s found to come from the sender's own host\n",
			raised, raised == 1 ? "report was" : "reports were");
	}
}

static void
print_summary(const struct run *run)
{
	if (run->done == 0)
		return;
	fprintf(stderr,
		"%" G_GUINT64_FORMAT " %s: %" G_GUINT64_FORMAT " fine, %" G_GUINT64_FORMAT
		" with findings that block, %" G_GUINT64_FORMAT " could not be told; %.1f s\n",
		run->done, run->done == 1 ? "domain" : "domains", run->counts[0],
		run->counts[STATUS_BLOCKED], run->counts[STATUS_UNKNOWN],
		progress_seconds(run->progress));
	if (save)
		fprintf(stderr, "saved; %" G_GUINT64_FORMAT " differ from the check before\n",
			run->changed);
}

static int
exit_status(const struct run *run)
{
	if (run->failed != EXIT_OK)
		return run->failed;
	if (command_stop != 0)
		return EXIT_INTERRUPTED;
	if (domain_source_refused(run->source) > 0)
		return EXIT_USAGE;
	if (run->counts[STATUS_BLOCKED] > 0)
		return STATUS_BLOCKED;
	return run->counts[STATUS_UNKNOWN] > 0 ? STATUS_UNKNOWN : EXIT_OK;
}

static int
check_domains(struct run *run)
{
	g_autoptr(GError) error = NULL;
	struct checker_figures figures;
	struct checker *checker = checker_new(&options, &error);
	if (checker == NULL) {
		command_complain("check", error->message);
		return EXIT_USAGE;
	}
	command_catch_signals();
	run->progress = progress_new(quiet || run->single);
	checker_run(checker, next_domain, take_check, run, &figures);
	progress_clear(run->progress);
	int written = command_finish_output();
	if (!run->single && !quiet)
		print_summary(run);
	progress_free(run->progress);
	checker_free(checker);
	if (save && run->failed == EXIT_OK && command_stop == 0)
		update_peers(run);
	return written != EXIT_OK ? written : exit_status(run);
}

/* ---- settings ---- */

static bool
check_operands(int count)
{
	if (history && (count != 1 || all || file != NULL || save))
		command_complain("--history", "goes with one domain and nothing else");
	else if (save && no_probe)
		command_complain("--save", "keeps whole checks: leave --no-probe out");
	else if (all && (count > 0 || file != NULL))
		command_complain("--all", "goes without other domains");
	else if (count < 1 && file == NULL && !all)
		command_complain("check", "name a domain, a file of domains with --file, or --all");
	else
		return true;
	return false;
}

/* ---- the command ---- */

static int
list_history(struct db *db, const char *name)
{
	g_autofree char *domain = domain_name_normalise(name, false);
	if (domain != NULL)
		return check_past(db, domain, json);
	command_complain(name, "no domain name");
	return EXIT_USAGE;
}

static int
act(struct run *run, char **names)
{
	g_autoptr(GError) error = NULL;
	int status = EXIT_IO;
	if (run->db != NULL && !migrate_check(run->db, &error)) {
		command_complain("database", error->message);
		return command_database_status(error);
	}
	if (history)
		return list_history(run->db, names[0]);
	if (run->db != NULL && (run->tokens = capability_list(run->db, &error)) == NULL) {
		command_complain("database", error->message);
		return command_database_status(error);
	}
	run->source =
		all ? domain_source_watched(run->db, &status) : domain_source_new(names, file);
	if (run->source == NULL)
		return status;
	status = check_domains(run);
	domain_source_free(run->source);
	g_clear_pointer(&run->tokens, g_hash_table_unref);
	return status;
}

static int
run_check(int argc, char **argv)
{
	GOptionEntry entries[OWN_OPTIONS + CHECK_OPTION_COUNT + 1] = {
		{ "file", 'f', 0, G_OPTION_ARG_FILENAME, &file,
			"Check the domains named in FILE, one a line; - is standard input",
			"FILE" },
		{ "all", 0, 0, G_OPTION_ARG_NONE, &all, "Check every domain that is watched",
			NULL },
		{ "save", 0, 0, G_OPTION_ARG_NONE, &save, "Keep the checks in the database", NULL },
		{ "history", 0, 0, G_OPTION_ARG_NONE, &history,
			"Check nothing: list what saved checks of a domain saw, and when it "
			"changed",
			NULL },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &json, "One JSON object a line", NULL },
		{ "page", 0, 0, G_OPTION_ARG_NONE, &page, "A page for each of several domains too",
			NULL },
		{ "quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet,
			"Print nothing: the exit status tells", NULL },
		{ "no-probe", 0, 0, G_OPTION_ARG_NONE, &no_probe,
			"Records and policy only: connect to no MX host", NULL },
	};
	struct run run = { .single = false };
	check_option_entries(entries + OWN_OPTIONS);
	int status = command_options(&command_check, "DOMAIN... | --file FILE | --all", description,
		entries, true, &argc, &argv);
	if (status >= 0)
		return status;
	if (!check_operands(argc - 1) || !check_options_read(&options))
		return EXIT_USAGE;
	options.no_probe = no_probe;
	run.single = argc == 2 && file == NULL;
	run.colour = isatty(STDOUT_FILENO) && g_getenv("NO_COLOR") == NULL;
	if ((save || all || history) && (run.db = command_open_database(&status)) == NULL)
		return status;
	status = act(&run, argv + 1);
	db_close(run.db);
	return status;
}

const struct command command_check = { "check", "Look at domains live: MX, TLS, policy, records",
	run_check };
