/* stsready check: the live look. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyze/check_json.h"
#include "analyze/check_text.h"
#include "analyze/command.h"
#include "analyze/progress.h"
#include "checker/checker.h"
#include "ingest/domain_name.h"

static const char description[] =
	"Looks at all that decides over a domain's inbound TLS, as the strictest sender would: MX "
	"hosts and\n"
	"their addresses, STARTTLS and certificates, the MTA-STS record and policy, the TLS-RPT "
	"record,\n"
	"DANE.  One domain gives a page, several a line each.  Needs no database.\n\n"
	"Exit status: 0 nothing blocks, 1 something does, 2 something could not be told, 64 "
	"usage,\n"
	"74 a file cannot be read, 130 interrupted.";

enum {
	EXIT_BLOCKED = 1,
	EXIT_UNKNOWN = 2,
};

static gboolean json, quiet, page;
static char *file;
static struct checker_options options;
static gboolean allow_private, no_probe;
static int policy_port, smtp_port, jobs, timeout;
static char *resolver, *ca_file, *ehlo;

/* ---- where domains come from ---- */

struct source {
	char **names; /* operands */
	FILE *stream; /* a file of names, one a line; NULL: none */
	uint64_t given, refused;
	struct progress *progress;
};

static char *
normalise(struct source *source, const char *text)
{
	char *domain = domain_name_normalise(text, false);
	if (domain == NULL) {
		source->refused++;
		progress_clear(source->progress);
		command_complain(text, "no domain name");
	}
	return domain;
}

/* The next name of the file; empty lines and what follows "#" are passed over. */
static char *
read_name(struct source *source)
{
	char *line = NULL;
	size_t room = 0;
	char *domain = NULL;
	while (domain == NULL && getline(&line, &room, source->stream) >= 0) {
		line[strcspn(line, "#\r\n")] = '\0';
		if (*g_strstrip(line) != '\0')
			domain = normalise(source, line);
	}
	free(line);
	return domain;
}

static char *
next_domain(void *user)
{
	struct source *source = user;
	char *domain = NULL;
	if (command_stop != 0)
		return NULL;
	while (domain == NULL && source->names != NULL && *source->names != NULL)
		domain = normalise(source, *source->names++);
	if (domain == NULL && source->stream != NULL)
		domain = read_name(source);
	source->given += domain != NULL;
	return domain;
}

/* ---- what is done with checks ---- */

struct run {
	struct source source; /* first: checker_run gives it to next_domain */
	bool single, colour;
	uint64_t counts[3]; /* by exit status */
	bool failed;        /* standard output */
};

static bool
take_check(void *user, struct check *check)
{
	struct run *run = user;
	g_autoptr(GString) text = g_string_new(NULL);
	run->counts[check_exit(check)]++;
	if (json) {
		check_json(check, text);
		g_string_append_c(text, '\n');
	} else if (!quiet && (run->single || page)) {
		g_string_append(
			text, run->counts[0] + run->counts[1] + run->counts[2] > 1 ? "\n" : "");
		check_text(check, run->colour, text);
	} else if (!quiet) {
		check_text_line(check, run->colour, text);
	}
	check_free(check);
	if (text->len > 0)
		progress_clear(run->source.progress);
	run->failed = fwrite(text->str, 1, text->len, stdout) != text->len;
	progress_show(run->source.progress, "%" G_GUINT64_FORMAT " checked, %.0f a second",
		run->counts[0] + run->counts[1] + run->counts[2],
		(double)(run->counts[0] + run->counts[1] + run->counts[2]) /
			MAX(progress_seconds(run->source.progress), 0.001));
	return run->failed || command_stop != 0;
}

static void
print_summary(const struct run *run)
{
	uint64_t all = run->counts[0] + run->counts[1] + run->counts[2];
	fprintf(stderr,
		"%" G_GUINT64_FORMAT " %s: %" G_GUINT64_FORMAT " fine, %" G_GUINT64_FORMAT
		" with findings that block, %" G_GUINT64_FORMAT " could not be told; %.1f s\n",
		all, all == 1 ? "domain" : "domains", run->counts[0], run->counts[1],
		run->counts[2], progress_seconds(run->source.progress));
}

static int
exit_status(const struct run *run)
{
	if (command_stop != 0)
		return EXIT_INTERRUPTED;
	if (run->source.refused > 0)
		return EXIT_USAGE;
	return run->counts[EXIT_BLOCKED] > 0   ? EXIT_BLOCKED
	       : run->counts[EXIT_UNKNOWN] > 0 ? EXIT_UNKNOWN
					       : EXIT_OK;
}

/* ---- settings ---- */

static int64_t
now(void)
{
	return g_get_real_time() / G_USEC_PER_SEC;
}

static bool
check_number(const char *name, int given, int most)
{
	if (given >= 0 && given <= most)
		return true;
	g_autofree char *why = g_strdup_printf("must be from 1 to %d", most);
	command_complain(name, why);
	return false;
}

