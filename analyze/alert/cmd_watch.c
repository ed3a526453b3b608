/* stsready watch, and run, which does the same once: word when something changes. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analyze/alert/vigil.h"
#include "analyze/alert/watch_options.h"
#include "analyze/check_options.h"
#include "analyze/command.h"
#include "analyze/readiness_options.h"
#include "analyze/replay_options.h"
#include "analyze/settings.h"
#include "sql/migrate.h"

#define WHAT_IS_TOLD                                                                               \
	"What is told: a verdict or a blocking reason that changes, a certificate near its end, "  \
	"reports\n"                                                                                \
	"that stop, failures that reports begin to tell of, a policy, record or MX host that "     \
	"changes;\n"                                                                               \
	"and when it is over.  It goes to the journal (standard error), by mail to each "          \
	"--mail-to, and to\n"                                                                      \
	"--webhook, each change once.  See stsready(1).\n\n"

static const char watch_description[] =
	"Stays, looks at all watched domains from time to time, judges them, and tells what "
	"changed.  Of\n"
	"several on one database, one works and the others stand by.\n\n" WHAT_IS_TOLD
	"Exit status: 0 ended by a signal, 64 usage, 69 no database, 74 a file cannot be read.";

static const char run_description[] =
	"Looks at all watched domains now, judges them, and tells what changed: for a timer, in "
	"place of\n"
	"stsready watch.\n\n" WHAT_IS_TOLD
	"Exit status: 0 done, 1 something could not be judged or told (told again the next time), "
	"64\n"
	"usage, 69 no database, 74 a file cannot be read, 75 another one is at it, 130 "
	"interrupted.";

#define EXIT_BUSY 75
#define USUAL_CHECK_EVERY (6 * 3600)
#define USUAL_JUDGE_EVERY (30 * 60)
#define OWN_OPTIONS 4

static char *check_every, *judge_every;
static gboolean offline, test;
static struct checker_options check_options;

struct watching {
	struct log log;
	struct watch_options options;
	GPtrArray *outlets;
	char *database;
	struct saved_checks *saved;
	struct watcher_options watcher_options;
	struct watcher *watcher;
	struct teller_options teller_options;
	struct vigil *vigil; /* NULL: it is done once */
	struct db *db;
};

/* ---- what is given ---- */

/* "90s", "30m", "6h", "1d"; false after a complaint. */
static bool
read_duration(const char *name, const char *text, int64_t usual, int64_t *seconds)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	char *end;
	*seconds = usual;
	if (text == NULL)
		return true;
	guint64 number = g_ascii_strtoull(text, &end, 10);
	for (size_t i = 0; i < G_N_ELEMENTS(units) && g_ascii_isdigit(*text); i++)
		if (end[0] == units[i].unit && end[1] == '\0' && number >= 1 && number <= 86400) {
			*seconds = (int64_t)number * units[i].seconds;
			return true;
		}
	command_complain(name, "is no time such as 90s, 30m, 6h or 1d");
	return false;
}

static bool
is_stopped(void)
{
	return command_stop != 0;
}

static void
wake_teller(void *user)
{
	const struct watching *watching = user;
	if (watching->vigil != NULL)
		vigil_stored(watching->vigil);
}

/* An exit status, or -1 to go on. */
static int
read_options(struct watching *watching, int operands)
{
	struct watcher_options *watcher = &watching->watcher_options;
	int status = EXIT_USAGE;
	if (operands > 0) {
		command_complain(g_get_prgname() + strlen("stsready "), "takes no operands");
		return EXIT_USAGE;
	}
	if (!check_options_read(&check_options) || !readiness_rules_check() ||
		!replay_at_read(&watcher->at) ||
		!read_duration(
			"--check-every", check_every, USUAL_CHECK_EVERY, &watcher->check_every) ||
		!read_duration(
			"--judge-every", judge_every, USUAL_JUDGE_EVERY, &watcher->judge_every))
		return EXIT_USAGE;
	if (!watch_options_read(&watching->options, &status))
		return status;
	return replay_checks_read(watching->saved) ? -1 : EXIT_IO;
}

static void
put_together(struct watching *watching)
{
	struct watcher_options *watcher = &watching->watcher_options;
	watching->options.outlets.log = &watching->log;
	watching->options.outlets.letter.ended = is_stopped;
	watching->options.outlets.webhook.ended = is_stopped;
	watching->outlets = outlet_list(&watching->options.outlets);
	check_options.ended = is_stopped;
	/* the past cannot be looked at */
	watcher->checks = offline || watcher->at != INT64_MIN ? NULL : &check_options;
	watcher->saved = watching->saved;
	watcher->news = (struct news_options){ watching->outlets, watching->options.pages };
	watcher->log = &watching->log;
	watcher->digest_day = watching->options.digest_day;
	watcher->stored = wake_teller;
	watcher->user = watching;
	watching->watcher = watcher_new(watcher);
	watching->teller_options = (struct teller_options){ watching->database,
		&watching->options.outlets, watching->outlets, watching->options.many };
}

/* ---- trying the ways out ---- */

static int
send_samples(struct watching *watching)
{
	int status = EXIT_OK;
	struct notice_text text;
	g_autofree char *id = notice_id();
	int64_t now = g_get_real_time() / G_USEC_PER_SEC;
	notice_sample(&text, id, now);
	const struct alert_notice notice = { .domain = "",
		.id = id,
		.made_at = now,
		.severity = text.severity,
		.title = text.title,
		.words = text.words,
		.body = text.body };
	for (guint i = 0; i < watching->outlets->len; i++) {
		g_autoptr(GError) error = NULL;
		struct outlet *outlet = watching->outlets->pdata[i];
		if (outlet_send(&watching->options.outlets, outlet, &notice, &error)) {
			printf("%s: sent\n", outlet->name);
		} else {
			command_complain(outlet->name, error->message);
			status = EXIT_SOME;
		}
	}
	notice_text_clear(&text);
	int written = command_finish_output();
	return written != EXIT_OK ? written : status;
}

