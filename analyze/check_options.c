/* Options of live checks. */
#include "analyze/check_options.h"

#include <string.h>

#include "analyze/command.h"

static gboolean allow_private;
/* Not given: -1. */
static int policy_port = -1, smtp_port = -1, jobs = -1, timeout = -1;
static char *resolver, *ca_file, *ehlo;

static int64_t
now(void)
{
	return g_get_real_time() / G_USEC_PER_SEC;
}

void
check_option_entries(GOptionEntry *entries)
{
	const GOptionEntry shared[CHECK_OPTION_COUNT] = {
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
	};
	memcpy(entries, shared, sizeof shared);
}

static bool
check_number(const char *name, int given, int most)
{
	if (given == -1 || (given >= 1 && given <= most))
		return true;
	g_autofree char *why = g_strdup_printf("must be from 1 to %d", most);
	command_complain(name, why);
	return false;
}

bool
check_options_read(struct checker_options *options)
{
	if (!check_number("--policy-port", policy_port, 65535) ||
		!check_number("--smtp-port", smtp_port, 65535) ||
		!check_number("--jobs", jobs, 10000) || !check_number("--timeout", timeout, 3600))
		return false;
	*options = checker_usual;
	options->resolver = resolver;
	options->ca_file = ca_file;
	options->ehlo = ehlo != NULL ? ehlo : g_get_host_name();
	options->allow_private = allow_private;
	options->now = now;
	if (policy_port > 0)
		options->policy_port = policy_port;
	if (smtp_port > 0)
		options->smtp_port = smtp_port;
	if (jobs > 0)
		options->jobs = (unsigned)jobs;
	if (timeout > 0) {
		options->domain_seconds = (unsigned)timeout;
		options->policy_seconds = MIN(options->policy_seconds, (unsigned)timeout);
		options->probe_seconds = MIN(options->probe_seconds, (unsigned)timeout);
	}
	return true;
}
