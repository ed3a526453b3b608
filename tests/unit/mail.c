/* Messages to reports: the files of tests/data/messages, by name. */
#include "ingest/mail.h"

#include <string.h>

#include "ingest/limits.h"
#include "ingest/report_body.h"
#include "tests/unit/row.h"

static const struct {
	const char *file;
	const char
		*want; /* "domain submitter trust" of each report, "!why" of what cannot be read */
} rows[] = {
	{ "report.eml", "quay.example harbour.example mail" },
	{ "signed-by-header.eml", "quay.example harbour.example dkim" },
	{ "forged-header-below.eml", "quay.example harbour.example mail" },
	{ "partial-signature.eml", "quay.example harbour.example mail" },
	{ "mixed-octet-stream.eml", "quay.example harbour.example mail" },
	{ "json-inline-text.eml", "quay.example harbour.example mail" },
	{ "application-json-qp.eml", "quay.example harbour.example mail" },
	{ "toplevel-gzip.eml", "quay.example harbour.example mail" },
	{ "toplevel-json.eml", "quay.example harbour.example mail" },
	{ "no-padding-long-line.eml", "quay.example harbour.example mail" },
	{ "garbage-in-base64.eml", "quay.example harbour.example mail" },
	{ "no-closing-boundary.eml", "quay.example harbour.example mail" },
	{ "two-reports.eml",
		"quay.example harbour.example mail; pier.example harbour.example mail" },
	{ "forwarded.eml", "quay.example harbour.example mail" },
	{ "rfc2231-rfc2047.eml", "quay.example harbour.example mail" },
	{ "no-domain-in-body.eml", "quay.example harbour.example mail" },
	{ "crlf.eml", "quay.example harbour.example mail" },
	{ "from-line.eml", "quay.example harbour.example mail" },
	{ "list-wrapped.eml", "quay.example harbour.example mail" },
	{ "bare.gz", "quay.example harbour.example mail" },
	{ "broken-gzip.eml", "!gzip: truncated after 150 bytes" },
	{ "ordinary.eml", "" },
	{ "ordinary-with-zip.eml", "" },
	{ "empty-boundary.eml", "" },
	{ "nested.eml", "" },
};

static GBytes *
load(const char *file)
{
	g_autofree char *path = g_build_filename(g_getenv("TEST_DATA"), "messages", file, NULL);
	char *bytes;
	gsize length;
	g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
	return g_bytes_new_take(bytes, length);
}

static char *
describe(const GPtrArray *arrivals)
{
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < arrivals->len; i++) {
		const struct arrival *arrival = g_ptr_array_index(arrivals, i);
		g_string_append(text, i > 0 ? "; " : "");
		if (arrival->report != NULL)
			g_string_append_printf(text, "%s %s %s", arrival->report->domain,
				arrival->report->submitter, trust_name(arrival->trust));
		else
			g_string_append_printf(text, "!%s", arrival->failure->message);
	}
	return g_string_free(text, FALSE);
}

/* ---- messages built here ---- */

#define BODY_OF(submitter, domain)                                                                 \
	"{\"organization-name\":\"Harbour\",\"report-id\":\"r\",\"contact-info\":"                 \
	"\"x@" submitter "\",\"date-range\":{\"start-datetime\":\"2026-04-02T00:00:00Z\","         \
	"\"end-datetime\":\"2026-04-02T23:59:59Z\"},\"policies\":[{\"policy\":{\"policy-type\":"   \
	"\"sts\"" domain "},\"summary\":{\"total-successful-session-count\":1}}]}\n"
#define BODY(domain) BODY_OF("harbour.example", domain)
#define STRANGE BODY_OF("pier.example", ",\"policy-domain\":\"quay.example\"")
#define REPORT BODY(",\"policy-domain\":\"quay.example\"")
#define UNSAID BODY("")
#define PASS "Authentication-Results: mx.example.net; dkim=pass header.d=harbour.example\n"
#define FROM "From: tls@harbour.example\n"
#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
#define FINE "quay.example harbour.example mail"
#define TRUSTED "quay.example harbour.example dkim"

