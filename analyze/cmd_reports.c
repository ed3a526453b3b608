/* stsready reports: what came in, newest first. */
#include "analyze/filter.h"
#include "analyze/listed_rows.h"

static const char description[] =
	"OK and FAILED are sessions, of the one policy type with the "
	"most: senders list the same sessions\n"
	"under sts and tlsa.  A report that is not counted lost against "
	"another of the same identity, or\ncame over HTTPS beyond its domain's "
	"reports a day.\n\n"
	"Exit status: 0 done, 64 usage, 69 no database.";

static bool
print_report(void *user, const struct look_report *report)
{
	struct filter_listing *listing = user;
	if (!filter_takes(listing))
		return false;
	listed_report(listing->output, report);
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
	return filter_list(
		&filter, form, listed_report_columns, LISTED_REPORT_COLUMNS, "reports", look);
}

const struct command command_reports = { "reports", "List the reports that came in", run_reports };
