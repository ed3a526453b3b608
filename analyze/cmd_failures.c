/* stsready failures: what senders say went wrong, newest first. */
#include "analyze/filter.h"
#include "analyze/listed_rows.h"

static const char description[] =
	"One row a failure detail of the reports that count.  \"unexplained\" stands for failed "
	"sessions that\n"
	"a report's summary tells of and none of its details explains.\n\n"
	"Exit status: 0 done, 64 usage, 69 no database.";

static bool
print_failure(void *user, const struct look_failure *failure)
{
	struct filter_listing *listing = user;
	if (!filter_takes(listing))
		return false;
	listed_failure(listing->output, failure);
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
	return filter_list(
		&filter, form, listed_failure_columns, LISTED_FAILURE_COLUMNS, "failures", look);
}

const struct command command_failures = { "failures", "List the failures that reports tell of",
	run_failures };
