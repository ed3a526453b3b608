/* MX hosts against patterns (RFC 8461 4.1). */
#include "checker/mx_match.h"

#include "ingest/domain_name.h"
#include "tests/unit/row.h"

static void
test_pairs(void)
{
	static const struct {
		const char *pattern, *host;
		bool want;
	} rows[] = {
		{ "mx.example.com", "mx.example.com", true },
		{ "mx.example.com", "mx2.example.com", false },
		{ "mx.example.com", "a.mx.example.com", false },
		{ "example.com", "mx.example.com", false },
		{ "*.example.com", "mx.example.com", true },
		{ "*.example.com", "example.com", false },
		{ "*.example.com", "a.b.example.com", false },
		{ "*.example.com", "mx.example.com.evil.example", false },
		{ "*.example.com", "mxexample.com", false },
		{ "*.example.com", ".example.com", false },
		{ "*.mx.microsoft", "x.h-v1.mx.microsoft", false },
		{ "*.h-v1.mx.microsoft", "x.h-v1.mx.microsoft", true },
		{ "*.com", "example.com", true },
		{ "*.com", "com", false },
		{ "*", "localhost", false },
		{ "*", "example.com", false },
		{ "localhost", "localhost", true },
		{ "*.xn--bcher-kva.example", "mx.xn--bcher-kva.example", true },
		/* "*" is a host's label in the DNS, and matches as itself */
		{ "*.example.com", "*.example.com", true },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		if (mx_match(rows[i].pattern, rows[i].host) != rows[i].want)
			FAIL("%s, %s", rows[i].pattern, rows[i].host);
}

/* Names as they are written, which domain_name_normalise makes one spelling of. */
static void
test_spellings(void)
{
	static const struct {
		const char *pattern, *host;
	} rows[] = {
		{ "MX.Example.com", "mx.example.COM." },
		{ "*.Example.com", "MX.example.com." },
		{ "*.b\xc3\xbc"
		  "cher.example",
			"mx.XN--bcher-kva.example" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *pattern = domain_name_normalise(rows[i].pattern, true);
		g_autofree char *host = domain_name_normalise(rows[i].host, false);
		if (!mx_match(pattern, host))
			FAIL("%s, %s", rows[i].pattern, rows[i].host);
	}
}

static void
test_any(void)
{
	static const char *const patterns[] = { "a.example", "*.example", "b.example" };
	g_assert_cmpstr(mx_match_any(patterns, 3, "a.example"), ==, "a.example");
	g_assert_cmpstr(mx_match_any(patterns, 3, "b.example"), ==, "*.example");
	g_assert_null(mx_match_any(patterns, 3, "example"));
	g_assert_null(mx_match_any(patterns, 0, "a.example"));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mx-match/pairs", test_pairs);
	g_test_add_func("/mx-match/spellings", test_spellings);
	g_test_add_func("/mx-match/any", test_any);
	return g_test_run();
}
