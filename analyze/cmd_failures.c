/* stsready failures: what senders say went wrong, newest first. */
#include <stdio.h>

#include "analyze/filter.h"
#include "sql/migrate.h"

static const char description[] =
	"One row a failure detail of the reports that count.  \"unexplained\" stands for failed "
	"sessions that\n"
	"a report's summary tells of and none of its details explains.\n\n"
	"Exit status: 0 done, 64 usage, 69 no database.";

static const struct output_column columns[] = {
	{ "day", "DAY", OUTPUT_DAY, 0 },
	{ "domain", "DOMAIN", OUTPUT_TEXT, 30 },
	{ "from", "FROM", OUTPUT_TEXT, 24 },
	{ "organization", NULL, OUTPUT_TEXT, 0 },
	{ "submitter", NULL, OUTPUT_TEXT, 0 },
	{ "report_id", NULL, OUTPUT_TEXT, 0 },
	{ "trust", NULL, OUTPUT_TEXT, 0 },
	{ "policy_type", NULL, OUTPUT_TEXT, 0 },
	{ "policy_domain", NULL, OUTPUT_TEXT, 0 },
	{ "result_type", "RESULT", OUTPUT_TEXT, 26 },
	{ "sessions", "SESSIONS", OUTPUT_NUMBER, 0 },
	{ "sending_mta_ip", NULL, OUTPUT_TEXT, 0 },
	{ "receiving_mx_hostname", "MX", OUTPUT_TEXT, 32 },
	{ "receiving_mx_helo", NULL, OUTPUT_TEXT, 0 },
	{ "receiving_ip", "IP", OUTPUT_TEXT, 39 },
	{ "failure_reason_code", "REASON", OUTPUT_TEXT, 30 },
	{ "additional_information", NULL, OUTPUT_TEXT, 0 },
};

struct listing {
	struct output *output;
	int64_t most; /* rows to print; 0: all */
	bool more;
};

static bool
print_failure(void *user, const struct look_failure *failure)
{
	struct listing *listing = user;
	struct output *out = listing->output;
	if (listing->most > 0 && output_rows(out) == (uint64_t)listing->most) {
		listing->more = true;
		return false;
	}
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

static int
list(struct db *db, const struct look_filter *filter, enum output_form form)
{
	g_autoptr(GError) error = NULL;
	struct listing listing = { output_new(stdout, form, columns, G_N_ELEMENTS(columns)),
		filter_shown(form), false };
	bool fine = migrate_check(db, &error) &&
		    look_failures(db, filter, print_failure, &listing, &error);
	uint64_t rows = output_rows(listing.output);
	output_end(listing.output);
	if (!fine) {
		command_complain("database", error->message);
		return command_database_status(error);
	}
	filter_conclude(form, rows, listing.more, "failures");
	return command_finish_output();
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
	struct db *db = command_open_database(&status);
	if (db == NULL)
		return status;
	status = list(db, &filter, form);
	db_close(db);
	return status;
}

const struct command command_failures = { "failures", "List the failures that reports tell of",
	run_failures };
