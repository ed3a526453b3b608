/* stsreadyd: takes TLS reports over HTTPS.  The roof: what knows both the endpoint and the store.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "ingest/admin.h"
#include "ingest/daemon_options.h"
#include "ingest/endpoint.h"
#include "ingest/listeners.h"
#include "ingest/printable.h"
#include "sql/capability.h"
#include "sql/late_store.h"
#include "sql/migrate.h"

/* How long a stop may take: for requests to come in, then for their reports to be durable. */
#define STOP_READING (3 * G_USEC_PER_SEC)
#define STOP_WAITING (4 * G_USEC_PER_SEC)
#define STOP_LATEST (5 * G_USEC_PER_SEC)

/* Tokens are read again so often, and sooner where one was not known. */
#define TOKENS_PERIOD (60 * G_USEC_PER_SEC)

/* ---- the database ---- */

/* What the drainer asks the database, over a connection of its own. */
struct prober {
	const char *url;
	struct db *db;
	struct tokens *tokens;
	int64_t tokens_at; /* when they were read; 0: never */
};

static bool
probe_tokens(struct prober *prober, GError **error)
{
	int64_t now = g_get_monotonic_time();
	if (prober->tokens_at > 0 && now - prober->tokens_at < TOKENS_PERIOD &&
		!tokens_missed(prober->tokens))
		return true;
	GHashTable *domains = capability_list(prober->db, error);
	if (domains == NULL)
		return false;
	tokens_replace(prober->tokens, domains);
	prober->tokens_at = now;
	return true;
}

static bool
probe(void *user, GError **error)
{
	struct prober *prober = user;
	if (prober->db == NULL)
		prober->db = db_open(prober->url, error);
	else if (!db_alive(prober->db) && !db_reconnect(prober->db, error))
		return false;
	return prober->db != NULL && migrate_check(prober->db, error) &&
	       probe_tokens(prober, error);
}

static char *
resolve(void *user, const char *token)
{
	return tokens_domain(((struct prober *)user)->tokens, token);
}

/* ---- the parts ---- */

struct daemon {
	struct daemon_options *options;
	struct log log;
	struct metrics *metrics;
	struct reach *reach;
	struct tokens *tokens;
	struct guard *guard;
	struct tls_files *tls_files;
	struct spool *spool;
	GArray *listeners;          /* of struct listener */
	struct late_store **stores; /* ended by NULL */
	struct sink **sinks;
	struct prober prober;
	struct committer *committer;
	struct intake *intake;
	struct endpoint *endpoint;
	struct admin *admin;
};

/* Sockets of socket activation, and those of the options. */
static bool
open_listeners(struct daemon *daemon, GError **error)
{
	char **names = NULL;
	int count = sd_listen_fds_with_names(1, &names);
	daemon->listeners = listeners_open(
		daemon->options, SD_LISTEN_FDS_START, names, (size_t)MAX(count, 0), error);
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return daemon->listeners != NULL;
}

/* A spool or a port that a running stsreadyd has is no fault of the configuration. */
static bool
is_running(const struct daemon *daemon, GError **error)
{
	if (!daemon->options->check_config ||
		(!g_error_matches(*error, LISTENER_ERROR, LISTENER_ERROR_BUSY) &&
			!g_error_matches(*error, SPOOL_ERROR, SPOOL_ERROR_BUSY)))
		return false;
	g_clear_error(error);
	return true;
}

static bool
open_admin(struct daemon *daemon, GError **error)
{
	struct listener listener;
	struct admin_options options = { daemon->metrics, daemon->guard, daemon->reach,
		daemon->spool, daemon->tls_files };
	if (daemon->options->admin == NULL)
		return true;
	if (!listener_open(daemon->options->admin, false, &listener, error))
		return is_running(daemon, error);
	if (listener_is_local(&listener))
		daemon->admin = admin_new(&listener, &options, error);
	else
		g_set_error(error, DAEMON_OPTIONS_ERROR, DAEMON_OPTIONS_ERROR_CONFIG,
			"admin must be on loopback or a Unix socket");
	listener_clear(&listener);
	return daemon->admin != NULL;
}

/* What touches files and sockets, and so can fail. */
static bool
open_parts(struct daemon *daemon, GError **error)
{
	const struct daemon_options *options = daemon->options;
	struct spool_options spool = {
		.directory = options->spool,
		.most_bytes = options->spool_bytes,
		.most_files = options->spool_files,
	};
	if (options->tls_cert != NULL) {
		daemon->tls_files = tls_files_new(options->tls_cert, options->tls_key, error);
		if (daemon->tls_files == NULL)
			return false;
	}
	daemon->spool = spool_open(&spool, error);
	return (daemon->spool != NULL || is_running(daemon, error)) &&
	       open_listeners(daemon, error) && open_admin(daemon, error);
}

