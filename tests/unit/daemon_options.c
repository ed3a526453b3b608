/* Options of stsreadyd from the command line, the environment and the key file. */
#include "ingest/daemon_options.h"

#include <string.h>

#include <glib/gstdio.h>

/* The words of a command line; "CONFIG" stands for the key file of the case. */
#define MOST_WORDS 12

static void
check_defaults(const struct daemon_options *options)
{
	g_assert_cmpuint(g_strv_length(options->listen), ==, 0);
	g_assert_false(options->http);
	g_assert_null(options->tls_cert);
	g_assert_null(options->tls_key);
	g_assert_cmpstr(options->database, ==, "");
	g_assert_cmpstr(options->spool, ==, "/var/lib/stsready/spool");
	g_assert_cmpuint(options->spool_bytes, ==, 1u << 30);
	g_assert_cmpuint(options->spool_files, ==, 100000);
	g_assert_cmpuint(options->reports_per_domain, ==, 10000);
	g_assert_cmpuint(options->memory, ==, 256u << 20);
	g_assert_cmpint(options->log_level, ==, LOG_LEVEL_INFO);
	g_assert_cmpuint(options->n_proxies, ==, 0);
	g_assert_null(options->admin);
}

static void
check_all(const struct daemon_options *options)
{
	g_assert_cmpuint(g_strv_length(options->listen), ==, 2);
	g_assert_cmpstr(options->listen[0], ==, "[::1]:443");
	g_assert_cmpstr(options->listen[1], ==, "unix:/run/x");
	g_assert_cmpstr(options->tls_cert, ==, "chain.pem");
	g_assert_cmpstr(options->tls_key, ==, "key.pem");
	g_assert_cmpuint(options->spool_bytes, ==, 64u << 20);
	g_assert_cmpuint(options->rate, ==, 0);
	g_assert_cmpint(options->log_level, ==, LOG_LEVEL_DEBUG);
}

static void
check_key_is_certificate(const struct daemon_options *options)
{
	g_assert_cmpstr(options->tls_key, ==, "both.pem");
}

static void
check_proxies(const struct daemon_options *options)
{
	struct address inside = { 0 };
	g_assert_true(address_parse("10.1.2.3", &inside));
	g_assert_true(options->http);
	g_assert_cmpuint(options->n_proxies, ==, 2);
	g_assert_true(network_has(&options->proxies[1], &inside));
}

static void
check_writers_5(const struct daemon_options *options)
{
	g_assert_cmpuint(options->writers, ==, 5);
}

static void
check_writers_7(const struct daemon_options *options)
{
	g_assert_cmpuint(options->writers, ==, 7);
}

static void
check_file_lists(const struct daemon_options *options)
{
	g_assert_cmpuint(g_strv_length(options->listen), ==, 2);
	g_assert_cmpstr(options->listen[1], ==, "unix:/run/x");
	g_assert_true(options->http);
	g_assert_cmpstr(options->database, ==, "dbname=shared");
}

static void
check_state(const struct daemon_options *options)
{
	g_assert_cmpstr(options->spool, ==, "/srv/state/spool");
}

static void
check_help(const struct daemon_options *options)
{
	g_assert_nonnull(options->help);
	g_assert_nonnull(strstr(options->help, "--tls-cert=FILE"));
}

static void
check_version(const struct daemon_options *options)
{
	g_assert_true(options->version);
}

