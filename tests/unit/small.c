/* The small pure modules, each as a table: instants, domain names, printable text, file names and
   subjects, policy keys. */
#include <string.h>

#include "ingest/domain_name.h"
#include "ingest/instant.h"
#include "ingest/limits.h"
#include "ingest/policy_key.h"
#include "ingest/printable.h"
#include "ingest/report_context.h"

#define FAIL(...)                                                                                  \
	do {                                                                                       \
		g_test_message(__VA_ARGS__);                                                       \
		g_test_fail();                                                                     \
	} while (0)

static void
test_instants(void)
{
	static const struct {
		const char *text, *want; /* NULL: refused */
		unsigned quirks;
	} rows[] = {
		{ "2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z", 0 },
		{ "2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z", 0 },
		{ "2026-02-29T00:00:00Z", NULL, 0 },
		{ "2026-03-01t00:00:00z", "2026-03-01T00:00:00Z", 0 },
		{ "2026-03-01 00:00:00", "2026-03-01T00:00:00Z", INSTANT_NO_ZONE },
		{ "2026-03-01T01:30:00+01:30", "2026-03-01T00:00:00Z", 0 },
		{ "2026-02-28T19:00:00-0500", "2026-03-01T00:00:00Z", 0 },
		{ "2026-03-01T00:00:00.999999Z", "2026-03-01T00:00:00Z", 0 },
		{ "2026-12-31T23:59:60Z", "2026-12-31T23:59:59Z", INSTANT_LEAP },
		{ "2026-03-01", "2026-03-01T00:00:00Z", INSTANT_DATE_ONLY },
		{ " 2026-03-01T00:00:00Z ", "2026-03-01T00:00:00Z", 0 },
		{ "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", 0 },
		{ "1969-12-31T23:59:59Z", NULL, 0 },
		{ "10000-01-01T00:00:00Z", NULL, 0 },
		{ "2026-13-01T00:00:00Z", NULL, 0 },
		{ "2026-03-01T24:00:00Z", NULL, 0 },
		{ "2026-03-01T00:00Z", NULL, 0 },
		{ "2026-03-01T00:00:00Zx", NULL, 0 },
		{ "2026-3-1", NULL, 0 },
		{ "1772323200", NULL, 0 },
		{ "", NULL, 0 },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		int64_t instant;
		unsigned quirks = 0;
		char text[INSTANT_TEXT_BYTES];
		bool fine = instant_parse(rows[i].text, &instant, &quirks);
		if (g_strcmp0(fine ? instant_text(instant, text) : NULL, rows[i].want) != 0 ||
			quirks != rows[i].quirks)
			FAIL("\"%s\": got %s quirks %u", rows[i].text, fine ? text : "refused",
				quirks);
	}
	g_assert_cmpint(instant_day(0), ==, 0);
	g_assert_cmpint(instant_day(86399), ==, 0);
	g_assert_cmpint(instant_day(86400), ==, 1);
	g_assert_cmpint(instant_day(-1), ==, -1);
}

static void
test_options(void)
{
	static const struct {
		const char *text;
		int64_t want; /* -1: refused */
	} rows[] = { { "14d", 1000000000 - 14 * 86400 }, { "12h", 1000000000 - 12 * 3600 },
		{ "2w", 1000000000 - 14 * 86400 }, { "1970-01-02", 86400 }, { "14", -1 },
		{ "d", -1 }, { "14x", -1 }, { "99999999999d", -1 }, { "-3d", -1 } };
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		int64_t instant = -1;
		if (!instant_parse_option(rows[i].text, 1000000000, &instant))
			instant = -1;
		if (instant != rows[i].want)
			FAIL("%s: %" G_GINT64_FORMAT, rows[i].text, instant);
	}
}