static void
make_guard(struct daemon *daemon)
{
	const struct daemon_options *options = daemon->options;
	struct guard_options guard = {
		.connections = (unsigned)options->connections,
		.connections_per_address = (unsigned)options->connections_per_address,
		.rate = (double)options->rate,
		.burst = (double)options->burst,
		.bytes = options->memory,
		/* one address alone cannot fill it */
		.bytes_per_address = options->memory / 4,
		.reports_per_domain = (unsigned)options->reports_per_domain,
	};
	daemon->guard = guard_new(&guard);
}

static struct daemon *
daemon_new(struct daemon_options *options)
{
	struct daemon *daemon = g_new0(struct daemon, 1);
	daemon->options = options;
	daemon->log = (struct log){ STDERR_FILENO, options->log_level, log_is_journal() };
	daemon->metrics = metrics_new();
	daemon->reach = reach_new(&daemon->log, daemon->metrics);
	daemon->tokens = tokens_new();
	daemon->prober.url = options->database;
	daemon->prober.tokens = daemon->tokens;
	make_guard(daemon);
	return daemon;
}

static void
start_committer(struct daemon *daemon)
{
	size_t n_stores = daemon->options->writers + 2;
	daemon->stores = g_new0(struct late_store *, n_stores + 1);
	daemon->sinks = g_new(struct sink *, n_stores);
	for (size_t i = 0; i < n_stores; i++) {
		daemon->stores[i] = late_store_new(daemon->options->database);
		daemon->sinks[i] = late_store_sink(daemon->stores[i]);
	}
	struct committer_options options = {
		.sinks = daemon->sinks,
		.n_writers = daemon->options->writers,
		.spool = daemon->spool,
		.reach = daemon->reach,
		.log = &daemon->log,
		.metrics = daemon->metrics,
		.probe = probe,
		.resolve = resolve,
		.user = &daemon->prober,
	};
	daemon->committer = committer_new(&options);
}

static bool
start(struct daemon *daemon, GError **error)
{
	start_committer(daemon);
	struct intake_options intake = { daemon->committer, daemon->guard, daemon->tokens,
		&daemon->log, daemon->metrics };
	daemon->intake = intake_new(&intake);
	struct endpoint_options endpoint = {
		.listeners = (const struct listener *)daemon->listeners->data,
		.n_listeners = daemon->listeners->len,
		.proxies = daemon->options->proxies,
		.n_proxies = daemon->options->n_proxies,
		.tls_files = daemon->tls_files,
		.intake = daemon->intake,
		.guard = daemon->guard,
		.log = &daemon->log,
		.metrics = daemon->metrics,
		.threads = (unsigned)daemon->options->threads,
		.connections = (unsigned)daemon->options->connections,
		.header_seconds = (unsigned)daemon->options->header_timeout,
		.body_seconds = (unsigned)daemon->options->body_timeout,
		.idle_seconds = (unsigned)daemon->options->idle_timeout,
	};
	daemon->endpoint = endpoint_new(&endpoint, error);
	return daemon->endpoint != NULL;
}

/* Everything but the threads of a committer that hangs in the database. */
static void
daemon_free(struct daemon *daemon)
{
	endpoint_free(daemon->endpoint);
	admin_free(daemon->admin);
	intake_free(daemon->intake);
	for (struct late_store **late = daemon->stores; late != NULL && *late != NULL; late++)
		late_store_free(*late);
	g_free(daemon->stores);
	g_free(daemon->sinks);
	db_close(daemon->prober.db);
	g_clear_pointer(&daemon->listeners, g_array_unref);
	spool_close(daemon->spool);
	tls_files_free(daemon->tls_files);
	guard_free(daemon->guard);
	tokens_free(daemon->tokens);
	reach_free(daemon->reach);
	metrics_free(daemon->metrics);
	g_free(daemon);
}

/* ---- running ---- */

static void
reload(struct daemon *daemon)
{
	g_autoptr(GError) failure = NULL;
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld%06ld", (long long)now.tv_sec,
		now.tv_nsec / 1000);
	if (daemon->tls_files == NULL || tls_files_reload(daemon->tls_files, &failure))
		log_say(&daemon->log, LOG_LEVEL_NOTICE, "reloaded", NULL);
	else
		log_say(&daemon->log, LOG_LEVEL_ERROR, "reload-refused", "why", failure->message,
			NULL);
	sd_notify(0, "READY=1");
}

