/* The reader as tables: what senders send, and what is made of it.  Names begin with the item of
   the field notes that a row is about: A envelope, B policies, C packing. */
#include <string.h>

#include <gio/gio.h>

#include "ingest/instant.h"
#include "ingest/limits.h"
#include "ingest/report_body.h"

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

/* What a row compares: the report in one line, see describe(). */
static const struct row {
	const char *name, *json, *want;
} rows[] = {
	{ "A1 contact null",
		"{\"organization-name\":\"o\",\"contact-info\":null,\"report-id\":\"r\"," RANGE
		",\"policies\":[" STS(QUAY) "]}",
		"o|-|r|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|sts quay.example "
		"3/0|contact-info: absent" },
	{ "A2 organization null stays absent",
		"{\"organization-name\":null,\"contact-info\":\"a@b.example\",\"report-id\":"
		"\"r\"," RANGE ",\"policies\":[" STS(QUAY) "]}",
		"-|b.example|r|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|sts quay.example 3/0|"
		"organization-name: absent" },
	{ "A2 organization empty stays absent",
		"{\"organization-name\":\"\",\"contact-info\":\"a@b.example\",\"report-id\":"
		"\"r\"," RANGE ",\"policies\":[" STS(QUAY) "]}",
		"-|b.example|r|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|sts quay.example 3/0|"
		"organization-name: absent" },
	{ "A3 report-id a number",
		"{\"organization-name\":\"o\",\"contact-info\":\"a@b.example\",\"report-id\":"
		"17," RANGE ",\"policies\":[" STS(QUAY) "]}",
		"o|b.example|17|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|sts quay.example 3/0|"
		"report-id: a number" },
	{ "A7 no zone", DATED("\"2026-04-02T00:00:00\"", "\"2026-04-02T23:59:59\""),
		"o|b.example|r|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|sts quay.example 3/0|"
		"date-range: no time zone, UTC assumed" },
	{ "A8 fractions, offset, lower case",
		DATED("\"2026-04-02t02:00:00.000+02:00\"", "\"2026-04-02 23:59:59z\""),
		"o|b.example|r|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|sts quay.example 3/0|" },
	{ "A8 date only", DATED("\"2026-04-02\"", "\"2026-04-03\""),
		"o|b.example|r|2026-04-02T00:00:00Z|2026-04-03T00:00:00Z|sts quay.example 3/0|"
		"date-range: a date without time" },
	{ "A8 leap second", DATED("\"2026-04-02T00:00:00Z\"", "\"2026-04-02T23:59:60Z\""),
		"o|b.example|r|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|sts quay.example 3/0|"
		"date-range: a leap second" },
	{ "A10 a week", DATED("\"2026-04-02T00:00:00Z\"", "\"2026-04-08T23:59:59Z\""),
		"o|b.example|r|2026-04-02T00:00:00Z|2026-04-08T23:59:59Z|sts quay.example 3/0|"
		"date-range: covers 167 hours" },
	{ "A14 policies empty", "{" HEAD ",\"policies\":[]}",
		"Harbour "
		"Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z||policies: "
		"none" },
	{ "A14 policies null", "{" HEAD ",\"policies\":null}",
		"Harbour "
		"Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z||policies: "
		"none" },
	{ "A14 policies an object", "{" HEAD ",\"policies\":" STS(QUAY) "}",
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 3/0|policies: an object, taken as an array of it" },
	{ "A14 draft -02: one policy at the top",
		"{" HEAD ",\"policy\":{\"policy-type\":\"sts\"" QUAY "}," SUMMARY("1", "0") "}",
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 1/0|policy: at the top, taken as the only one; "
		"policies: an object, taken as an array of it" },
	{ "A15 byte order mark, CRLF, NULs behind",
		"\xef\xbb\xbf{\r\n" HEAD ",\r\n\"policies\":[" STS(QUAY) "]}\r\n",
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 3/0|a byte order mark" },
	{ "A15 the first of two documents", WITH_POLICY(STS(QUAY)) "{\"policies\":[]}",
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 3/0|bytes after the JSON" },
	{ "A16 a member twice: the last",
		"{\"report-id\":\"first\"," HEAD ",\"policies\":[" STS(QUAY) "]}",
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 3/0|report-id: given twice, the last one taken" },
	{ "A16 bytes that are no UTF-8",
		"{\"organization-name\":\"H\xff\",\"contact-info\":\"a@b.example\",\"report-id\":"
		"\"r\"," RANGE ",\"policies\":[" STS(QUAY) "]}",
		"H\xef\xbf\xbd|b.example|r|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|sts "
		"quay.example 3/0|"
		"bytes that are not UTF-8" },
	{ "A16 NUL and a lone surrogate",
		"{\"organization-name\":\"a\\u0000b\\ud800c\",\"contact-info\":\"a@b.example\","
		"\"report-id\":\"r\"," RANGE ",\"policies\":[" STS(QUAY) "]}",
		"a\xef\xbf\xbd"
		"b\xef\xbf\xbd"
		"c|b.example|r|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|sts quay.example 3/0|"
		"escapes that are no characters" },
	{ "A17 unknown members are left aside",
		"{\"x\":[{}]," HEAD ",\"policies\":[" STS(QUAY) "]}",
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 3/0|" },
	{ "B1 no policy-domain anywhere", WITH_POLICY(STS("")),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|sts ? "
		"3/0|"
		"policies[0]: policy-domain from nowhere" },
	{ "B1 policy-domain from the other policies", WITH_POLICY(STS("") "," STS(QUAY)),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 3/0; sts quay.example 3/0|policies[0]: policy-domain from the "
		"other policies" },
	{ "B2 policy-string one text",
		WITH_POLICY(STS(QUAY ",\"policy-string\":\"a: b\\r\\nc: d\\r\\n\"")),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 3/0 [a: b][c: d]|policies[0]: policy-string: one string, not an "
		"array" },
	{ "B3 lines trimmed, empty ones dropped",
		WITH_POLICY(STS(
			QUAY ",\"policy-string\":[\"mode: enforce\\r\",\"mx: a.example \",\"\"]")),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 3/0 [mode: enforce][mx: a.example]|" },
	{ "B4 an array packed in a string",
		WITH_POLICY(
			"{\"policy\":{\"policy-type\":\"tlsa\"" QUAY
			",\"policy-string\":[\"[\\\"3 1 1 AB\\\",\\\"2 1 1 cd\\\"]\"]}," SUMMARY(
				"1", "0") "}"),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"tlsa quay.example 1/0 [3 1 1 AB][2 1 1 cd]|policies[0]: policy-string: an array "
		"packed in a "
		"string; policies[0]: policy-domain quay.example may be an MX host" },
	{ "B4 TLSA records behind semicolons",
		WITH_POLICY("{\"policy\":{\"policy-type\":\"tlsa\"" QUAY
			    ",\"policy-string\":[\"3 1 1 AB; 2 1 1 CD\"]}," SUMMARY("1", "0") "}"),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"tlsa quay.example 1/0 [3 1 1 AB][2 1 1 CD]|policies[0]: policy-domain "
		"quay.example may be an MX "
		"host" },
	{ "B6 mx-host as text with mx:",
		WITH_POLICY(STS(QUAY ",\"mx-host\":\"mx: *.Quay.Example.\"")),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 3/0 <*.quay.example>|policies[0]: mx-host: \"mx:\" before the "
		"name" },
	{ "B6 mx-host-pattern",
		WITH_POLICY(STS(QUAY ",\"mx-host-pattern\":[\"a.example\",\"b.example\"]")),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 3/0 <a.example><b.example>|" },
	{ "B6 mx-host null", WITH_POLICY(STS(QUAY ",\"mx-host\":null")),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 3/0|" },
	{ "B7 type in capitals, unknown type kept",
		WITH_POLICY("{\"policy\":{\"policy-type\":\"STS\"" QUAY
			    "}," SUMMARY("1", "0") "},{\"policy\":{\"policy-type\":\"Other\"" QUAY
						   "}," SUMMARY("1", "0") "}"),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 1/0; other quay.example 1/0|policies[1]: policy-type \"other\" "
		"kept as text" },
	{ "B8 policy-domain in capitals with a dot",
		WITH_POLICY(STS(",\"policy-domain\":\"Quay.Example.\"")),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 3/0|" },
	{ "B8 policy-domain as U-label",
		WITH_POLICY(STS(",\"policy-domain\":\"B\\u00fccher.example\"")),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts xn--bcher-kva.example 3/0|" },
	{ "B9 tlsa names the MX host: filed under the domain of the others",
		WITH_POLICY(STS(QUAY) ",{\"policy\":{\"policy-type\":\"tlsa\",\"policy-domain\":"
				      "\"mx1.quay.example\"}," SUMMARY("2", "0") "}"),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 3/0; tlsa mx1.quay.example@quay.example 2/0|" },
	{ "B11 counts absent",
		WITH_POLICY("{\"policy\":{\"policy-type\":\"sts\"" QUAY
			    "},\"summary\":{\"total-successful-session-count\":4}}"),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 4/0|policies[0]: total-failure-session-count: absent" },
	{ "B11 summary absent", WITH_POLICY("{\"policy\":{\"policy-type\":\"sts\"" QUAY "}}"),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 0/0|policies[0]: summary: absent" },
	{ "B11 counts as digits and whole floats",
		WITH_POLICY("{\"policy\":{\"policy-type\":\"sts\"" QUAY
			    "}," SUMMARY("\"12\"", "2.0") "}"),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 12/2|policies[0]: total-successful-session-count: digits in a "
		"string" },
	{ "B11 negative and beyond measure",
		WITH_POLICY("{\"policy\":{\"policy-type\":\"sts\"" QUAY
			    "}," SUMMARY("-3", "1e309") "}"),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 0/0|policies[0]: total-successful-session-count: -3 is no count, "
		"ignored; "
		"policies[0]: total-failure-session-count: inf is no count, ignored" },
	{ "B12 details null", DETAILS("0", "null"),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 3/0|" },
	{ "B12 details an object",
		DETAILS("2",
			"{\"result-type\":\"certificate-expired\",\"failed-session-count\":2}"),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 3/2 {certificate-expired=2}|policies[0]: failure-details: an "
		"object, taken as an "
		"array of it" },
	{ "B13 details and summary differ",
		DETAILS("1",
			"[{\"result-type\":\"certificate-expired\",\"failed-session-count\":2}]"),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 3/1 {certificate-expired=2}|policies[0]: failure-details add up "
		"to 2 sessions, "
		"the summary says 1" },
	{ "B15 B16 empty and null fields are absent",
		DETAILS("1", "[{\"result-type\":\"certificate-expired\",\"failed-session-count\":1,"
			     "\"sending-mta-ip\":\"\",\"receiving-ip\":null,\"receiving-mx-helo\":"
			     "\"\"}]"),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 3/1 {certificate-expired=1}|" },
	{ "B17 result type absent, unknown, in capitals",
		DETAILS("3", "[{\"failed-session-count\":1},{\"result-type\":\"brand-new\","
			     "\"failed-session-count\":1},{\"result-type\":\"TLSA-Invalid\","
			     "\"failed-session-count\":1}]"),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 3/3 {unknown=1}{brand-new=1}{tlsa-invalid=1}|policies[0]: "
		"failure-details: "
		"result-type: absent; policies[0]: failure-details: result-type \"brand-new\" kept "
		"as text" },
	{ "B18 failed-session-count absent",
		DETAILS("1", "[{\"result-type\":\"certificate-expired\"}]"),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 3/1 {certificate-expired=?}|policies[0]: failure-details: "
		"failed-session-count: "
		"absent; policies[0]: failure-details add up to 0 sessions, the summary says 1" },
	{ "B20 names and addresses in one form",
		DETAILS("1", "[{\"result-type\":\"certificate-expired\",\"failed-session-count\":1,"
			     "\"receiving-mx-hostname\":\"MX1.Quay.Example.\",\"receiving-ip\":"
			     "\"2001:db8:abcd:0012::1\"}]"),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 3/1 {certificate-expired=1 mx1.quay.example "
		"2001:db8:abcd:12::1}|" },
	{ "B15 text that is no address is kept",
		DETAILS("1", "[{\"result-type\":\"certificate-expired\",\"failed-session-count\":1,"
			     "\"receiving-ip\":\"x.x.x.x\"}]"),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 3/1 {certificate-expired=1 x.x.x.x}|policies[0]: "
		"failure-details: receiving-ip: "
		"no address, kept as text" },
	{ "B21 B22 old names of members",
		DETAILS("1", "[{\"result-type\":\"validation-failure\",\"failed-session-count\":1,"
			     "\"failure-error-code\":\"CODE\",\"additional-info-uri\":\"https://a "
			     "b\"}]"),
		"Harbour Mail|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|"
		"sts quay.example 3/1 {validation-failure=1 CODE https://a b}|" },
};

static void
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

static void
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
static char *
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

static void
test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Report) report = report_body_read(
			(const uint8_t *)rows[i].json, strlen(rows[i].json), NULL, &error);
		g_autofree char *got = report != NULL ? describe(report) : g_strdup(error->message);
		if (strcmp(got, rows[i].want) != 0) {
			g_test_message("%s:\n got %s\nwant %s", rows[i].name, got, rows[i].want);
			g_test_fail();
		}
	}
}

/* ---- what is refused ---- */

static const struct {
	const char *name, *json;
	enum report_error code;
	const char *want; /* in the message */
} refusals[] = {
	{ "empty", "", REPORT_ERROR_ALIEN, "empty" },
	{ "no JSON", "hello", REPORT_ERROR_ALIEN, "neither JSON" },
	{ "an array", "[1]", REPORT_ERROR_ALIEN, "no object" },
	{ "some other object", "{\"name\":\"x\"}", REPORT_ERROR_ALIEN, "no TLS report" },
	{ "A8 epoch integers", DATED("1775088000", "1775174399"), REPORT_ERROR_BROKEN,
		"date-range: start-datetime: no text" },
	{ "A13 reversed", DATED("\"2026-04-03T00:00:00Z\"", "\"2026-04-02T00:00:00Z\""),
		REPORT_ERROR_BROKEN, "ends before it starts" },
	{ "no date at all", DATED("\"yesterday\"", "\"2026-04-02T00:00:00Z\""), REPORT_ERROR_BROKEN,
		"\"yesterday\" is no date" },
	{ "February 30", DATED("\"2026-02-30T00:00:00Z\"", "\"2026-04-02T00:00:00Z\""),
		REPORT_ERROR_BROKEN, "is no date" },
	{ "date-range absent", "{\"report-id\":\"r\",\"organization-name\":\"o\"}",
		REPORT_ERROR_BROKEN, "date-range: absent" },
	{ "A18 raw newline in a string", "{\"report-id\":\"a\nb\"}", REPORT_ERROR_BROKEN,
		"line 1 column 16: raw control" },
	{ "A19 single quotes", "{'report-id':1}", REPORT_ERROR_BROKEN, "line 1 column 2" },
	{ "A19 trailing comma", "{\"policies\":[1,]}", REPORT_ERROR_BROKEN, "column 16" },
	{ "ends in the middle", "{\"policies\":[", REPORT_ERROR_BROKEN, "ends in the middle" },
};

static void
test_refusals(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Report) report = report_body_read(
			(const uint8_t *)refusals[i].json, strlen(refusals[i].json), NULL, &error);
		if (report != NULL || error->code != (int)refusals[i].code ||
			strstr(error->message, refusals[i].want) == NULL) {
			g_test_message("%s: %s", refusals[i].name,
				report != NULL ? "accepted" : error->message);
			g_test_fail();
		}
	}
}

/* ---- caps ---- */

static char *
repeat(const char *text, size_t count)
{
	GString *all = g_string_new(NULL);
	for (size_t i = 0; i < count; i++)
		g_string_append(all, text);
	return g_string_free(all, FALSE);
}

static void
assert_limit(const char *what, const char *json)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Report) report =
		report_body_read((const uint8_t *)json, strlen(json), NULL, &error);
	if (report != NULL || !g_error_matches(error, REPORT_ERROR, REPORT_ERROR_LIMIT))
		g_error("%s: %s", what, report != NULL ? "accepted" : error->message);
}

static void
test_caps(void)
{
	g_autofree char *deep = repeat("[", LIMIT_JSON_DEPTH + 1);
	g_autofree char *many = repeat("0,", LIMIT_JSON_VALUES + 1);
	g_autofree char *policies = repeat("{},", LIMIT_POLICIES + 1);
	g_autofree char *details = repeat("{},", LIMIT_DETAILS + 1);
	g_autofree char *nested = g_strdup_printf("{\"policies\":%s", deep);
	g_autofree char *values = g_strdup_printf("{" HEAD ",\"x\":[%s0]}", many);
	g_autofree char *too_many = g_strdup_printf("{" HEAD ",\"policies\":[%s{}]}", policies);
	g_autofree char *too_detailed =
		g_strdup_printf("{" HEAD ",\"policies\":[{\"failure-details\":[%s{}]}]}", details);
	assert_limit("depth", nested);
	assert_limit("values", values);
	assert_limit("policies", too_many);
	assert_limit("details", too_detailed);

	g_autofree char *spaces = repeat(" ", LIMIT_BODY_BYTES);
	g_autofree char *large = g_strdup_printf("%s{}", spaces);
	assert_limit("body", large);
}

static void
test_long_text(void)
{
	g_autofree char *umlauts = repeat("\xc3\xbc", LIMIT_TEXT_BYTES);
	g_autofree char *json =
		g_strdup_printf("{\"organization-name\":\"x%s\",\"report-id\":\"r\",\"contact-"
				"info\":\"a@b.example\"," RANGE ",\"policies\":[]}",
			umlauts);
	g_autoptr(Report) report =
		report_body_read((const uint8_t *)json, strlen(json), NULL, NULL);
	g_assert_cmpuint(strlen(report->organization), ==, LIMIT_TEXT_BYTES - 1);
	g_assert_true(g_utf8_validate(report->organization, -1, NULL));
	g_assert_cmpstr(report->notes[0], ==, "organization-name: 2049 bytes, cut at 1024");
}

/* ---- context ---- */

static const struct {
	const char *name;
	struct report_context context;
	const char *json, *domain, *policy, *submitter;
} contexts[] = {
	{ "B1 domain from the header", { .header_domain = (char *)"told.example" },
		WITH_POLICY(STS("")), "told.example", "told.example", "harbour.example" },
	{ "B1 domain from the capability URL", { .token_domain = (char *)"told.example" },
		WITH_POLICY(STS("")), "told.example", "told.example", "harbour.example" },
	{ "5.6 the body wins over the header", { .header_domain = (char *)"told.example" },
		WITH_POLICY(STS(QUAY)), "quay.example", "quay.example", "harbour.example" },
	{ "B9 tlsa: the header's domain, not the host", { .header_domain = (char *)"quay.example" },
		WITH_POLICY("{\"policy\":{\"policy-type\":\"tlsa\",\"policy-domain\":\"mx1.quay."
			    "example\"}," SUMMARY("1", "0") "}"),
		"quay.example", "quay.example", "harbour.example" },
	{ "submitter from the wrapping where there is no contact",
		{ .header_submitter = (char *)"post.example" },
		"{\"report-id\":\"r\"," RANGE ",\"policies\":[]}", NULL, NULL, "post.example" },
	{ "the contact's domain wins over the header's",
		{ .header_submitter = (char *)"post.example" }, WITH_POLICY(STS(QUAY)),
		"quay.example", "quay.example", "harbour.example" },
};

static void
test_contexts(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(contexts); i++) {
		g_autoptr(Report) report = report_body_read((const uint8_t *)contexts[i].json,
			strlen(contexts[i].json), &contexts[i].context, NULL);
		const char *policy = report->n_policies > 0 ? report->policies[0].domain : NULL;
		if (g_strcmp0(report->domain, contexts[i].domain) != 0 ||
			g_strcmp0(policy, contexts[i].policy) != 0 ||
			g_strcmp0(report->submitter, contexts[i].submitter) != 0) {
			g_test_message("%s: %s %s %s", contexts[i].name, report->domain, policy,
				report->submitter);
			g_test_fail();
		}
	}
}

/* ---- packing: files of tests/data/reports ---- */

static const struct {
	const char *file, *want; /* a note, or where refused part of the message */
	bool accepted;
} packed[] = {
	{ "gzip.json.gz", NULL, true },
	{ "gzip-with-name.json.gz", NULL, true },
	{ "gzip-two-members.json.gz", NULL, true },
	{ "gzip-junk-after.json.gz", "bytes after the packed ones", true },
	{ "gzip-twice.json.gz", "packed 2 times", true },
	{ "zlib.bin", NULL, true },
	{ "zip.bin", NULL, true },
	{ "zip-stored.bin", NULL, true },
	{ "gzip-truncated.json.gz", "gzip: truncated after 150 bytes", false },
	{ "gzip-bad-crc.json.gz", "gzip: damaged", false },
};

static void
test_packed(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(packed); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *path =
			g_build_filename(g_getenv("TEST_DATA"), "reports", packed[i].file, NULL);
		g_autofree char *bytes = NULL;
		gsize length;
		g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
		g_autoptr(Report) report =
			report_body_read((const uint8_t *)bytes, length, NULL, &error);
		const char *got = report == NULL        ? error->message
				  : report->n_notes > 0 ? report->notes[0]
							: NULL;
		if ((report != NULL) != packed[i].accepted ||
			(packed[i].want == NULL
					? got != NULL
					: got == NULL || strstr(got, packed[i].want) == NULL)) {
			g_test_message("%s: %s", packed[i].file, got);
			g_test_fail();
		}
		if (report != NULL)
			g_assert_cmpstr(report->organization, ==, "Harbour Mail");
	}
}

/* C5: a bomb ends at the cap, whatever it would have become. */
static void
test_bomb(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GConverter) compressor =
		G_CONVERTER(g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9));
	g_autofree char *zeros = g_malloc0(64u << 20);
	g_autofree uint8_t *out = g_malloc(1u << 20);
	gsize read, written;
	g_assert_cmpint(g_converter_convert(compressor, zeros, 64u << 20, out, 1u << 20,
				G_CONVERTER_INPUT_AT_END, &read, &written, NULL),
		==, G_CONVERTER_FINISHED);
	g_assert_null(report_body_read(out, written, NULL, &error));
	g_assert_error(error, REPORT_ERROR, REPORT_ERROR_LIMIT);
	g_assert_cmpstr(error->message, ==, "gzip: over 16 MiB when unpacked");
}

/* Same JSON, other packing: the same report. */
static void
test_digest(void)
{
	static const char json[] = WITH_POLICY(STS(QUAY));
	g_autoptr(Report) plain = report_body_read((const uint8_t *)json, strlen(json), NULL, NULL);
	g_autoptr(Report) other =
		report_body_read((const uint8_t *)json, strlen(json) - 1, NULL, NULL);
	g_assert_nonnull(plain);
	g_assert_null(other);
	g_autoptr(GConverter) compressor =
		G_CONVERTER(g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9));
	uint8_t out[1024];
	gsize read, written;
	g_converter_convert(compressor, json, strlen(json), out, sizeof out,
		G_CONVERTER_INPUT_AT_END, &read, &written, NULL);
	g_autoptr(Report) gzip = report_body_read(out, written, NULL, NULL);
	g_assert_cmpmem(plain->digest, REPORT_DIGEST_BYTES, gzip->digest, REPORT_DIGEST_BYTES);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/report/rows", test_rows);
	g_test_add_func("/report/refusals", test_refusals);
	g_test_add_func("/report/caps", test_caps);
	g_test_add_func("/report/long-text", test_long_text);
	g_test_add_func("/report/contexts", test_contexts);
	g_test_add_func("/report/packed", test_packed);
	g_test_add_func("/report/bomb", test_bomb);
	g_test_add_func("/report/digest", test_digest);
	return g_test_run();
}