static void
test_domains(void)
{
	static const struct {
		const char *text, *want;
		bool wildcard;
	} rows[] = {
		{ "Example.COM", "example.com", false },
		{ "example.com.", "example.com", false },
		{ " example.com\r\n", "example.com", false },
		{ "b\xc3\xbc"
		  "cher.example",
			"xn--bcher-kva.example", false },
		{ "_smtp._tls.example.com", "_smtp._tls.example.com", false },
		{ "localhost", "localhost", false },
		{ "*.example.com", "*.example.com", true },
		{ "*.example.com", NULL, false },
		{ "a.*.example.com", NULL, true },
		{ "", NULL, false },
		{ ".", NULL, false },
		{ "a..b", NULL, false },
		{ ".example.com", NULL, false },
		{ "-a.example", NULL, false },
		{ "a-.example", NULL, false },
		{ "a b.example", NULL, false },
		{ "a/b.example", NULL, false },
		{ "192.0.2.1", NULL, false },
		{ "2001:db8::1", NULL, false },
		{ "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff1234.example", NULL,
			false },
		{ "\xff.example", NULL, false },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *got = domain_name_normalise(rows[i].text, rows[i].wildcard);
		if (g_strcmp0(got, rows[i].want) != 0)
			FAIL("\"%s\": got %s", rows[i].text, got);
	}
	g_assert_null(domain_name_normalise(NULL, false));
	g_assert_true(domain_name_aligned("mail.google.com", "google.com"));
	g_assert_true(domain_name_aligned("a.example.co.uk", "b.example.co.uk"));
	g_assert_false(domain_name_aligned("a.co.uk", "b.co.uk"));
	g_assert_false(domain_name_aligned("google.com", "google.com.evil.example"));
	g_assert_true(domain_name_aligned("co.uk", "co.uk"));
}

static void
test_printable(void)
{
	static const struct {
		const char *text;
		gsize max;
		const char *want;
	} rows[] = {
		{ "plain", 0, "plain" },
		{ "\x1b[2J", 0, "\\x1b[2J" },
		{ "a\r\n\tb", 0, "a\\r\\n\\tb" },
		{ "back\\slash", 0, "back\\\\slash" },
		{ "x\xe2\x80\xaey", 0, "x\\u{202e}y" },
		{ "\xc2\x9b"
		  "31m",
			0, "\\u{009b}31m" },
		{ "\xe2\x80\x8b", 0, "\\u{200b}" },
		{ "\xe2\x80\xa8", 0, "\\u{2028}" },
		{ "\xff\xfe", 0, "\\xff\\xfe" },
		{ "\x7f", 0, "\\x7f" },
		{ "gr\xc3\xbc\xc3\x9f", 0, "gr\xc3\xbc\xc3\x9f" },
		{ "1234567890", 10, "1234567890" },
		{ "12345678901", 10, "1234567..." },
		{ "123456\x1b"
		  "7890",
			10, "123456..." },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *got = printable(rows[i].text, rows[i].max);
		if (strcmp(got, rows[i].want) != 0)
			FAIL("row %zu: got %s, want %s", i, got, rows[i].want);
	}
}

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

/* Whether two policy texts of one type have one key. */
static bool
same_policy(const char *type, const char *one, const char *other)
{
	uint8_t keys[2][POLICY_KEY_BYTES];
	const char *const texts[] = { one, other };
	for (int i = 0; i < 2; i++) {
		g_auto(GStrv) lines = g_strsplit(texts[i], "|", -1);
		struct report_policy policy = { .type = type,
			.policy_string = (const char **)lines,
			.policy_strings = g_strv_length(lines) };
		policy_key(&policy, keys[i]);
	}
	return memcmp(keys[0], keys[1], POLICY_KEY_BYTES) == 0;
}

static void
test_policy_keys(void)
{
	static const struct {
		const char *name, *type, *one, *other;
		bool same;
	} rows[] = {
		{ "B5 order of lines", "sts", "version: STSv1|mode: testing|mx: a|max_age: 1",
			"version: STSv1|max_age: 1|mx: a|mode: testing", true },
		{ "white space and case of keys", "sts", "mode:testing|mx: A.example",
			"Mode : testing|mx:a.example", true },
		{ "another mode", "sts", "mode: testing|mx: a", "mode: enforce|mx: a", false },
		{ "another mx", "sts", "mode: testing|mx: a", "mode: testing|mx: b", false },
		{ "B4 case of hex", "tlsa", "3 1 1 ab12", "3  1 1 AB12", true },
		{ "another record", "tlsa", "3 1 1 ab12", "3 1 1 ab13", false },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		if (same_policy(rows[i].type, rows[i].one, rows[i].other) != rows[i].same)
			FAIL("%s", rows[i].name);

	static const uint8_t zero[POLICY_KEY_BYTES];
	struct report_policy silent = { .type = "sts" };
	uint8_t key[POLICY_KEY_BYTES];
	policy_key(&silent, key);
	g_assert_cmpmem(key, sizeof key, zero, sizeof zero);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/instant/parse", test_instants);
	g_test_add_func("/instant/options", test_options);
	g_test_add_func("/domain-name", test_domains);
	g_test_add_func("/printable", test_printable);
	g_test_add_func("/context/file-name", test_file_names);
	g_test_add_func("/context/subject", test_subjects);
	g_test_add_func("/policy-key", test_policy_keys);
	return g_test_run();
}
