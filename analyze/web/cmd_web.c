/* stsready web: readiness as pages. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analyze/check_options.h"
#include "analyze/command.h"
#include "analyze/readiness_options.h"
#include "analyze/replay_options.h"
#include "analyze/settings.h"
#include "analyze/web/server.h"
#include "sql/migrate.h"

static const char description[] =
	"Serves all domains, each one's verdict with what it rests on, reports and failures,\n"
	"as pages and as JSON (a path with .json, or Accept: application/json).  It only reads\n"
	"the database: the role stsready_read is enough.  Pages have no script and set no\n"
	"cookie.\n\n"
	"Where others than this machine can reach it, either --auth asks for names and\n"
	"passwords, or --proxy names the proxy that does and that alone may connect.\n\n"
	"SIGHUP: passwords, certificate and key are read again.\n\n"
	"Exit status: 0 ended by a signal, 64 usage, 69 no database, 74 a file or the address\n"
	"cannot be used.";

#define USUAL_LISTEN "127.0.0.1:8480"
#define USUAL_THREADS 4
#define TICK_MICROSECONDS 200000
/* What is under way when a signal ends it gets this long. */
#define ENDING_MICROSECONDS 1500000
#define ENDING_TICK 10000
#define OWN_OPTIONS 9

static char *listen_at, *auth_file, *certificate_file, *key_file;
static char **proxy_options, **hosts;
static gboolean allow_check;
static int checks_a_minute = 6, refresh = 60;
static struct checker_options check_options;

struct serving {
	struct listener listener;
	GArray *proxies; /* struct network */
	struct log log;
	struct passwords *passwords;
	struct tls_files *tls_files;
	struct saved_checks *saved;
	struct web web;
	struct server *server;
};

/* ---- what is given ---- */

static bool
read_proxies(struct serving *serving)
{
	for (char **text = proxy_options; text != NULL && *text != NULL; text++) {
		struct network network;
		if (!network_parse(*text, &network)) {
			command_complain("--proxy", "is no address, ADDRESS/LENGTH or unix");
			return false;
		}
		g_array_append_val(serving->proxies, network);
	}
	return true;
}

static bool
check_operands(int operands)
{
	if (operands > 0)
		command_complain("web", "takes no operands");
	else if ((certificate_file == NULL) != (key_file == NULL))
		command_complain("--tls-cert and --tls-key", "go together");
	else if (refresh < 1 || refresh > 86400)
		command_complain("--refresh", "must be from 1 to 86400");
	else if (checks_a_minute < 1 || checks_a_minute > 1000)
		command_complain("--checks-a-minute", "must be from 1 to 1000");
	else
		return true;
	return false;
}

static int
read_files(struct serving *serving)
{
	g_autoptr(GError) error = NULL;
	if (auth_file != NULL && (serving->passwords = passwords_read(auth_file, &error)) == NULL) {
		command_complain("--auth", error->message);
		return EXIT_IO;
	}
	if (certificate_file != NULL &&
		(serving->tls_files = tls_files_new(certificate_file, key_file, &error)) == NULL) {
		command_complain("--tls-cert", error->message);
		return EXIT_IO;
	}
	return replay_checks_read(serving->saved) ? EXIT_OK : EXIT_IO;
}

/* ---- the socket ---- */

static int
open_listener(struct serving *serving)
{
	g_autoptr(GError) error = NULL;
	const char *where = listen_at != NULL ? listen_at : USUAL_LISTEN;
	if (!listener_open(where, certificate_file != NULL, &serving->listener, &error)) {
		command_complain("--listen", error->message);
		return error->code == LISTENER_ERROR_FORM ? EXIT_USAGE : EXIT_IO;
	}
	bool local = listener_is_local(&serving->listener);
	if (!local && auth_file == NULL && serving->proxies->len == 0) {
		command_complain(where,
			"can be reached from elsewhere: give --auth FILE, or --proxy "
			"with the address of the proxy that asks who it is");
		return EXIT_USAGE;
	}
	if (!local && auth_file != NULL && certificate_file == NULL && serving->proxies->len == 0)
		fputs("stsready: web: passwords travel unprotected: give --tls-cert and "
		      "--tls-key\n",
			stderr);
	return EXIT_OK;
}

