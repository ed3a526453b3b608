/* stsready parse: what reports say, normalised, without a database. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyze/command.h"
#include "analyze/output.h"
#include "analyze/trust_options.h"
#include "ingest/importer.h"
#include "ingest/instant.h"

static const char description[] = "PATH is what `stsready import` takes.  Prints one JSON object a "
				  "line for each report; what the\n"
				  "report does not say is null.  Nothing is moved or marked.\n\n"
				  "Exit status: 0 every path held a report that could be read, 65 "
				  "some did not (each was told of),\n"
				  "64 usage.";

/* ---- a JSON writer for one line ---- */

static void
put_name(GString *out, const char *name)
{
	char last = out->len > 0 ? out->str[out->len - 1] : '{';
	if (last != '{' && last != '[')
		g_string_append_c(out, ',');
	g_string_append_printf(out, "\"%s\":", name);
}

static void
put_text(GString *out, const char *name, const char *text)
{
	put_name(out, name);
	output_json_string(out, text);
}

/* A number; null where it is negative: not said. */
static void
put_number(GString *out, const char *name, int64_t number)
{
	put_name(out, name);
	if (number < 0)
		g_string_append(out, "null");
	else
		g_string_append_printf(out, "%" PRId64, number);
}

static void
put_instant(GString *out, const char *name, int64_t instant)
{
	char text[INSTANT_TEXT_BYTES];
	put_text(out, name, instant_text(instant, text));
}

static void
put_list(GString *out, const char *name, const char *const *texts, size_t count)
{
	put_name(out, name);
	g_string_append_c(out, '[');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			g_string_append_c(out, ',');
		output_json_string(out, texts[i]);
	}
	g_string_append_c(out, ']');
}

/* ---- the members of DESIGN's parse object; see stsready(1) ---- */

static void
put_failure(GString *out, const struct report_detail *detail)
{
	g_string_append_c(out, '{');
	put_text(out, "result_type", detail->result_type);
	put_text(out, "sending_mta_ip", detail->sending_mta_ip);
	put_text(out, "receiving_mx_hostname", detail->receiving_mx_hostname);
	put_text(out, "receiving_mx_helo", detail->receiving_mx_helo);
	put_text(out, "receiving_ip", detail->receiving_ip);
	put_number(out, "sessions", detail->sessions);
	put_text(out, "additional_information", detail->additional_information);
	put_text(out, "failure_reason_code", detail->failure_reason_code);
	g_string_append_c(out, '}');
}

static void
put_policy(GString *out, const struct report_policy *policy)
{
	g_string_append_c(out, '{');
	put_text(out, "type", policy->type);
	put_text(out, "domain",
		policy->policy_domain != NULL ? policy->policy_domain : policy->domain);
	put_list(out, "policy_string", policy->policy_string, policy->policy_strings);
	put_list(out, "mx_host", policy->mx_host, policy->mx_hosts);
	put_number(out, "success", policy->success);
	put_number(out, "failure", policy->failure);
	put_name(out, "failures");
	g_string_append_c(out, '[');
	for (size_t i = 0; i < policy->n_details; i++) {
		if (i > 0)
			g_string_append_c(out, ',');
		put_failure(out, &policy->details[i]);
	}
	g_string_append(out, "]}");
}

/* Every domain that the report is filed under, each once. */
static void
put_domains(GString *out, const struct report *report)
{
	g_autoptr(GPtrArray) domains = g_ptr_array_new();
	for (size_t i = 0; i < report->n_policies; i++) {
		const char *domain = report->policies[i].domain;
		if (domain != NULL &&
			!g_ptr_array_find_with_equal_func(domains, domain, g_str_equal, NULL))
			g_ptr_array_add(domains, (gpointer)domain);
	}
	put_list(out, "domains", (const char *const *)domains->pdata, domains->len);
}

static void
put_report(GString *out, const char *source, const struct arrival *arrival)
{
	const struct report *report = arrival->report;
	g_string_append_c(out, '{');
	put_text(out, "source", source);
	put_text(out, "organization", report->organization);
	put_text(out, "submitter", report->submitter);
	put_text(out, "report_id", report->report_id);
	put_text(out, "contact", report->contact);
	put_instant(out, "start", report->start);
	put_instant(out, "end", report->end);
	put_text(out, "domain", report->domain);
	put_domains(out, report);
	put_text(out, "trust", trust_name(arrival->trust));
	put_list(out, "notes", report->notes, report->n_notes);
	put_name(out, "policies");
	g_string_append_c(out, '[');
	for (size_t i = 0; i < report->n_policies; i++) {
		if (i > 0)
			g_string_append_c(out, ',');
		put_policy(out, &report->policies[i]);
	}
	g_string_append(out, "]}\n");
}

static void
print_report(void *user, const char *source, const struct arrival *arrival)
{
	(void)user;
	g_autoptr(GString) line = g_string_new(NULL);
	put_report(line, source, arrival);
	fwrite(line->str, 1, line->len, stdout);
}

static void
complain(void *user, const char *what, const char *why)
{
	(void)user;
	command_complain(what, why);
}

static int
run_parse(int argc, char **argv)
{
	GOptionEntry entries[TRUST_OPTION_COUNT + 1] = { 0 };
	trust_options_entries(entries);
	int status = command_options(
		&command_parse, "PATH...", description, entries, false, &argc, &argv);
	if (status >= 0)
		return status;
	if (argc < 2) {
		command_complain("parse", "name a file, a mailbox, a directory or \"-\"");
		return EXIT_USAGE;
	}
	g_autoptr(GError) error = NULL;
	struct trust_judge *judge = trust_options_judge(&error);
	if (judge == NULL) {
		command_complain("settings", error->message);
		return EXIT_CONFIG;
	}
	struct importer_options options = { .judge = judge, .complain = complain };
	bool fine = importer_parse(
		(const char *const *)argv + 1, (size_t)argc - 1, &options, print_report, NULL);
	trust_judge_free(judge);
	status = command_finish_output();
	return status != EXIT_OK ? status : fine ? EXIT_OK : EXIT_DATA;
}

const struct command command_parse = { "parse",
	"Print what reports say, normalised, as JSON; needs no database", run_parse };