static const struct {
	const char *name, *message, *want;
} built[] = {
	{ "nothing", "", "" },
	{ "an empty line and a bare report", "\n" REPORT, FINE },
	{ "application/tlsrpt", FROM "Content-Type: application/tlsrpt\n\n" REPORT, FINE },
	{ "application/octet-stream", FROM "Content-Type: application/octet-stream\n\n" REPORT,
		FINE },
	{ "no type at all", FROM "\n" REPORT, FINE },
	{ "a type ending in a semicolon",
		FROM "Content-Type: application/tlsrpt+json; \n name=\"x\"\n\n" REPORT, FINE },
	{ "a type that is none", FROM "Content-Type: ;;;\n\n" REPORT, FINE },
	{ "an invalid date", FROM "Date: Fri, May 09 2017\n\n" REPORT, FINE },
	{ "encoding in capitals", FROM "CONTENT-TRANSFER-ENCODING: QUOTED-PRINTABLE\n\n" REPORT,
		FINE },
	{ "header names in odd case", FROM "tls-report-DOMAIN: quay.example\n\n" UNSAID, FINE },
	{ "domain in a folded Subject",
		FROM "Subject: Fwd: Report Domain: quay.example Submitter:\n harbour.example\n"
		     " Report-ID:\n <x@y>\n\n" UNSAID,
		FINE },
	{ "domain in an encoded header",
		FROM "TLS-Report-Domain: =?utf-8?q?quay=2Eexample?=\n\n" UNSAID, FINE },
	{ "domain in the file name of the type",
		FROM "Content-Type: application/json;"
		     " name=\"harbour.example!quay.example!1775088000!1775174399.json\"\n\n" UNSAID,
		FINE },
	{ "domain in a file name in pieces",
		FROM
		"Content-Disposition: attachment; filename*0*=us-ascii''harbour.example%21;\n"
		" filename*1*=quay.example%211775088000%21; filename*2=1775174399.json\n\n" UNSAID,
		FINE },
	{ "HTML in front of it",
		FROM MIXED
		"Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n"
		"<p>=\n</p>\n--b\nContent-Type: application/json\n\n" REPORT "--b--\n",
		FINE },
	{ "a banner behind it",
		FROM MIXED "Content-Type: application/json\n\n" REPORT
			   "--b\n\nExternal mail!\n--b--\n",
		FINE },
	{ "in multipart/related",
		FROM "Content-Type: multipart/related; boundary=b\n\n--b\n"
		     "Content-Type: application/json\n\n" REPORT "--b--\n",
		FINE },
	{ "in a digest", "Content-Type: multipart/digest; boundary=b\n\n--b\n\n" FROM "\n" REPORT,
		FINE },

	/* what is kept though it cannot be read, and what is not */
	{ "typed as one, and none", FROM "Content-Type: application/tlsrpt+gzip\n\nHello.\n",
		"!neither JSON nor packed JSON" },
	{ "typed as one, other JSON", FROM "Content-Type: application/tlsrpt+json\n\n{\"a\":1}\n",
		"!a JSON object without date-range, policies or report-id: no TLS report" },
	{ "other JSON in a report's message",
		FROM "TLS-Report-Domain: quay.example\nContent-Type: application/json\n\n"
		     "{\"a\":1}\n",
		"" },
	{ "damaged JSON in a report's message",
		FROM "TLS-Report-Domain: quay.example\nContent-Type: application/json\n\n"
		     "{\"report-id\":\n",
		"!JSON: line 2 column 1: ends in the middle" },
	{ "damaged JSON in an ordinary message",
		FROM "Content-Type: application/json\n\n{\"report-id\":\n", "" },
	{ "a text that begins with a brace",
		FROM "TLS-Report-Domain: quay.example\n\n{ see attachment }\n", "" },

	/* whose word a signature is */
	{ "signed", PASS FROM "\n" REPORT, TRUSTED },
	{ "a bounce of a forged report",
		PASS FROM "Content-Type: multipart/report; report-type=delivery-status; boundary=b"
			  "\n\n--b\n\nSorry.\n--b\nContent-Type: message/rfc822\n\n" FROM
			  "Content-Type: application/tlsrpt+json\n\n" REPORT "--b--\n",
		FINE },
	{ "a forwarded report beside the forwarder's own",
		PASS FROM MIXED "Content-Type: application/json\n\n" REPORT
				"--b\nContent-Type: message/rfc822\n\n" FROM "\n" REPORT "--b--\n",
		TRUSTED "; " FINE },
	{ "two reports of the signer, one of a stranger",
		PASS FROM MIXED "\n" REPORT "--b\n\n" STRANGE "--b\n\n" REPORT "--b--\n",
		TRUSTED "; quay.example pier.example mail; " TRUSTED },
	{ "a line that is no field", PASS FROM "X : y\n\n" REPORT, FINE },
	{ "two types", PASS FROM "Content-Type: text/plain\nContent-Type: a/b\n\n" REPORT, FINE },
	{ "two domains",
		PASS FROM
		"TLS-Report-Domain: quay.example\nTLS-Report-Domain: a.example\n\n" UNSAID,
		FINE },
	{ "l= beside a whole signature",
		PASS "DKIM-Signature: v=1; d=harbour.example; s=a; b=x\n"
		     "DKIM-Signature: v=1; d=harbour.example; s=b; l = 10; b=x\n" FROM "\n" REPORT,
		FINE },
	{ "l= of the parent domain",
		"Authentication-Results: mx.example.net; dkim=pass header.i=@a.harbour.example\n"
		"DKIM-Signature: v=1; d=harbour.example; i=@a.harbour.example; l=1; b=x\n" FROM
		"\n" REPORT,
		FINE },
	{ "l= of somebody else",
		PASS "DKIM-Signature: v=1; d=list.example; l=1; b=x\n" FROM "\n" REPORT, TRUSTED },
	{ "without a message around it", REPORT, FINE },
};