/* Takes the options over; false after a complaint. */
static bool
set_options(void)
{
	options = checker_usual;
	if (!check_number("--policy-port", policy_port, 65535) ||
		!check_number("--smtp-port", smtp_port, 65535) ||
		!check_number("--jobs", jobs, 10000) || !check_number("--timeout", timeout, 3600))
		return false;
	options.resolver = resolver;
	options.ca_file = ca_file;
	options.ehlo = ehlo != NULL ? ehlo : g_get_host_name();
	options.allow_private = allow_private;
	options.no_probe = no_probe;
	options.now = now;
	if (policy_port > 0)
		options.policy_port = policy_port;
	if (smtp_port > 0)
		options.smtp_port = smtp_port;
	if (jobs > 0)
		options.jobs = (unsigned)jobs;
	if (timeout > 0) {
		options.domain_seconds = (unsigned)timeout;
		options.policy_seconds = MIN(options.policy_seconds, (unsigned)timeout);
		options.probe_seconds = MIN(options.probe_seconds, (unsigned)timeout);
	}
	return true;
}

static bool
open_source(struct source *source, char **names)
{
	source->names = names;
	if (file == NULL)
		return true;
	source->stream = strcmp(file, "-") == 0 ? stdin : fopen(file, "r");
	if (source->stream == NULL)
		command_complain(file, g_strerror(errno));
	return source->stream != NULL;
}

static int
check_all(struct run *run)
{
	g_autoptr(GError) error = NULL;
	struct checker_figures figures;
	struct checker *checker = checker_new(&options, &error);
	if (checker == NULL) {
		command_complain("check", error->message);
		return EXIT_USAGE;
	}
	command_catch_signals();
	run->source.progress = progress_new(quiet || run->single);
	checker_run(checker, next_domain, take_check, run, &figures);
	progress_clear(run->source.progress);
	if (!run->single && !quiet && !json)
		print_summary(run);
	progress_free(run->source.progress);
	checker_free(checker);
	int written = command_finish_output();
	return written != EXIT_OK ? written : exit_status(run);
}

static int
run_check(int argc, char **argv)
{
	GOptionEntry entries[] = {
		{ "json", 0, 0, G_OPTION_ARG_NONE, &json, "One JSON object a line", NULL },
		{ "quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet,
			"Print nothing: the exit status tells", NULL },
		{ "page", 0, 0, G_OPTION_ARG_NONE, &page, "A page for each of several domains too",
			NULL },
		{ "file", 'f', 0, G_OPTION_ARG_FILENAME, &file,
			"Check the domains named in FILE, one a line; - is standard input",
			"FILE" },
		{ "no-probe", 0, 0, G_OPTION_ARG_NONE, &no_probe,
			"Records and policy only: connect to no MX host", NULL },
		{ "jobs", 'j', 0, G_OPTION_ARG_INT, &jobs, "Domains at a time (200)", "N" },
		{ "timeout", 0, 0, G_OPTION_ARG_INT, &timeout, "Seconds for a domain at most (90)",
			"N" },
		{ "ehlo", 0, 0, G_OPTION_ARG_STRING, &ehlo,
			"Name to greet MX hosts with (this machine's)", "NAME" },
		{ "resolver", 0, 0, G_OPTION_ARG_STRING, &resolver,
			"DNS server to ask, believed about DNSSEC", "ADDR:PORT" },
		{ "ca-file", 0, 0, G_OPTION_ARG_FILENAME, &ca_file,
			"Trusted authorities, PEM (the system's)", "FILE" },
		{ "policy-port", 0, 0, G_OPTION_ARG_INT, &policy_port, "Port of policy hosts (443)",
			"N" },
		{ "smtp-port", 0, 0, G_OPTION_ARG_INT, &smtp_port, "Port of MX hosts (25)", "N" },
		{ "allow-private", 0, 0, G_OPTION_ARG_NONE, &allow_private,
			"Connect to private and loopback addresses too", NULL },
		{ NULL },
	};
	struct run run = { .single = false };
	int status = command_options(&command_check, "DOMAIN... | --file FILE", description,
		entries, false, &argc, &argv);
	if (status >= 0)
		return status;
	if (argc < 2 && file == NULL) {
		command_complain("check", "name a domain, or a file of domains with --file");
		return EXIT_USAGE;
	}
	if (!set_options())
		return EXIT_USAGE;
	if (!open_source(&run.source, argc > 1 ? argv + 1 : NULL))
		return EXIT_IO;
	run.single = argc == 2 && file == NULL;
	run.colour = isatty(STDOUT_FILENO) && g_getenv("NO_COLOR") == NULL;
	return check_all(&run);
}

const struct command command_check = { "check", "Look at domains live: MX, TLS, policy, records",
	run_check };
