/* Policies, summaries and failure details as senders write them.  Names of rows begin with the item
   of the field notes that a row is about. */
#include "ingest/report_policy_json.h"

#include "tests/unit/report_text.h"

static const struct report_row rows[] = {
	{ "B1 no policy-domain anywhere", WITH_POLICY(STS("")),
		HARBOUR "sts ? 3/0|policies[0]: policy-domain from nowhere" },
	{ "B1 policy-domain from the other policies", WITH_POLICY(STS("") "," STS(QUAY)),
		HARBOUR "sts quay.example 3/0; sts quay.example 3/0|policies[0]: policy-domain "
			"from the other policies" },
	{ "B2 policy-string one text",
		WITH_POLICY(STS(QUAY ",\"policy-string\":\"a: b\\r\\nc: d\\r\\n\"")),
		HARBOUR "sts quay.example 3/0 [a: b][c: d]|policies[0]: policy-string: one string, "
			"not an array" },
	{ "B3 lines trimmed, empty ones dropped",
		WITH_POLICY(STS(
			QUAY ",\"policy-string\":[\"mode: enforce\\r\",\"mx: a.example \",\"\"]")),
		HARBOUR "sts quay.example 3/0 [mode: enforce][mx: a.example]|" },
	{ "B4 an array packed in a string",
		WITH_POLICY(
			"{\"policy\":{\"policy-type\":\"tlsa\"" QUAY
			",\"policy-string\":[\"[\\\"3 1 1 AB\\\",\\\"2 1 1 cd\\\"]\"]}," SUMMARY(
				"1", "0") "}"),
		HARBOUR
		"tlsa quay.example 1/0 [3 1 1 AB][2 1 1 cd]|policies[0]: policy-string: an array "
		"packed in a string; policies[0]: policy-domain quay.example may be an MX host" },
	{ "B4 TLSA records behind semicolons",
		WITH_POLICY("{\"policy\":{\"policy-type\":\"tlsa\"" QUAY
			    ",\"policy-string\":[\"3 1 1 AB; 2 1 1 CD\"]}," SUMMARY("1", "0") "}"),
		HARBOUR "tlsa quay.example 1/0 [3 1 1 AB][2 1 1 CD]|policies[0]: policy-domain "
			"quay.example may be an MX host" },
	{ "B6 mx-host as text with mx:",
		WITH_POLICY(STS(QUAY ",\"mx-host\":\"mx: *.Quay.Example.\"")),
		HARBOUR "sts quay.example 3/0 <*.quay.example>|policies[0]: mx-host: \"mx:\" "
			"before the name" },
	{ "B6 mx-host-pattern",
		WITH_POLICY(STS(QUAY ",\"mx-host-pattern\":[\"a.example\",\"b.example\"]")),
		HARBOUR "sts quay.example 3/0 <a.example><b.example>|" },
	{ "B6 mx-host null", WITH_POLICY(STS(QUAY ",\"mx-host\":null")),
		HARBOUR "sts quay.example 3/0|" },
	{ "B7 type in capitals, unknown type kept",
		WITH_POLICY("{\"policy\":{\"policy-type\":\"STS\"" QUAY
			    "}," SUMMARY("1", "0") "},{\"policy\":{\"policy-type\":\"Other\"" QUAY
						   "}," SUMMARY("1", "0") "}"),
		HARBOUR "sts quay.example 1/0; other quay.example 1/0|policies[1]: policy-type "
			"\"other\" kept as text" },
	{ "B8 policy-domain in capitals with a dot",
		WITH_POLICY(STS(",\"policy-domain\":\"Quay.Example.\"")),
		HARBOUR "sts quay.example 3/0|" },
	{ "B8 policy-domain as U-label",
		WITH_POLICY(STS(",\"policy-domain\":\"B\\u00fccher.example\"")),
		HARBOUR
		"sts xn--bcher-kva.example 3/0|policies[0]: policy-domain: not in A-labels" },
	{ "B9 tlsa names the MX host: filed under the domain of the others",
		WITH_POLICY(STS(QUAY) ",{\"policy\":{\"policy-type\":\"tlsa\",\"policy-domain\":"
				      "\"mx1.quay.example\"}," SUMMARY("2", "0") "}"),
		HARBOUR "sts quay.example 3/0; tlsa mx1.quay.example@quay.example 2/0|" },
	{ "B11 counts absent",
		WITH_POLICY("{\"policy\":{\"policy-type\":\"sts\"" QUAY
			    "},\"summary\":{\"total-successful-session-count\":4}}"),
		HARBOUR "sts quay.example 4/0|policies[0]: total-failure-session-count: absent" },
	{ "B11 summary absent", WITH_POLICY("{\"policy\":{\"policy-type\":\"sts\"" QUAY "}}"),
		HARBOUR "sts quay.example 0/0|policies[0]: summary: absent" },
	{ "B11 counts as digits and whole floats",
		WITH_POLICY("{\"policy\":{\"policy-type\":\"sts\"" QUAY
			    "}," SUMMARY("\"12\"", "2.0") "}"),
		HARBOUR "sts quay.example 12/2|policies[0]: total-successful-session-count: digits "
			"in a string" },
	{ "B11 negative and beyond measure",
		WITH_POLICY("{\"policy\":{\"policy-type\":\"sts\"" QUAY
			    "}," SUMMARY("-3", "1e309") "}"),
		HARBOUR
		"sts quay.example 0/0|policies[0]: total-successful-session-count: -3 is no count, "
		"ignored; policies[0]: total-failure-session-count: inf is no count, ignored" },
	{ "B12 details null", DETAILS("0", "null"), HARBOUR "sts quay.example 3/0|" },
	{ "B12 details an object",
		DETAILS("2",
			"{\"result-type\":\"certificate-expired\",\"failed-session-count\":2}"),
		HARBOUR "sts quay.example 3/2 {certificate-expired=2}|policies[0]: "
			"failure-details: an object, taken as an array of it" },
	{ "B13 details and summary differ",
		DETAILS("1",
			"[{\"result-type\":\"certificate-expired\",\"failed-session-count\":2}]"),
		HARBOUR "sts quay.example 3/1 {certificate-expired=2}|policies[0]: failure-details "
			"add up to 2 sessions, the summary says 1" },
	{ "B15 B16 empty and null fields are absent",
		DETAILS("1", "[{\"result-type\":\"certificate-expired\",\"failed-session-count\":1,"
			     "\"sending-mta-ip\":\"\",\"receiving-ip\":null,\"receiving-mx-helo\":"
			     "\"\"}]"),
		HARBOUR "sts quay.example 3/1 {certificate-expired=1}|" },
	{ "B17 result type absent, unknown, in capitals",
		DETAILS("3", "[{\"failed-session-count\":1},{\"result-type\":\"brand-new\","
			     "\"failed-session-count\":1},{\"result-type\":\"TLSA-Invalid\","
			     "\"failed-session-count\":1}]"),
		HARBOUR
		"sts quay.example 3/3 {unknown=1}{brand-new=1}{tlsa-invalid=1}|policies[0]: "
		"failure-details: result-type: absent; policies[0]: failure-details: result-type "
		"\"brand-new\" kept as text" },
	{ "B18 failed-session-count absent",
		DETAILS("1", "[{\"result-type\":\"certificate-expired\"}]"),
		HARBOUR "sts quay.example 3/1 {certificate-expired=?}|policies[0]: "
			"failure-details: failed-session-count: absent" },
	{ "B20 names and addresses in one form",
		DETAILS("1", "[{\"result-type\":\"certificate-expired\",\"failed-session-count\":1,"
			     "\"receiving-mx-hostname\":\"MX1.Quay.Example.\",\"receiving-ip\":"
			     "\"2001:db8:abcd:0012::1\"}]"),
		HARBOUR "sts quay.example 3/1 {certificate-expired=1 mx1.quay.example "
			"2001:db8:abcd:12::1}|" },
	{ "B15 text that is no address is kept",
		DETAILS("1", "[{\"result-type\":\"certificate-expired\",\"failed-session-count\":1,"
			     "\"receiving-ip\":\"x.x.x.x\"}]"),
		HARBOUR "sts quay.example 3/1 {certificate-expired=1 x.x.x.x}|policies[0]: "
			"failure-details: receiving-ip: no address, kept as text" },
	{ "B21 B22 old names of members",
		DETAILS("1", "[{\"result-type\":\"validation-failure\",\"failed-session-count\":1,"
			     "\"failure-error-code\":\"CODE\",\"additional-info-uri\":\"https://a "
			     "b\"}]"),
		HARBOUR "sts quay.example 3/1 {validation-failure=1 CODE https://a b}|" },
	{ "B2 policy-string [], then \"\"",
		WITH_POLICY(
			STS(QUAY ",\"policy-string\":[]") "," STS(QUAY ",\"policy-string\":\"\"")),
		HARBOUR "sts quay.example 3/0; sts quay.example 3/0|" },
	{ "B2 policy-string with elements of other types",
		WITH_POLICY(STS(QUAY ",\"policy-string\":[\"a: b\",null,7]")),
		HARBOUR
		"sts quay.example 3/0 [a: b]|policies[0]: policy-string: not text, ignored" },
	{ "B4 a packed array in one string",
		WITH_POLICY("{\"policy\":{\"policy-type\":\"tlsa\"" QUAY
			    ",\"policy-string\":\"[\\\"3 1 1 AB\\\"]\"}," SUMMARY("1", "0") "}"),
		HARBOUR "tlsa quay.example 1/0 [3 1 1 AB]|policies[0]: policy-string: one string, "
			"not an array; policies[0]: policy-string: an array packed in a string; "
			"policies[0]: policy-domain quay.example may be an MX host" },
	{ "B4 what only begins like a packed array",
		WITH_POLICY(STS(QUAY ",\"policy-string\":[\"[3 1 1 AB\"]")),
		HARBOUR "sts quay.example 3/0 [[3 1 1 AB]|" },
	{ "B6 mx-host an array, the pattern beside it ignored",
		WITH_POLICY(STS(QUAY ",\"mx-host\":[\"A.Example\",\"not a name\"],"
				     "\"mx-host-pattern\":\"b.example\"")),
		HARBOUR "sts quay.example 3/0 <a.example><not a name>|" },
	{ "B7 policy-type absent, null, a number",
		WITH_POLICY("{\"policy\":{\"policy-domain\":\"quay.example\"}," SUMMARY("1",
			"0") "},{\"policy\":{\"policy-type\":5" QUAY "}," SUMMARY("1", "0") "}"),
		HARBOUR
		"unknown quay.example 1/0; 5 quay.example 1/0|policies[0]: policy-type: "
		"absent; policies[1]: policy-type: a number; policies[1]: policy-type \"5\" "
		"kept as text" },
	{ "B8 policy-domain that is no name", WITH_POLICY(STS(",\"policy-domain\":\"192.0.2.1\"")),
		HARBOUR "sts ? 3/0|policies[0]: policy-domain \"192.0.2.1\" is no domain name; "
			"policies[0]: policy-domain from nowhere" },
	{ "B9 several domains: none is lent to the nameless",
		WITH_POLICY(STS("") "," STS(QUAY) "," STS(",\"policy-domain\":\"pier.example\"")),
		HARBOUR "sts ? 3/0; sts quay.example 3/0; sts pier.example 3/0|policies[0]: "
			"policy-domain from nowhere" },
	{ "B10 the same sessions under sts and tlsa stay apart",
		WITH_POLICY("{\"policy\":{\"policy-type\":\"sts\"" QUAY
			    "}," SUMMARY("7", "0") "},{\"policy\":{\"policy-type\":\"tlsa\"" QUAY
						   "}," SUMMARY("7", "0") "}"),
		HARBOUR "sts quay.example 7/0; tlsa quay.example 7/0|" },
	{ "B11 counts beyond 2^63, with a fraction, of other types",
		WITH_POLICY("{\"policy\":{\"policy-type\":\"sts\"" QUAY "}," SUMMARY(
			"18446744073709551616", "0.5") "},{\"policy\":{\"policy-type\":\"sts\"" QUAY
						       "}," SUMMARY("\"3 or so\"", "[1]") "}"),
		HARBOUR "sts quay.example 0/0; sts quay.example 0/0|numbers too long for a double, "
			"taken as text; policies[0]: total-successful-session-count: no count, "
			"ignored; policies[0]: total-failure-session-count: 0.5 is no count, "
			"ignored; policies[1]: total-successful-session-count: no count, ignored; "
			"policies[1]: total-failure-session-count: no count, ignored" },
	{ "B11 the largest count there is",
		WITH_POLICY("{\"policy\":{\"policy-type\":\"sts\"" QUAY
			    "}," SUMMARY("9223372036854775807", "null") "}"),
		HARBOUR "sts quay.example 9223372036854775807/0|numbers too long for a double, "
			"taken as text; policies[0]: total-successful-session-count: digits in a "
			"string; policies[0]: total-failure-session-count: absent" },
	{ "B12 details [] and of another type",
		WITH_POLICY("{\"policy\":{\"policy-type\":\"sts\"" QUAY "}," SUMMARY("3",
			"0") ",\"failure-details\":[]},{\"policy\":{\"policy-type\":\"sts\"" QUAY
			     "}," SUMMARY("3", "0") ",\"failure-details\":\"none\"}"),
		HARBOUR
		"sts quay.example 3/0; sts quay.example 3/0|policies[1]: failure-details: no "
		"array, ignored" },
	{ "B12 elements that are no objects invent no failure", DETAILS("0", "[null,\"x\",[]]"),
		HARBOUR "sts quay.example 3/0|policies[0]: failure-details: elements that are no "
			"objects, ignored" },
	{ "B13 failures without details",
		WITH_POLICY("{\"policy\":{\"policy-type\":\"sts\"" QUAY "}," SUMMARY("3", "9") "}"),
		HARBOUR "sts quay.example 3/9|" },
	{ "B14 no more than type and count",
		DETAILS("2",
			"[{\"result-type\":\"sts-policy-fetch-error\",\"failed-session-count\":"
			"2}]"),
		HARBOUR "sts quay.example 3/2 {sts-policy-fetch-error=2}|" },
	{ "B18 a count that is none",
		DETAILS("1",
			"[{\"result-type\":\"certificate-expired\",\"failed-session-count\":-1}"
			"]"),
		HARBOUR
		"sts quay.example 3/1 {certificate-expired=?}|policies[0]: failure-details: "
		"failed-session-count: -1 is no count, ignored" },
	{ "B19 the whole EHLO reply",
		DETAILS("1", "[{\"result-type\":\"certificate-expired\",\"failed-session-count\":1,"
			     "\"receiving-mx-helo\":\"250-mx1\\r\\n250 SIZE\"}]"),
		HARBOUR "sts quay.example 3/1 {certificate-expired=1 250-mx1\r\n250 SIZE}|" },
	{ "B20 addresses of both families and one in the other",
		DETAILS("1", "[{\"result-type\":\"certificate-expired\",\"failed-session-count\":1,"
			     "\"sending-mta-ip\":\" 192.0.2.1 \",\"receiving-ip\":"
			     "\"::FFFF:192.0.2.2\"}]"),
		HARBOUR
		"sts quay.example 3/1 {certificate-expired=1 192.0.2.1 ::ffff:192.0.2.2}|" },
	{ "B20 a host that is no name stays text",
		DETAILS("1", "[{\"result-type\":\"certificate-expired\",\"failed-session-count\":1,"
			     "\"receiving-mx-hostname\":\"[192.0.2.1]\"}]"),
		HARBOUR "sts quay.example 3/1 {certificate-expired=1 [192.0.2.1]}|" },
	{ "B21 B22 new names before old ones",
		DETAILS("1", "[{\"result-type\":\"validation-failure\",\"failed-session-count\":1,"
			     "\"failure-error-code\":\"OLD\",\"failure-reason-code\":\"say "
			     "\\\"new\\\"\",\"additional-info-uri\":\"old\","
			     "\"additional-information\":\"new\"}]"),
		HARBOUR "sts quay.example 3/1 {validation-failure=1 say \"new\" new}|" },
	{ "B23 hostile text is kept as it is: escaping is for outputs",
		DETAILS("1", "[{\"result-type\":\"certificate-expired\",\"failed-session-count\":1,"
			     "\"failure-reason-code\":\"=1+1\\u001b[2J\\u202e<script>\"}]"),
		HARBOUR "sts quay.example 3/1 {certificate-expired=1 "
			"=1+1\x1b[2J\xe2\x80\xae<script>}|" },
};

static void
test_rows(void)
{
	try_report_rows(rows, G_N_ELEMENTS(rows));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/report-policy-json/rows", test_rows);
	return g_test_run();
}
