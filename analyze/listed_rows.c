/* Reports and failures as rows. */
#include "analyze/listed_rows.h"

#include "ingest/instant.h"

const struct output_column listed_report_columns[LISTED_REPORT_COLUMNS] = {
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

void
listed_report(struct output *out, const struct look_report *report)
{
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
}

const struct output_column listed_failure_columns[LISTED_FAILURE_COLUMNS] = {
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
	{ "digest", NULL, OUTPUT_TEXT, 0 },
};

void
listed_failure(struct output *out, const struct look_failure *failure)
{
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
	output_text(out, failure->digest);
	output_row_end(out);
}