static const struct {
	const char *name;
	const char *words[MOST_WORDS];
	const char *file;     /* NULL: none is named */
	const char *variable; /* NAME=value */
	const char *error;    /* part of it; NULL: none */
	void (*check)(const struct daemon_options *options);
} cases[] = {
	{ "nothing is said", { 0 }, NULL, NULL, NULL, check_defaults },
	{ "all kinds",
		{ "--listen", "[::1]:443", "--listen=unix:/run/x", "--tls-cert", "chain.pem",
			"--tls-key", "key.pem", "--spool-bytes", "64M", "--rate=0",
			"--log-level=debug" },
		NULL, NULL, NULL, check_all },
	{ "key in the certificate's file", { "--tls-cert=both.pem" }, NULL, NULL, NULL,
		check_key_is_certificate },
	{ "proxies", { "--http", "--behind-proxy=127.0.0.1", "--behind-proxy=10.0.0.0/8" }, NULL,
		NULL, NULL, check_proxies },
	{ "key file", { "--config", "CONFIG" }, "[stsreadyd]\nwriters=5\n", NULL, NULL,
		check_writers_5 },
	{ "environment before key file", { "--config", "CONFIG" }, "[stsreadyd]\nwriters=6\n",
		"STSREADY_WRITERS=5", NULL, check_writers_5 },
	{ "command line before environment", { "--writers=7" }, NULL, "STSREADY_WRITERS=5", NULL,
		check_writers_7 },
	{ "lists, flags and the shared database in a key file", { "-c", "CONFIG" },
		"[stsready]\ndatabase=dbname=shared\n[stsreadyd]\nlisten=127.0.0.1:80; "
		"unix:/run/x\nhttp=yes\n",
		NULL, NULL, check_file_lists },
	{ "state directory of the unit", { 0 }, NULL, "STATE_DIRECTORY=/srv/state", NULL,
		check_state },
	{ "help", { "--help" }, NULL, NULL, NULL, check_help },
	{ "version", { "-V" }, NULL, NULL, NULL, check_version },

	{ "no such option", { "--nothing" }, NULL, NULL, "--nothing", NULL },
	{ "an operand", { "word" }, NULL, NULL, "options only", NULL },
	{ "no number", { "--writers=two" }, NULL, NULL, "--writers: bad value \"two\"", NULL },
	{ "too small", { "--writers=0" }, NULL, NULL, "--writers", NULL },
	{ "too large", { "--writers=65" }, NULL, NULL, "--writers", NULL },
	{ "a number with a unit", { "--writers=1K" }, NULL, NULL, "--writers", NULL },
	{ "a size that overflows", { "--memory=99999999999G" }, NULL, NULL, "--memory", NULL },
	{ "an empty size", { "--memory=" }, NULL, NULL, "--memory", NULL },
	{ "no level", { "--log-level=loud" }, NULL, NULL, "--log-level", NULL },
	{ "no proxy", { "--behind-proxy=nginx" }, NULL, NULL, "behind-proxy", NULL },
	{ "bad value in the environment", { 0 }, NULL, "STSREADY_BURST=x",
		"STSREADY_BURST: burst: bad value \"x\"", NULL },
	{ "misspelt key", { "--config", "CONFIG" }, "[stsreadyd]\nwriter=5\n", NULL,
		"no such key \"writer\"", NULL },
	{ "no flag", { "--config", "CONFIG" }, "[stsreadyd]\nhttp=perhaps\n", NULL,
		"http: bad value", NULL },
	{ "no key file", { "--config=/nonexistent/x" }, NULL, NULL, "/nonexistent/x", NULL },
	{ "no key file's form", { "--config", "CONFIG" }, "nonsense\n", NULL, "CONFIG", NULL },
	{ "key without certificate", { "--tls-key=k" }, NULL, NULL, "without tls-cert", NULL },
	{ "two minds about TLS", { "--http", "--tls-cert=c" }, NULL, NULL, "choose one", NULL },
};

static void
run_case(size_t i, const char *config)
{
	const char *argv[MOST_WORDS + 2] = { "stsreadyd" };
	int argc = 1;
	g_autoptr(GError) failure = NULL;
	for (; argc <= MOST_WORDS && cases[i].words[argc - 1] != NULL; argc++)
		argv[argc] = strcmp(cases[i].words[argc - 1], "CONFIG") == 0
				     ? config
				     : cases[i].words[argc - 1];
	struct daemon_options *options = daemon_options_read(argc, (char **)argv, &failure);
	if (cases[i].error != NULL) {
		const char *part = strcmp(cases[i].error, "CONFIG") == 0 ? config : cases[i].error;
		g_assert_null(options);
		g_assert_nonnull(strstr(failure->message, part));
		return;
	}
	g_assert_no_error(failure);
	cases[i].check(options);
	daemon_options_free(options);
}

static void
test_cases(void)
{
	g_autofree char *folder = g_dir_make_tmp("stsready-XXXXXX", NULL);
	g_autofree char *config = g_build_filename(folder, "conf", NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(GStrv) variable = g_strsplit(
			cases[i].variable != NULL ? cases[i].variable : "UNUSED=", "=", 2);
		g_test_message("%s", cases[i].name);
		g_setenv(variable[0], variable[1], TRUE);
		if (cases[i].file != NULL)
			g_assert_true(g_file_set_contents(config, cases[i].file, -1, NULL));
		run_case(i, config);
		g_unsetenv(variable[0]);
	}
	g_unlink(config);
	g_rmdir(folder);
}

int
main(int argc, char **argv)
{
	/* the tests say what is in the environment */
	static const char *const variables[] = { "STSREADY_CONFIG", "STSREADY_DATABASE",
		"STSREADY_STATE", "STATE_DIRECTORY" };
	for (size_t i = 0; i < G_N_ELEMENTS(variables); i++)
		g_unsetenv(variables[i]);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/daemon-options/cases", test_cases);
	return g_test_run();
}
