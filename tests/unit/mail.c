/* Messages to reports: the files of tests/data/messages, by name. */
#include <string.h>

#include "ingest/mail.h"
#include "ingest/report_body.h"

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

static void
test_rows(void)
{
	static const char *const ids[] = { "mx.example.net", NULL };
	const struct trust_options options = { .authserv_ids = ids };
	struct trust_judge *judge = trust_judge_new(&options, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GBytes) message = load(rows[i].file);
		gsize length;
		const uint8_t *bytes = g_bytes_get_data(message, &length);
		g_autoptr(GPtrArray) arrivals = mail_read(bytes, length, 0, judge, NULL);
		g_autofree char *got = describe(arrivals);
		if (strcmp(got, rows[i].want) != 0) {
			g_test_message("%s:\n got %s\nwant %s", rows[i].file, got, rows[i].want);
			g_test_fail();
		}
	}
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

/* 100,000 parts within parts, or groups of addresses within groups, are refused before a parser
   that descends into them gets to see them. */
static void
assert_refused(const GString *message)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) arrivals =
		mail_read((const uint8_t *)message->str, message->len, 0, NULL, &error);
	g_assert_null(arrivals);
	g_assert_error(error, REPORT_ERROR, REPORT_ERROR_LIMIT);
}

static void
test_bottomless(void)
{
	g_autoptr(GString) parts = g_string_new("From: a@b.example\n");
	g_autoptr(GString) groups = g_string_new("From: ");
	for (int i = 0; i < 100000; i++) {
		g_string_append_printf(
			parts, "Content-Type: multipart/mixed; boundary=\"%d\"\n\n--%d\n", i, i);
		g_string_append(groups, "a:");
	}
	g_string_append(groups, "\n\nbody\n");
	assert_refused(parts);
	assert_refused(groups);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mail/rows", test_rows);
	g_test_add_func("/mail/keys", test_keys);
	g_test_add_func("/mail/bottomless", test_bottomless);
	return g_test_run();
}