/* ---- serving ---- */

static int
check_database(struct serving *serving)
{
	g_autoptr(GError) error = NULL;
	struct db *db = pool_take(serving->web.pool, &error);
	bool fine = db != NULL && migrate_check(db, &error);
	if (db != NULL)
		pool_give(serving->web.pool, db);
	if (fine)
		return EXIT_OK;
	command_complain("database", error->message);
	return command_database_status(error);
}

/* Set by SIGHUP: what is in files is to be read again. */
static atomic_int reread;

static void
on_hangup(int number)
{
	(void)number;
	atomic_store(&reread, 1);
}

static void
catch_signals(void)
{
	const struct sigaction action = { .sa_handler = on_hangup, .sa_flags = SA_RESTART };
	command_catch_signals();
	sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void
tell_reread(const struct serving *serving, const char *what, const GError *error)
{
	if (error == NULL)
		log_say(&serving->log, LOG_LEVEL_NOTICE, "reread", "what", what, NULL);
	else
		log_say(&serving->log, LOG_LEVEL_ERROR, "not-reread", "what", what, "why",
			error->message, NULL);
}

static void
reread_files(struct serving *serving)
{
	g_autoptr(GError) of_passwords = NULL, of_tls = NULL;
	if (serving->passwords != NULL) {
		passwords_reread(serving->passwords, &of_passwords);
		tell_reread(serving, "passwords", of_passwords);
	}
	if (serving->tls_files != NULL) {
		tls_files_reload(serving->tls_files, &of_tls);
		tell_reread(serving, "certificate", of_tls);
	}
}

static void
tend(struct serving *serving)
{
	while (command_stop == 0) {
		g_usleep(TICK_MICROSECONDS);
		server_tend(serving->server);
		pool_tend(serving->web.pool);
		if (atomic_exchange(&reread, 0) != 0)
			reread_files(serving);
	}
}

static bool
is_over(struct serving *serving)
{
	bool drained = server_drain(serving->server);
	return drained && fleet_is_over(serving->web.fleet) &&
	       (serving->web.looker == NULL || looker_is_idle(serving->web.looker));
}

/* Ends what is under way.  A live check, or a connection to a database that does not answer, cannot
   be hurried; since nothing was written that could be half done, they are left. */
static void
finish(struct serving *serving)
{
	int64_t end = g_get_monotonic_time() + ENDING_MICROSECONDS;
	fleet_close(serving->web.fleet);
	if (serving->web.looker != NULL)
		looker_close(serving->web.looker);
	pool_close(serving->web.pool);
	while (!is_over(serving)) {
		if (g_get_monotonic_time() > end)
			_exit(EXIT_OK);
		g_usleep(ENDING_TICK);
	}
}

static int
serve(struct serving *serving)
{
	g_autoptr(GError) error = NULL;
	const struct fleet_options fleet = { .pool = serving->web.pool,
		.saved = serving->saved,
		.log = &serving->log,
		.at = serving->web.at,
		.seconds = (unsigned)refresh };
	/* a password, or a proxy that asks for one, keeps pages of others out as well */
	bool guarded = auth_file != NULL || serving->proxies->len > 0;
	const struct server_options options = { .listener = &serving->listener,
		.proxies = (const struct network *)serving->proxies->data,
		.n_proxies = serving->proxies->len,
		.hosts = hosts,
		.any_host = guarded && hosts == NULL,
		.passwords = serving->passwords,
		.tls_files = serving->tls_files,
		.page_threads = USUAL_THREADS,
		.log = &serving->log,
		.web = &serving->web };
	serving->web.saved = serving->saved;
	serving->web.fleet = fleet_new(&fleet);
	if (allow_check)
		serving->web.looker = looker_new(&check_options, (unsigned)checks_a_minute);
	catch_signals();
	serving->server = server_new(&options, &error);
	if (serving->server == NULL) {
		command_complain("web", error->message);
		return EXIT_IO;
	}
	fprintf(stderr, "serving http%s://%s/\n", serving->listener.tls ? "s" : "",
		serving->listener.name);
	tend(serving);
	finish(serving);
	return EXIT_OK;
}

static int
act(struct serving *serving)
{
	g_autoptr(GError) error = NULL;
	int status = read_files(serving);
	if (status != EXIT_OK || (status = open_listener(serving)) != EXIT_OK)
		return status;
	g_autofree char *url = settings_database(&error);
	if (url == NULL) {
		command_complain("settings", error->message);
		return EXIT_CONFIG;
	}
	/* one for each thread that serves, one for the thread that judges */
	serving->web.pool = pool_new(url, USUAL_THREADS + 1);
	status = check_database(serving);
	return status == EXIT_OK ? serve(serving) : status;
}

static void
clear(struct serving *serving)
{
	server_free(serving->server);
	looker_free(serving->web.looker);
	fleet_free(serving->web.fleet);
	pool_free(serving->web.pool);
	tls_files_free(serving->tls_files);
	if (serving->listener.name != NULL)
		listener_clear(&serving->listener);
	passwords_free(serving->passwords);
	saved_checks_free(serving->saved);
	g_array_unref(serving->proxies);
}

static int
run_web(int argc, char **argv)
{
	enum {
		REPLAY = OWN_OPTIONS,
		CHECK = REPLAY + REPLAY_OPTION_COUNT,
		RULES = CHECK + CHECK_OPTION_COUNT,
		ALL = RULES + READINESS_RULE_COUNT
	};
	GOptionEntry entries[ALL + 1] = {
		{ "listen", 0, 0, G_OPTION_ARG_STRING, &listen_at,
			"ADDR:PORT, [ADDR]:PORT or unix:PATH (" USUAL_LISTEN ")", "WHERE" },
		{ "auth", 0, 0, G_OPTION_ARG_FILENAME, &auth_file,
			"Ask for a name and password of FILE, as `htpasswd -B` writes it", "FILE" },
		{ "proxy", 0, 0, G_OPTION_ARG_STRING_ARRAY, &proxy_options,
			"Let only this address or network connect; repeatable", "NET" },
		{ "host", 0, 0, G_OPTION_ARG_STRING_ARRAY, &hosts,
			"A name it is asked by, beside localhost; repeatable", "NAME" },
		{ "tls-cert", 0, 0, G_OPTION_ARG_FILENAME, &certificate_file,
			"Certificate chain, PEM: serve HTTPS", "FILE" },
		{ "tls-key", 0, 0, G_OPTION_ARG_FILENAME, &key_file, "Its key, PEM", "FILE" },
		{ "refresh", 0, 0, G_OPTION_ARG_INT, &refresh,
			"Judge all domains every so often (60)", "SECONDS" },
		{ "allow-check", 0, 0, G_OPTION_ARG_NONE, &allow_check,
			"Have a page that looks at a domain live", NULL },
		{ "checks-a-minute", 0, 0, G_OPTION_ARG_INT, &checks_a_minute,
			"Looks that it takes at most (6)", "N" },
	};
	struct serving serving = { .listener = { .fd = -1 },
		.log = { STDERR_FILENO, LOG_LEVEL_NOTICE, log_is_journal() } };
	replay_option_entries(entries + REPLAY);
	check_option_entries(entries + CHECK);
	readiness_rule_entries(entries + RULES);
	int status = command_options(&command_web, "", description, entries, true, &argc, &argv);
	if (status >= 0)
		return status;
	if (!check_operands(argc - 1) || !check_options_read(&check_options) ||
		!readiness_rules_check() || !replay_at_read(&serving.web.at))
		return EXIT_USAGE;
	serving.proxies = g_array_new(FALSE, FALSE, sizeof(struct network));
	serving.saved = saved_checks_new();
	status = read_proxies(&serving) ? act(&serving) : EXIT_USAGE;
	clear(&serving);
	return status;
}

const struct command command_web = { "web", "Serve readiness as pages", run_web };