/* ---- once ---- */

/* Of the database, or of what nothing can be looked at without. */
static int
complain_of(const GError *error)
{
	if (error->domain != DB_ERROR) {
		command_complain("check", error->message);
		return EXIT_SOME;
	}
	command_complain("database", error->message);
	return command_database_status(error);
}

static int
run_once(struct watching *watching)
{
	g_autoptr(GError) error = NULL;
	struct watcher_figures figures;
	unsigned failed = 0;
	int status;
	if ((watching->db = command_open_database(&status)) == NULL)
		return status;
	if (!migrate_check(watching->db, &error))
		return complain_of(error);
	if (!alert_lock(watching->db, &error)) {
		if (error != NULL)
			return complain_of(error);
		command_complain("run", "another `stsready run` or `watch` is at it");
		return EXIT_BUSY;
	}
	int worst = EXIT_OK;
	if (!watcher_round(watching->watcher, watching->db, true, &figures, &error)) {
		worst = complain_of(error);
		g_clear_error(&error);
	}
	/* what is stored is told, whatever became of the round */
	if (db_alive(watching->db) &&
		!teller_round(&watching->teller_options, watching->db, &failed, &error))
		return complain_of(error);
	fprintf(stderr,
		"%" G_GUINT64_FORMAT " looked at, %" G_GUINT64_FORMAT " judged, %" G_GUINT64_FORMAT
		" changed%s\n",
		figures.checked, figures.judged, figures.told,
		failed > 0 ? "; not all could be told: it waits" : "");
	if (command_stop != 0)
		return EXIT_INTERRUPTED;
	if (worst != EXIT_OK)
		return worst;
	return failed > 0 || figures.failed > 0 ? EXIT_SOME : EXIT_OK;
}

/* ---- again and again ---- */

static int
stay(struct watching *watching)
{
	const struct vigil_options options = { watching->database, watching->watcher,
		&watching->teller_options, &watching->log };
	watching->vigil = vigil_new(&options);
	while (command_stop == 0)
		vigil_go(watching->vigil);
	g_clear_pointer(&watching->vigil, vigil_free);
	return EXIT_OK;
}

/* ---- the commands ---- */

static int
act(struct watching *watching, bool once, int operands)
{
	g_autoptr(GError) error = NULL;
	int status = read_options(watching, operands);
	if (status >= 0)
		return status;
	watching->database = settings_database(&error);
	if (watching->database == NULL) {
		command_complain("settings", error->message);
		return EXIT_CONFIG;
	}
	put_together(watching);
	/* of a mail server, a command or a receiver that goes away */
	signal(SIGPIPE, SIG_IGN);
	command_catch_signals();
	if (test)
		return send_samples(watching);
	return once ? run_once(watching) : stay(watching);
}

static void
clear(struct watching *watching)
{
	db_close(watching->db);
	watcher_free(watching->watcher);
	saved_checks_free(watching->saved);
	g_clear_pointer(&watching->outlets, g_ptr_array_unref);
	g_free(watching->database);
}

static int
run(const struct command *command, const char *description, bool once, int argc, char **argv)
{
	enum {
		WATCH = OWN_OPTIONS,
		REPLAY = WATCH + WATCH_OPTION_COUNT,
		CHECK = REPLAY + REPLAY_OPTION_COUNT,
		RULES = CHECK + CHECK_OPTION_COUNT,
		ALL = RULES + READINESS_RULE_COUNT
	};
	GOptionEntry entries[ALL + 1] = {
		{ "check-every", 0, once ? G_OPTION_FLAG_HIDDEN : 0, G_OPTION_ARG_STRING,
			&check_every, "From one look at a domain to the next (6h)", "TIME" },
		{ "judge-every", 0, once ? G_OPTION_FLAG_HIDDEN : 0, G_OPTION_ARG_STRING,
			&judge_every, "And from one verdict to the next (30m)", "TIME" },
		{ "offline", 0, 0, G_OPTION_ARG_NONE, &offline,
			"Look at nothing: judge by saved checks", NULL },
		{ "test", 0, 0, G_OPTION_ARG_NONE, &test,
			"Send a sample by every way that is set, and end", NULL },
	};
	struct watching watching = {
		.log = { .fd = STDERR_FILENO, .most = LOG_LEVEL_INFO, .journal = log_is_journal() }
	};
	watch_option_entries(entries + WATCH);
	replay_option_entries(entries + REPLAY);
	check_option_entries(entries + CHECK);
	readiness_rule_entries(entries + RULES);
	int status = command_options(command, "", description, entries, true, &argc, &argv);
	if (status >= 0)
		return status;
	watching.saved = saved_checks_new();
	status = act(&watching, once, argc - 1);
	clear(&watching);
	return status;
}

static int
run_watch(int argc, char **argv)
{
	return run(&command_watch, watch_description, false, argc, argv);
}

static int
run_run(int argc, char **argv)
{
	return run(&command_run, run_description, true, argc, argv);
}

const struct command command_watch = { "watch",
	"Stay, look, judge, and tell when something changes", run_watch };
const struct command command_run = { "run", "The same once, for a timer", run_run };
