/* Names as keys, and which of them belong together. */
#include "ingest/domain_name.h"

#include "tests/unit/row.h"

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

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/domain-name", test_domains);
	return g_test_run();
}