static void
check(struct trust_judge *judge, const char *name, const char *bytes, gsize length,
	const char *want)
{
	g_autoptr(GPtrArray) arrivals = mail_read((const uint8_t *)bytes, length, 0, judge, NULL);
	g_autofree char *got = describe(arrivals);
	if (strcmp(got, want) != 0)
		FAIL("%s: got %s, want %s", name, got, want);
}

static void
test_rows(void)
{
	static const char *const ids[] = { "mx.example.net", NULL };
	const struct trust_options options = { .authserv_ids = ids };
	struct trust_judge *judge = trust_judge_new(&options, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GBytes) message = load(rows[i].file);
		gsize length;
		const char *bytes = g_bytes_get_data(message, &length);
		check(judge, rows[i].file, bytes, length, rows[i].want);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(built); i++)
		check(judge, built[i].name, built[i].message, strlen(built[i].message),
			built[i].want);
	trust_judge_free(judge);
}

/* The same message always has one key; another one another. */
static void
test_keys(void)
{
	static const char *const files[] = { "report.eml", "report.eml", "crlf.eml" };
	uint64_t keys[G_N_ELEMENTS(files)];
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autoptr(GBytes) message = load(files[i]);
		gsize length;
		const uint8_t *bytes = g_bytes_get_data(message, &length);
		g_autoptr(GPtrArray) arrivals = mail_read(bytes, length, 0, NULL, NULL);
		const struct arrival *arrival = g_ptr_array_index(arrivals, 0);
		keys[i] = arrival->key;
		g_assert_nonnull(arrival->body);
	}
	g_assert_cmpuint(keys[0], ==, keys[1]);
	g_assert_cmpuint(keys[0], !=, keys[2]);
}

/* A message in parts, each made by repeating what stands between its boundaries. */
static GString *
make_parts(const char *part, int count)
{
	GString *message = g_string_new("Content-Type: multipart/mixed; boundary=b\n\n");
	for (int i = 0; i < count; i++)
		g_string_append_printf(message, "--b\n%s", part);
	g_string_append(message, "--b--\n");
	return message;
}

