/* The envelope of reports, whom they are from and about.  Names of rows begin with the item of the
   field notes that a row is about. */
#include "ingest/report_json.h"

#include "tests/unit/report_text.h"

static const struct report_row rows[] = {
	{ "A1 contact null",
		"{\"organization-name\":\"o\",\"contact-info\":null,\"report-id\":\"r\"," RANGE
		",\"policies\":[" STS(QUAY) "]}",
		"o|-|r|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|sts quay.example "
		"3/0|contact-info: absent" },
	{ "A2 organization null stays absent",
		"{\"organization-name\":null,\"contact-info\":\"a@b.example\",\"report-id\":"
		"\"r\"," RANGE ",\"policies\":[" STS(QUAY) "]}",
		"-|b.example|r|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|sts quay.example "
		"3/0|organization-name: absent" },
	{ "A2 organization empty stays absent",
		"{\"organization-name\":\"\",\"contact-info\":\"a@b.example\",\"report-id\":"
		"\"r\"," RANGE ",\"policies\":[" STS(QUAY) "]}",
		"-|b.example|r|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|sts quay.example "
		"3/0|organization-name: absent" },
	{ "A3 report-id a number",
		"{\"organization-name\":\"o\",\"contact-info\":\"a@b.example\",\"report-id\":"
		"17," RANGE ",\"policies\":[" STS(QUAY) "]}",
		"o|b.example|17|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|sts quay.example "
		"3/0|report-id: a number" },
	{ "A7 no zone", DATED("\"2026-04-02T00:00:00\"", "\"2026-04-02T23:59:59\""),
		O "sts quay.example 3/0|date-range: no time zone, UTC assumed" },
	{ "A8 fractions, offset, lower case",
		DATED("\"2026-04-02t02:00:00.000+02:00\"", "\"2026-04-02 23:59:59z\""),
		O "sts quay.example 3/0|" },
	{ "A8 date only", DATED("\"2026-04-02\"", "\"2026-04-03\""),
		"o|b.example|r|2026-04-02T00:00:00Z|2026-04-03T00:00:00Z|sts quay.example "
		"3/0|date-range: a date without time" },
	{ "A8 leap second", DATED("\"2026-04-02T00:00:00Z\"", "\"2026-04-02T23:59:60Z\""),
		O "sts quay.example 3/0|date-range: a leap second" },
	{ "A10 a week", DATED("\"2026-04-02T00:00:00Z\"", "\"2026-04-08T23:59:59Z\""),
		"o|b.example|r|2026-04-02T00:00:00Z|2026-04-08T23:59:59Z|sts quay.example "
		"3/0|date-range: covers 167 hours" },
	{ "A14 policies empty", "{" HEAD ",\"policies\":[]}", HARBOUR "|policies: none" },
	{ "A14 policies null", "{" HEAD ",\"policies\":null}", HARBOUR "|policies: none" },
	{ "A14 policies an object", "{" HEAD ",\"policies\":" STS(QUAY) "}",
		HARBOUR "sts quay.example 3/0|policies: an object, taken as an array of it" },
	{ "A14 draft -02: one policy at the top",
		"{" HEAD ",\"policy\":{\"policy-type\":\"sts\"" QUAY "}," SUMMARY("1", "0") "}",
		HARBOUR "sts quay.example 1/0|policy: at the top, taken as the only one" },
	{ "A15 byte order mark, CRLF, NULs behind",
		"\xef\xbb\xbf{\r\n" HEAD ",\r\n\"policies\":[" STS(QUAY) "]}\r\n",
		HARBOUR "sts quay.example 3/0|a byte order mark" },
	{ "A15 the first of two documents", WITH_POLICY(STS(QUAY)) "{\"policies\":[]}",
		HARBOUR "sts quay.example 3/0|bytes after the JSON" },
	{ "A16 a member twice: the last",
		"{\"report-id\":\"first\"," HEAD ",\"policies\":[" STS(QUAY) "]}",
		HARBOUR "sts quay.example 3/0|report-id: given twice, the last one taken" },
	{ "A16 bytes that are no UTF-8",
		"{\"organization-name\":\"H\xff\",\"contact-info\":\"a@b.example\",\"report-id\":"
		"\"r\"," RANGE ",\"policies\":[" STS(QUAY) "]}",
		"H\xef\xbf\xbd|b.example|r|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|sts "
		"quay.example 3/0|bytes that are not UTF-8" },
	{ "A16 NUL and a lone surrogate",
		"{\"organization-name\":\"a\\u0000b\\ud800c\",\"contact-info\":\"a@b.example\","
		"\"report-id\":\"r\"," RANGE ",\"policies\":[" STS(QUAY) "]}",
		"a\xef\xbf\xbd"
		"b\xef\xbf\xbd"
		"c|b.example|r|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|sts quay.example "
		"3/0|escapes that are no characters" },
	{ "A17 unknown members are left aside",
		"{\"x\":[{}]," HEAD ",\"policies\":[" STS(QUAY) "]}",
		HARBOUR "sts quay.example 3/0|" },
	{ "A2 B1 nothing tells whom it is from or about",
		"{\"report-id\":\"r\"," RANGE ",\"policies\":[" STS("") "]}",
		"-|-|r|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|sts ? 3/0|organization-name: "
		"absent; contact-info: absent; policies[0]: policy-domain from nowhere" },
	{ "A3 report-id of any form",
		HEADED("\"organization-name\":\"o\",\"contact-info\":\"a@b.example\",\"report-id\":"
		       "\" 133198585438131172+ \""),
		"o|b.example| 133198585438131172+ |2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|sts "
		"quay.example 3/0|" },
	{ "A3 report-id a number that a double cannot hold",
		HEADED("\"organization-name\":\"o\",\"contact-info\":\"a@b.example\",\"report-id\":"
		       "133198585438131172"),
		"o|b.example|133198585438131172|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|sts "
		"quay.example 3/0|numbers too long for a double, taken as text" },
	{ "A3 report-id neither text nor number: made from the content",
		"{\"organization-name\":\"o\",\"contact-info\":\"a@b.example\",\"report-id\":[1],"
		"\"date-range\":{\"start-datetime\":\"2026-04-02T00:00:00Z\",\"end-datetime\":"
		"\"2026-04-02T23:59:59Z\"},\"policies\":[]}",
		"o|b.example|sha256:ed55a041042717ff3fb67c3e1e7c2d9e|2026-04-02T00:00:00Z|"
		"2026-04-02T23:59:59Z||report-id: not text, ignored; report-id: absent, made from "
		"the content; policies: none" },
	{ "A9 an end at midnight is kept as sent",
		DATED("\"2026-04-02T00:00:00Z\"", "\"2026-04-03T00:00:00Z\""),
		"o|b.example|r|2026-04-02T00:00:00Z|2026-04-03T00:00:00Z|sts quay.example 3/0|" },
	{ "A10 36 hours are no reason for a note",
		DATED("\"2026-04-02T00:00:00Z\"", "\"2026-04-03T12:00:00Z\""),
		"o|b.example|r|2026-04-02T00:00:00Z|2026-04-03T12:00:00Z|sts quay.example 3/0|" },
	{ "A13 a future far away is the store's to judge",
		DATED("\"2199-01-01T00:00:00Z\"", "\"2199-01-01T23:59:59Z\""),
		"o|b.example|r|2199-01-01T00:00:00Z|2199-01-01T23:59:59Z|sts quay.example 3/0|" },
	{ "A14 policies absent", "{" HEAD "}", HARBOUR "|policies: none" },
	{ "A14 policies of another type", "{" HEAD ",\"policies\":\"none\"}",
		HARBOUR "|policies: none" },
	{ "A14 elements that are no objects invent no policy",
		WITH_POLICY("null,7," STS(QUAY) ",[]"),
		HARBOUR "sts quay.example 3/0|policies: elements that are no objects, ignored" },
	{ "A15 any order of members, minified",
		"{\"policies\":[" STS(QUAY) "],\"report-id\":\"r\"," RANGE ",\"contact-info\":"
					    "\"a@b.example\",\"organization-name\":\"o\"}",
		O "sts quay.example 3/0|" },
	{ "A16 a member twice, the last one null",
		"{" HEAD ",\"organization-name\":null,\"policies\":[" STS(QUAY) "]}",
		"-|harbour.example|r1|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|sts quay.example "
		"3/0|organization-name: given twice, the last one taken; organization-name: "
		"absent" },
	{ "A16 a date twice", "{\"date-range\":1," HEAD ",\"policies\":[" STS(QUAY) "]}",
		HARBOUR "sts quay.example 3/0|date-range: given twice, the last one taken" },
	{ "A18 spaces in a URI",
		DETAILS("1", "[{\"result-type\":\"certificate-expired\",\"failed-session-count\":1,"
			     "\"additional-information\":\"https://harbour.example / x\"}]"),
		HARBOUR
		"sts quay.example 3/1 {certificate-expired=1 https://harbour.example / x}|" },
	{ "a contact that is no address",
		HEADED("\"organization-name\":\"o\",\"contact-info\":\"call "
		       "us\",\"report-id\":\"r\""),
		"o|-|r|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|sts quay.example 3/0|" },
	{ "a contact with a display name",
		HEADED("\"organization-name\":\"o\",\"contact-info\":\"TLS <tls@B.Example.>\","
		       "\"report-id\":\"r\""),
		O "sts quay.example 3/0|" },
	{ "a text of another type",
		HEADED("\"organization-name\":true,\"contact-info\":\"a@b.example\",\"report-id\":"
		       "\"r\""),
		"-|b.example|r|2026-04-02T00:00:00Z|2026-04-02T23:59:59Z|sts quay.example 3/0|"
		"organization-name: not text, ignored; organization-name: absent" },
};

