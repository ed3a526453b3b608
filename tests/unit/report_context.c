/* What file names and subjects say about a report. */
#include "ingest/report_context.h"

#include "tests/unit/row.h"

static void
test_file_names(void)
{
	static const struct {
		const char *name, *submitter, *domain;
		int64_t start;
	} rows[] = {
		{ "google.example!quay.example!1772323200!1772409599!001.json.gz", "google.example",
			"quay.example", 1772323200 },
		{ "dir/x!y/google.example!quay.example!1772323200!1772409599.json",
			"google.example", "quay.example", 1772323200 },
		{ "google.example!quay.example!x!y.json", "google.example", "quay.example", 0 },
		{ "google.example!quay.example!1!2!3!4.json", NULL, NULL, 0 },
		{ "report.json.gz", NULL, NULL, 0 },
		{ "a!../../b!1!2.json", NULL, NULL, 0 },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct report_context context = { 0 };
		report_context_file_name(&context, rows[i].name);
		if (g_strcmp0(context.file_submitter, rows[i].submitter) != 0 ||
			g_strcmp0(context.file_domain, rows[i].domain) != 0 ||
			context.file_start != rows[i].start)
			FAIL("%s: %s %s", rows[i].name, context.file_submitter,
				context.file_domain);
		report_context_clear(&context);
	}
}

static void
test_subjects(void)
{
	static const struct {
		const char *subject, *domain, *submitter;
	} rows[] = {
		{ "Report Domain: quay.example Submitter: google.example Report-ID: <x@y>",
			"quay.example", "google.example" },
		{ "Report Domain: quay.example Submitter: google.example Report-ID: 133+quay",
			"quay.example", "google.example" },
		{ "Fwd: [list] report domain: Quay.Example. submitter: google.example",
			"quay.example", "google.example" },
		{ "Report Domain:quay.example", "quay.example", NULL },
		{ "lunch", NULL, NULL },
		{ "Submitter: google.example", NULL, NULL },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct report_context context = { 0 };
		report_context_subject(&context, rows[i].subject);
		if (g_strcmp0(context.subject_domain, rows[i].domain) != 0 ||
			g_strcmp0(context.subject_submitter, rows[i].submitter) != 0)
			FAIL("%s: %s %s", rows[i].subject, context.subject_domain,
				context.subject_submitter);
		report_context_clear(&context);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/context/file-name", test_file_names);
	g_test_add_func("/context/subject", test_subjects);
	return g_test_run();
}
