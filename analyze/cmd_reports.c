/* stsready reports: what came in, newest first. */
#include "analyze/filter.h"
#include "ingest/instant.h"

static const char description[] =
	"OK and FAILED are sessions, of the one policy type with the "
	"most: senders list the same sessions\n"
	"under sts and tlsa.  A report that is not counted lost against "
	"another of the same identity, or\ncame over HTTPS beyond its domain's "
	"reports a day.\n\n"
	"Exit status: 0 done, 64 usage, 69 no database.";

static const struct output_column columns[] = {
	{ "start", NULL, OUTPUT_INSTANT, 0 },
	{ "end", NULL, OUTPUT_INSTANT, 0 },
	{ "day", "DAY", OUTPUT_DAY, 0 },
	{ "domain", "DOMAIN", OUTPUT_TEXT, 30, 15 },
	{ "from", "FROM", OUTPUT_TEXT, 24, 12 },
	{ "organization", NULL, OUTPUT_TEXT, 0 },
	{ "submitter", NULL, OUTPUT_TEXT, 0 },
	{ "contact", NULL, OUTPUT_TEXT, 0 },
	{ "success", "OK", OUTPUT_NUMBER, 0 },
	{ "failure", "FAILED", OUTPUT_NUMBER, 0 },
	{ "policies", NULL, OUTPUT_NUMBER, 0 },
	{ "details", NULL, OUTPUT_NUMBER, 0 },
	{ "trust", "TRUST", OUTPUT_TEXT, 0 },
	{ "channel", NULL, OUTPUT_TEXT, 0 },
	{ "remote", NULL, OUTPUT_TEXT, 0 },
	{ "received_at", NULL, OUTPUT_INSTANT, 0 },
	{ "arrivals", "CAME", OUTPUT_NUMBER, 0, .may_go = true },
	{ "counted", "COUNTS", OUTPUT_FLAG, 0, .usual = "yes" },
	{ "notes", "NOTES", OUTPUT_TALLY, 0, .may_go = true },
	{ "trust_notes", NULL, OUTPUT_LIST, 0 },
	{ "report_id", "REPORT-ID", OUTPUT_TEXT, 28, 12, .may_go = true },
	{ "digest", NULL, OUTPUT_TEXT, 0 },
};

static void
put_list(struct output *output, char **texts)
{
	output_list(output, (const char *const *)texts, g_strv_length(texts));
}

static bool
print_report(void *user, const struct look_report *report)
{
	struct filter_listing *listing = user;
	struct output *out = listing->output;
	if (!filter_takes(listing))
		return false;
	output_instant(out, report->start);
	output_instant(out, report->end);
	output_day(out, instant_day(report->start));
	output_text(out, report->domain);
	output_text(out, report->organization != NULL ? report->organization : report->submitter);
	output_text(out, report->organization);
	output_text(out, report->submitter);
	output_text(out, report->contact);
	output_number(out, report->success);
	output_number(out, report->failure);
	output_number(out, report->policies);
	output_number(out, report->details);
	output_text(out, report->trust);
	output_text(out, report->channel);
	output_text(out, report->remote);
	output_instant(out, report->received_at);
	output_number(out, report->arrivals);
	output_flag(out, report->counted);
	put_list(out, report->notes);
	put_list(out, report->trust_notes);
	output_text(out, report->report_id);
	output_text(out, report->digest);
	output_row_end(out);
	return true;
}

static bool
look(struct db *db, const struct look_filter *filter, struct filter_listing *listing,
	GError **error)
{
	return look_reports(db, filter, print_report, listing, error);
}

static int
run_reports(int argc, char **argv)
{
	GOptionEntry entries[FILTER_OPTION_COUNT];
	struct look_filter filter;
	enum output_form form;
	filter_entries(entries);
	int status =
		command_options(&command_reports, "", description, entries, true, &argc, &argv);
	if (status >= 0)
		return status;
	if (argc > 1) {
		command_complain(argv[1], "reports takes no operands; see --domain");
		return EXIT_USAGE;
	}
	if ((status = filter_read(&filter, &form)) >= 0)
		return status;
	return filter_list(&filter, form, columns, G_N_ELEMENTS(columns), "reports", look);
}

const struct command command_reports = { "reports", "List the reports that came in", run_reports };
