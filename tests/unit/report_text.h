/* Pieces of reports as senders write them, for tests to put together, and what the reader makes of
   the whole, in one line. */
#pragma once

#include "ingest/instant.h"
#include "ingest/report_body.h"
#include "tests/unit/row.h"

#define RANGE                                                                                      \
	"\"date-range\":{\"start-datetime\":\"2026-04-02T00:00:00Z\",\"end-datetime\":"            \
	"\"2026-04-02T23:59:59Z\"}"
#define HEAD                                                                                       \
	"\"organization-name\":\"Harbour Mail\",\"contact-info\":\"tls@harbour.example\","         \
	"\"report-id\":\"r1\"," RANGE
#define SUMMARY(ok, bad)                                                                           \
	"\"summary\":{\"total-successful-session-count\":" ok                                      \
	",\"total-failure-session-count\":" bad "}"
#define STS(members) "{\"policy\":{\"policy-type\":\"sts\"" members "}," SUMMARY("3", "0") "}"
#define WITH_POLICY(policy) "{" HEAD ",\"policies\":[" policy "]}"
#define QUAY ",\"policy-domain\":\"quay.example\""
#define DETAILS(bad, details)                                                                      \
	WITH_POLICY("{\"policy\":{\"policy-type\":\"sts\"" QUAY                                    \
		    "}," SUMMARY("3", bad) ",\"failure-details\":" details "}")
#define DATED(start, end)                                                                          \
	"{\"organization-name\":\"o\",\"contact-info\":\"a@b.example\",\"report-id\":\"r\","       \
	"\"date-range\":{\"start-datetime\":" start ",\"end-datetime\":" end                       \
	"},\"policies\":[" STS(QUAY) "]}"
#define HEADED(members) "{" members "," RANGE ",\"policies\":[" STS(QUAY) "]}"

/* How describe() begins for reports with HEAD, and for DATED ones. */
#define HARBOUR "Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
#define O "o|b.example|r|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"

static inline void
describe_detail(GString *text, const struct report_detail *detail)
{
	const char *const fields[] = { detail->sending_mta_ip, detail->receiving_mx_hostname,
		detail->receiving_mx_helo, detail->receiving_ip, detail->failure_reason_code,
		detail->additional_information };
	g_string_append_printf(text, "{%s=", detail->result_type);
	if (detail->sessions < 0)
		g_string_append_c(text, '?');
	else
		g_string_append_printf(text, "%" G_GINT64_FORMAT, detail->sessions);
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
		if (fields[i] != NULL)
			g_string_append_printf(text, " %s", fields[i]);
	g_string_append_c(text, '}');
}

static inline void
describe_policy(GString *text, const struct report_policy *policy)
{
	const char *named = policy->policy_domain != NULL ? policy->policy_domain : policy->domain;
	g_string_append_printf(text, "%s %s", policy->type, named != NULL ? named : "?");
	if (named != NULL && g_strcmp0(named, policy->domain) != 0)
		g_string_append_printf(text, "@%s", policy->domain);
	g_string_append_printf(
		text, " %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, policy->success, policy->failure);
	if (policy->policy_strings + policy->mx_hosts + policy->n_details > 0)
		g_string_append_c(text, ' ');
	for (size_t i = 0; i < policy->policy_strings; i++)
		g_string_append_printf(text, "[%s]", policy->policy_string[i]);
	for (size_t i = 0; i < policy->mx_hosts; i++)
		g_string_append_printf(text, "<%s>", policy->mx_host[i]);
	for (size_t i = 0; i < policy->n_details; i++)
		describe_detail(text, &policy->details[i]);
}

/* organization|submitter|report-id|start|end|policies|notes */
static inline char *
describe(const struct report *report)
{
	char start[INSTANT_TEXT_BYTES], end[INSTANT_TEXT_BYTES];
	GString *text = g_string_new(NULL);
	g_string_printf(text, "%s|%s|%s|%s|%s|",
		report->organization != NULL ? report->organization : "-",
		report->submitter != NULL ? report->submitter : "-", report->report_id,
		instant_text(report->start, start), instant_text(report->end, end));
	for (size_t i = 0; i < report->n_policies; i++) {
		g_string_append(text, i > 0 ? "; " : "");
		describe_policy(text, &report->policies[i]);
	}
	g_string_append_c(text, '|');
	for (size_t i = 0; i < report->n_notes; i++)
		g_string_append_printf(text, "%s%s", i > 0 ? "; " : "", report->notes[i]);
	return g_string_free(text, FALSE);
}

struct report_row {
	const char *name, *json, *want; /* want: what describe() says */
};

static inline void
try_report_rows(const struct report_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Report) report = report_body_read(
			(const uint8_t *)rows[i].json, strlen(rows[i].json), NULL, &error);
		g_autofree char *got = report != NULL ? describe(report) : g_strdup(error->message);
		if (strcmp(got, rows[i].want) != 0)
			FAIL("%s:\n got %s\nwant %s", rows[i].name, got, rows[i].want);
	}
}