/* Until SIGTERM or SIGINT; the signals are blocked in every thread. */
static void
serve(struct daemon *daemon, const sigset_t *signals)
{
	uint64_t watchdog = 0;
	if (sd_watchdog_enabled(0, &watchdog) <= 0)
		watchdog = 0;
	int64_t period = watchdog > 0 ? (int64_t)watchdog / 3 : G_USEC_PER_SEC;
	struct timespec pause = { period / G_USEC_PER_SEC, period % G_USEC_PER_SEC * 1000 };
	sd_notify(0, "READY=1\nSTATUS=Taking reports");
	for (;;) {
		int signal = sigtimedwait(signals, NULL, &pause);
		if (signal == SIGTERM || signal == SIGINT)
			return;
		if (signal == SIGHUP)
			reload(daemon);
		if (watchdog > 0 && committer_is_alive(daemon->committer))
			sd_notify(0, "WATCHDOG=1");
	}
}

static bool
wait_until(struct daemon *daemon, bool (*is_done)(struct endpoint *), int64_t until)
{
	while (!is_done(daemon->endpoint)) {
		if (g_get_monotonic_time() >= until)
			return false;
		g_usleep(10000);
	}
	return true;
}

/* Finishes what is in hand.  False where that takes too long: then what was not answered is lost to
   nobody, and a process that ends at once frees the rest. */
static bool
stop(struct daemon *daemon)
{
	int64_t began = g_get_monotonic_time();
	sd_notify(0, "STOPPING=1");
	log_say(&daemon->log, LOG_LEVEL_NOTICE, "stopping", NULL);
	endpoint_drain(daemon->endpoint);
	g_array_set_size(
		daemon->listeners, 0); /* closed: who comes now need not wait for an answer */
	wait_until(daemon, endpoint_drain, began + STOP_READING);
	if (!endpoint_cut(daemon->endpoint))
		committer_hurry(daemon->committer);
	if (!wait_until(daemon, endpoint_cut, began + STOP_WAITING))
		return false;
	g_clear_pointer(&daemon->endpoint, endpoint_free);
	return committer_free(daemon->committer, began + STOP_LATEST);
}

static int
run(struct daemon *daemon, const sigset_t *signals)
{
	g_autoptr(GError) failure = NULL;
	if (!start(daemon, &failure)) {
		fprintf(stderr, "stsreadyd: %s\n", failure->message);
		_exit(EX_OSERR); /* with the committer's threads */
	}
	log_say(&daemon->log, LOG_LEVEL_NOTICE, "started", "version", STSREADY_VERSION, NULL);
	serve(daemon, signals);

	/* a second SIGTERM ends the process at once */
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	pthread_sigmask(SIG_UNBLOCK, signals, NULL);
	bool clean = stop(daemon);
	log_say(&daemon->log, LOG_LEVEL_NOTICE, "stopped", "clean", clean ? "yes" : "no", NULL);
	if (!clean)
		_exit(EXIT_SUCCESS);
	return EXIT_SUCCESS;
}

static int
check_config(struct daemon *daemon)
{
	g_autoptr(GError) failure = NULL;
	if (!probe(&daemon->prober, &failure)) {
		g_autofree char *why = printable(failure->message, 0);
		fprintf(stderr, "stsreadyd: database: %s\n", why);
		return EX_UNAVAILABLE;
	}
	puts("ok");
	return EXIT_SUCCESS;
}

/* One connection is one descriptor; the spool, the database and the rest take some, too. */
static void
raise_limits(struct daemon *daemon)
{
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	if (files.rlim_max < daemon->options->connections + 200)
		log_say(&daemon->log, LOG_LEVEL_WARNING, "few-descriptors", "why",
			"the limit of open files is below --connections", NULL);
}

static int
with_options(struct daemon_options *options)
{
	g_autoptr(GError) failure = NULL;
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &signals, NULL); /* before any thread is made */
	signal(SIGPIPE, SIG_IGN);

	struct daemon *daemon = daemon_new(options);
	raise_limits(daemon);
	int status = EX_CONFIG;
	if (!open_parts(daemon, &failure)) {
		g_autofree char *why = printable(failure->message, 0);
		fprintf(stderr, "stsreadyd: %s\n", why);
	} else {
		status = options->check_config ? check_config(daemon) : run(daemon, &signals);
	}
	daemon_free(daemon);
	return status;
}

int
main(int argc, char **argv)
{
	g_autoptr(GError) failure = NULL;
	struct daemon_options *options = daemon_options_read(argc, argv, &failure);
	int status = EXIT_SUCCESS;
	if (options == NULL) {
		g_autofree char *why = printable(failure->message, 0);
		fprintf(stderr, "stsreadyd: %s\n", why);
		return failure->code == DAEMON_OPTIONS_ERROR_USAGE ? EX_USAGE : EX_CONFIG;
	}
	if (options->help != NULL)
		fputs(options->help, stdout);
	else if (options->version)
		puts("stsreadyd " STSREADY_VERSION);
	else
		status = with_options(options);
	daemon_options_free(options);
	return status;
}
