/* stsready failures: what senders say went wrong, newest first. */
#include "analyze/filter.h"

static const char description[] =
	"One row a failure detail of the reports that count.  \"unexplained\" stands for failed "
	"sessions that\n"
	"a report's summary tells of and none of its details explains.\n\n"
	"Exit status: 0 done, 64 usage, 69 no database.";

static const struct output_column columns[] = {
	{ "day", "DAY", OUTPUT_DAY, 0 },
	{ "domain", "DOMAIN", OUTPUT_TEXT, 30, 15 },
	{ "from", "FROM", OUTPUT_TEXT, 24, 12, .may_go = true },
	{ "organization", NULL, OUTPUT_TEXT, 0 },
	{ "submitter", NULL, OUTPUT_TEXT, 0 },
	{ "report_id", NULL, OUTPUT_TEXT, 0 },
	{ "trust", NULL, OUTPUT_TEXT, 0 },
	{ "policy_type", NULL, OUTPUT_TEXT, 0 },
	{ "policy_domain", NULL, OUTPUT_TEXT, 0 },
	{ "result_type", "RESULT", OUTPUT_TEXT, 26, 22 },
	{ "sessions", "SESSIONS", OUTPUT_NUMBER, 0 },
	{ "sending_mta_ip", NULL, OUTPUT_TEXT, 0 },
	{ "receiving_mx_hostname", "MX", OUTPUT_TEXT, 32, 16 },
	{ "receiving_mx_helo", NULL, OUTPUT_TEXT, 0 },
	{ "receiving_ip", "IP", OUTPUT_TEXT, 39, 15, .may_go = true },
	{ "failure_reason_code", "REASON", OUTPUT_TEXT, 30, 12, .may_go = true, .usual = "-" },
	{ "additional_information", NULL, OUTPUT_TEXT, 0 },
};

static bool
print_failure(void *user, const struct look_failure *failure)
{
	struct filter_listing *listing = user;
	struct output *out = listing->output;
	if (!filter_takes(listing))
		return false;
	output_day(out, failure->day);
	output_text(out, failure->domain);
	output_text(
		out, failure->organization != NULL ? failure->organization : failure->submitter);
	output_text(out, failure->organization);
	output_text(out, failure->submitter);
	output_text(out, failure->report_id);
	output_text(out, failure->trust);
	output_text(out, failure->policy_type);
	output_text(out, failure->policy_domain);
	output_text(out, failure->result_type);
	if (failure->sessions < 0)
		output_absent(out);
	else
		output_number(out, failure->sessions);
	output_text(out, failure->sending_mta_ip);
	output_text(out, failure->receiving_mx_hostname);
	output_text(out, failure->receiving_mx_helo);
	output_text(out, failure->receiving_ip);
	output_text(out, failure->failure_reason_code);
	output_text(out, failure->additional_information);
	output_row_end(out);
	return true;
}

static bool
look(struct db *db, const struct look_filter *filter, struct filter_listing *listing,
	GError **error)
{
	return look_failures(db, filter, print_failure, listing, error);
}

static int
run_failures(int argc, char **argv)
{
	g_autofree char *result_type = NULL;
	GOptionEntry entries[FILTER_OPTION_COUNT + 1] = { { "result-type", 0, 0,
		G_OPTION_ARG_STRING, &result_type, "Only of this result type, or \"unexplained\"",
		"TYPE" } };
	struct look_filter filter;
	enum output_form form;
	filter_entries(entries + 1);
	int status =
		command_options(&command_failures, "", description, entries, true, &argc, &argv);
	if (status >= 0)
		return status;
	if (argc > 1) {
		command_complain(argv[1], "failures takes no operands; see --domain");
		return EXIT_USAGE;
	}
	if ((status = filter_read(&filter, &form)) >= 0)
		return status;
	filter.result_type = result_type;
	return filter_list(&filter, form, columns, G_N_ELEMENTS(columns), "failures", look);
}

const struct command command_failures = { "failures", "List the failures that reports tell of",
	run_failures };
