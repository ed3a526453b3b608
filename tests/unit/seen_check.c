/* Saved checks back into structs: what is written is read, and what is odd is never taken for good.
 */
#include "analyze/seen_check.h"

#include "ingest/json_scan.h"
#include "tests/unit/row.h"

#define HEAD "{\"domain\":\"a.example\",\"at\":\"2026-11-24T12:00:00Z\","
#define MX "\"mx\":{\"status\":\"fine\",\"hosts\":["
#define REST                                                                                       \
	"]},\"sts_record\":{\"status\":\"fine\",\"id\":\"1\"},\"policy\":{\"status\":\"fine\","    \
	"\"text\":\"version: STSv1\\r\\nmode: testing\\r\\nmx: mx.a.example\\r\\nmax_age: "        \
	"86400\\r\\n\"},\"tlsrpt_record\":{\"status\":\"absent\"},\"findings\":["                  \
	"{\"code\":\"mx-tls-old\",\"severity\":\"block\",\"text\":\"Old.\",\"remedy\":\"New.\"},"  \
	"{\"code\":\"null-mx\",\"severity\":\"info\",\"text\":\"None.\"}]}"
#define GOOD_ADDRESS                                                                               \
	"{\"ip\":\"192.0.2.1\",\"status\":\"fine\",\"starttls\":true,"                             \
	"\"tls_version\":\"TLSv1.3\",\"certificate\":{"                                            \
	"\"not_before\":\"2026-11-01T00:00:00Z\",\"not_after\":\"2027-01-30T00:00:00Z\","          \
	"\"faults\":[]},\"dane\":\"none\"}"

static bool
read_text(struct arena *arena, const char *text, struct seen_check *seen, const char **domain)
{
	g_autoptr(GByteArray) scanned = g_byte_array_new();
	g_autoptr(GError) error = NULL;
	unsigned quirks;
	if (!json_scan((const uint8_t *)text, strlen(text), scanned, &quirks, &error))
		return false;
	const char *copy = arena_strndup(
		arena, (const char *)scanned->data, strlen((const char *)scanned->data));
	bool read = seen_check_read(arena, copy, strlen(copy), seen, domain, &error);
	g_assert_true(read == (error == NULL));
	return read;
}

static void
test_all_members(void)
{
	struct arena *arena = arena_new();
	struct seen_check seen;
	const char *domain;
	g_assert_true(read_text(arena,
		HEAD MX "{\"name\":\"mx.a.example\",\"policy_match\":\"*.a.example\",\"status\":"
			"\"fine\",\"addresses\":[" GOOD_ADDRESS
			",{\"ip\":\"2001:db8::1\",\"status\":\"bad\",\"starttls\":false,"
			"\"certificate\":null,\"dane\":\"mismatch\"},"
			"{\"ip\":\"192.0.2.3\",\"status\":\"bad\",\"starttls\":true,"
			"\"certificate\":{\"faults\":[\"expired\"]}}]}" REST,
		&seen, &domain));
	g_assert_cmpstr(domain, ==, "a.example");
	g_assert_cmpint(seen.first_at, ==, 1795521600);
	g_assert_cmpint(seen.last_at, ==, seen.first_at);
	g_assert_true(seen.mx == SEEN_FINE && seen.record == SEEN_FINE &&
		      seen.policy == SEEN_FINE && seen.tlsrpt == SEEN_ABSENT);
	g_assert_cmpstr(seen.record_id, ==, "1");
	g_assert_true(seen.sts->usable);
	g_assert_cmpuint(seen.n_hosts, ==, 1);
	g_assert_cmpstr(seen.hosts[0].policy_match, ==, "*.a.example");
	g_assert_cmpuint(seen.hosts[0].n_addresses, ==, 3);
	const struct seen_address *address = seen.hosts[0].addresses;
	g_assert_true(
		address[0].starttls && address[0].has_certificate && !address[0].certificate_bad);
	g_assert_cmpint(address[0].not_after - address[0].not_before, ==, 90 * 86400);
	g_assert_true(
		address[1].told_starttls && !address[1].starttls && !address[1].has_certificate);
	g_assert_cmpstr(address[0].tls_version, ==, "TLSv1.3");
	g_assert_null(address[1].tls_version);
	g_assert_cmpstr(address[1].dane, ==, "mismatch");
	g_assert_true(address[2].certificate_bad);
	g_assert_cmpuint(seen.n_findings, ==, 2);
	g_assert_cmpint(seen.findings[0].severity, ==, SEEN_BLOCK);
	g_assert_cmpint(seen.findings[1].severity, ==, SEEN_INFO);
	g_assert_null(seen.findings[1].remedy);
	arena_free(arena);
}

