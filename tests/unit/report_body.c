/* Bodies as they arrive: what is refused and why, what is over a cap, what is packed.  Names of
   rows begin with the item of the field notes that a row is about: A envelope, C packing. */
#include "ingest/report_body.h"

#include <gio/gio.h>

#include "ingest/limits.h"
#include "tests/unit/report_text.h"

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
	{ "B23 a date that would move the cursor",
		DATED("\"\\u001b[2J\\u202e\"", "\"2026-04-02T00:00:00Z\""), REPORT_ERROR_BROKEN,
		"start-datetime \"\\x1b[2J\\u{202e}\" is no date" },
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
	{ "zip-stored-sizes-behind.bin", NULL, true },
	{ "zip-deflated-sizes-behind.bin", NULL, true },
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
	g_test_add_func("/report-body/refusals", test_refusals);
	g_test_add_func("/report-body/caps", test_caps);
	g_test_add_func("/report-body/long-text", test_long_text);
	g_test_add_func("/report-body/packed", test_packed);
	g_test_add_func("/report-body/bomb", test_bomb);
	g_test_add_func("/report-body/digest", test_digest);
	return g_test_run();
}