static void
test_rows(void)
{
	try_report_rows(rows, G_N_ELEMENTS(rows));
}

/* ---- context ---- */

static const struct {
	const char *name;
	struct report_context context;
	const char *json, *domain, *policy, *submitter;
	const char *note; /* NULL: none */
} contexts[] = {
	{ "B1 domain from the header", { .header_domain = (char *)"told.example" },
		WITH_POLICY(STS("")), "told.example", "told.example", "harbour.example",
		"policies[0]: policy-domain from context" },
	{ "B1 domain from the capability URL", { .token_domain = (char *)"told.example" },
		WITH_POLICY(STS("")), "told.example", "told.example", "harbour.example",
		"policies[0]: policy-domain from context" },
	{ "5.6 the body wins over the header", { .header_domain = (char *)"told.example" },
		WITH_POLICY(STS(QUAY)), "quay.example", "quay.example", "harbour.example" },
	{ "B9 tlsa: the header's domain, not the host", { .header_domain = (char *)"quay.example" },
		WITH_POLICY("{\"policy\":{\"policy-type\":\"tlsa\",\"policy-domain\":\"mx1.quay."
			    "example\"}," SUMMARY("1", "0") "}"),
		"quay.example", "quay.example", "harbour.example" },
	{ "submitter from the wrapping where there is no contact",
		{ .header_submitter = (char *)"post.example" },
		"{\"report-id\":\"r\"," RANGE ",\"policies\":[]}", NULL, NULL, "post.example",
		"policies: none" },
	{ "B1 header before Subject, file name and token",
		{ .header_domain = (char *)"one.example",
			.subject_domain = (char *)"two.example",
			.file_domain = (char *)"three.example",
			.token_domain = (char *)"four.example" },
		WITH_POLICY(STS("")), "one.example", "one.example", "harbour.example",
		"policies[0]: policy-domain from context" },
	{ "B1 Subject before file name",
		{ .subject_domain = (char *)"two.example", .file_domain = (char *)"three.example" },
		WITH_POLICY(STS("")), "two.example", "two.example", "harbour.example",
		"policies[0]: policy-domain from context" },
	{ "B9 tlsa with the domain that another word names",
		{ .header_domain = (char *)"pier.example", .file_domain = (char *)"quay.example" },
		WITH_POLICY(
			"{\"policy\":{\"policy-type\":\"tlsa\"" QUAY "}," SUMMARY("1", "0") "}"),
		"quay.example", "quay.example", "harbour.example", NULL },
	{ "B9 several domains: the one that the header names",
		{ .header_domain = (char *)"quay.example" },
		WITH_POLICY(STS(",\"policy-domain\":\"pier.example\"") "," STS(QUAY)),
		"quay.example", "pier.example", "harbour.example", NULL },
	{ "B9 several domains, the first without a name", { 0 },
		WITH_POLICY(STS("") "," STS(",\"policy-domain\":\"pier.example\"") "," STS(QUAY)),
		"pier.example", NULL, "harbour.example",
		"policies[0]: policy-domain from nowhere" },
	{ "A14 no policies: the header's domain", { .header_domain = (char *)"quay.example" },
		"{" HEAD ",\"policies\":[]}", "quay.example", NULL, "harbour.example",
		"policies: none" },
	{ "a submitter of the contact's organization needs no note",
		{ .header_submitter = (char *)"harbour.example" },
		"{\"organization-name\":\"o\",\"contact-info\":\"tls@corp.harbour.example\","
		"\"report-id\":\"r\"," RANGE ",\"policies\":[" STS(QUAY) "]}",
		"quay.example", "quay.example", "corp.harbour.example", NULL },
	{ "the contact's domain wins over the header's",
		{ .header_submitter = (char *)"post.example" }, WITH_POLICY(STS(QUAY)),
		"quay.example", "quay.example", "harbour.example",
		"contact-info is of harbour.example, the wrapping names post.example as "
		"submitter" },
};