/* Parts within parts must neither take the stack nor the day. */
static void
test_bottomless(void)
{
	g_autoptr(GString) message = g_string_new(FROM);
	g_autoptr(GError) error = NULL;
	for (int i = 0; i < 5000; i++)
		g_string_append_printf(
			message, "Content-Type: multipart/mixed; boundary=\"%d\"\n\n--%d\n", i, i);
	g_autoptr(GPtrArray) arrivals =
		mail_read((const uint8_t *)message->str, message->len, 0, NULL, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(arrivals->len, ==, 0);
}

static void
test_caps(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) many = make_parts("\n" REPORT, LIMIT_REPORTS_PER_MESSAGE + 10);
	g_autoptr(GPtrArray) reports =
		mail_read((const uint8_t *)many->str, many->len, 0, NULL, &error);
	g_assert_cmpuint(reports->len, ==, LIMIT_REPORTS_PER_MESSAGE);

	g_autoptr(GString) parts = make_parts("\nno report\n", LIMIT_MIME_PARTS + 10);
	g_string_truncate(parts, parts->len - strlen("--b--\n"));
	g_string_append(parts, "--b\n\n" REPORT);
	g_autoptr(GPtrArray) none =
		mail_read((const uint8_t *)parts->str, parts->len, 0, NULL, &error);
	g_assert_cmpuint(none->len, ==, 0);

	g_autofree uint8_t *large = g_malloc0(LIMIT_MESSAGE_BYTES + 1);
	g_assert_null(mail_read(large, LIMIT_MESSAGE_BYTES + 1, 0, NULL, &error));
	g_assert_cmpstr(error->message, ==, "message of 33554433 bytes, at most 33554432 are read");
}

/* Reports that are each within the caps are together held to what one may have. */
static void
test_many_details(void)
{
	g_autoptr(GString) body = g_string_new(
		"\n{\"report-id\":\"r\",\"date-range\":{"
		"\"start-datetime\":\"2026-04-02T00:00:00Z\",\"end-datetime\":"
		"\"2026-04-02T23:59:59Z\"},\"policies\":[{\"policy\":{\"policy-type\":\"sts\"},"
		"\"failure-details\":[{}");
	for (int i = 1; i < LIMIT_DETAILS; i++)
		g_string_append(body, ",{}");
	g_string_append(body, "]}]}\n");
	g_autoptr(GString) typed = g_string_new("Content-Type: application/tlsrpt+json\n");
	g_string_append(typed, body->str);
	g_autoptr(GString) message = make_parts(typed->str, 4);
	g_autoptr(GPtrArray) arrivals =
		mail_read((const uint8_t *)message->str, message->len, 0, NULL, NULL);
	g_assert_cmpuint(arrivals->len, ==, 4);
	for (guint i = 0; i < arrivals->len; i++) {
		const struct arrival *arrival = g_ptr_array_index(arrivals, i);
		g_assert_true((arrival->report != NULL) == (i < 2));
		g_assert_true(i < 2 ||
			      g_error_matches(arrival->failure, REPORT_ERROR, REPORT_ERROR_LIMIT));
		g_assert_cmpuint(g_bytes_get_size(arrival->body), >=, 3 * LIMIT_DETAILS);
	}
}

/* A large attachment that is no report is not decoded to its end, a report behind much white space
   is found. */
static void
test_base64(void)
{
	g_autofree char *coded = g_base64_encode((const guchar *)REPORT, strlen(REPORT));
	g_autoptr(GString) message = g_string_new(FROM "Content-Transfer-Encoding: base64\n\n");
	for (int i = 0; i < 50000; i++)
		g_string_append(message, " \t\n");
	g_string_append(message, coded);
	g_autoptr(GPtrArray) arrivals =
		mail_read((const uint8_t *)message->str, message->len, 0, NULL, NULL);
	g_assert_cmpuint(arrivals->len, ==, 1);
	const struct arrival *arrival = g_ptr_array_index(arrivals, 0);
	g_assert_cmpuint(g_bytes_get_size(arrival->body), ==, strlen(REPORT));
	g_assert_cmpint(
		memcmp(g_bytes_get_data(arrival->body, NULL), REPORT, strlen(REPORT)), ==, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mail/rows", test_rows);
	g_test_add_func("/mail/keys", test_keys);
	g_test_add_func("/mail/bottomless", test_bottomless);
	g_test_add_func("/mail/caps", test_caps);
	g_test_add_func("/mail/many-details", test_many_details);
	g_test_add_func("/mail/base64", test_base64);
	return g_test_run();
}