static void
test_no_checks(void)
{
	static const char *const texts[] = {
		"",
		"{}",
		"[]",
		"null",
		"{\"domain\":\"a.example\",\"at\":\"2026-11-24T12:00:00Z\"}",
		"{\"domain\":\"a.example\",\"at\":\"soon\",\"mx\":{}}",
		"{\"domain\":\"a.example\",\"mx\":{}}",
		"{\"domain\":7,\"at\":\"2026-11-24T12:00:00Z\",\"mx\":{}}",
		"{\"at\":\"2026-11-24T12:00:00Z\",\"mx\":{}}",
		HEAD "\"mx\":[]}",
		HEAD "\"mx\":\"fine\"}",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		struct arena *arena = arena_new();
		struct seen_check seen;
		const char *domain;
		if (read_text(arena, texts[i], &seen, &domain))
			FAIL("taken for a check: %s", texts[i]);
		arena_free(arena);
	}
}

/* What is not said, or said in words that nobody knows, is "could not tell". */
static void
test_nothing_is_good_by_default(void)
{
	static const char *const texts[] = {
		HEAD "\"mx\":{}}",
		HEAD "\"mx\":{\"status\":\"Fine\"},\"sts_record\":{\"status\":1},\"policy\":[],"
		     "\"tlsrpt_record\":null}",
		HEAD "\"mx\":{\"status\":\"fine \",\"hosts\":\"none\"},\"findings\":{\"a\":1}}",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		struct arena *arena = arena_new();
		struct seen_check seen;
		const char *domain;
		if (!read_text(arena, texts[i], &seen, &domain))
			FAIL("refused: %s", texts[i]);
		else if (seen.mx != SEEN_UNKNOWN || seen.record != SEEN_UNKNOWN ||
			 seen.policy != SEEN_UNKNOWN || seen.tlsrpt != SEEN_UNKNOWN ||
			 seen.sts != NULL || seen.n_hosts != 0 || seen.n_findings != 0)
			FAIL("taken for good: %s", texts[i]);
		arena_free(arena);
	}
}

/* A finding of a severity that nobody knows blocks; things without a name are left out. */
static void
test_odd_items(void)
{
	struct arena *arena = arena_new();
	struct seen_check seen;
	const char *domain;
	g_assert_true(read_text(arena,
		HEAD MX "{\"addresses\":[]},7,{\"name\":\"mx.a.example\",\"addresses\":["
			"{\"status\":\"fine\"},null,{\"ip\":\"192.0.2.1\"}]}]},"
			"\"findings\":[{\"code\":\"x\"},{\"code\":\"of-tomorrow\",\"text\":\"T.\"},"
			"{\"text\":\"no code\"}]}",
		&seen, &domain));
	g_assert_cmpuint(seen.n_hosts, ==, 1);
	g_assert_cmpuint(seen.hosts[0].n_addresses, ==, 1);
	g_assert_cmpint(seen.hosts[0].addresses[0].status, ==, SEEN_UNKNOWN);
	g_assert_false(seen.hosts[0].addresses[0].told_starttls);
	g_assert_cmpuint(seen.n_findings, ==, 1);
	g_assert_cmpint(seen.findings[0].severity, ==, SEEN_BLOCK);
	arena_free(arena);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/seen-check/all-members", test_all_members);
	g_test_add_func("/seen-check/no-checks", test_no_checks);
	g_test_add_func("/seen-check/nothing-is-good-by-default", test_nothing_is_good_by_default);
	g_test_add_func("/seen-check/odd-items", test_odd_items);
	return g_test_run();
}