static void
test_contexts(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(contexts); i++) {
		g_autoptr(Report) report = report_body_read((const uint8_t *)contexts[i].json,
			strlen(contexts[i].json), &contexts[i].context, NULL);
		const char *policy = report->n_policies > 0 ? report->policies[0].domain : NULL;
		const char *note = report->n_notes > 0 ? report->notes[report->n_notes - 1] : NULL;
		if (g_strcmp0(report->domain, contexts[i].domain) != 0 ||
			g_strcmp0(policy, contexts[i].policy) != 0 ||
			g_strcmp0(report->submitter, contexts[i].submitter) != 0 ||
			g_strcmp0(note, contexts[i].note) != 0)
			FAIL("%s: %s %s %s, %s", contexts[i].name, report->domain, policy,
				report->submitter, note);
	}
}

/* ---- file names ---- */

static const struct {
	const char *name, *file, *want; /* the note; NULL: none */
} files[] = {
	{ "A11 one hour off", "harbour.example!quay.example!1775084400!1775170799!1.json",
		"date-range: -1 hours off the file name: local time taken for UTC?" },
	{ "A11 the same instants", "harbour.example!quay.example!1775088000!1775174399!1.json",
		NULL },
	{ "A11 some seconds off", "harbour.example!quay.example!1775088001!1775174399!1.json",
		NULL },
	{ "A11 days off: no zone", "harbour.example!quay.example!1774915200!1775001599!1.json",
		NULL },
	{ "A11 no instants", "harbour.example!quay.example!from!to!1.json", NULL },
};

static void
test_files(void)
{
	static const char json[] = WITH_POLICY(STS(QUAY));
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		struct report_context context = { 0 };
		report_context_file_name(&context, files[i].file);
		g_autoptr(Report) report =
			report_body_read((const uint8_t *)json, strlen(json), &context, NULL);
		const char *note = report->n_notes > 0 ? report->notes[0] : NULL;
		if (g_strcmp0(note, files[i].want) != 0)
			FAIL("%s: %s", files[i].name, note);
		report_context_clear(&context);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/report-json/rows", test_rows);
	g_test_add_func("/report-json/contexts", test_contexts);
	g_test_add_func("/report-json/files", test_files);
	return g_test_run();
}
