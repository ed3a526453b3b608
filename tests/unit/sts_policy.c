/* The policy file: what is read, which fault is on which line, and what senders do then. */
#include "checker/sts_policy.h"

#include "tests/unit/row.h"

#define MOST_CODES 6

/* A policy around lines that are looked at: they begin on line 4. */
#define AROUND(lines) "version: STSv1\nmode: enforce\nmax_age: 604800\n" lines
/* One with a good mx, and a line 5. */
#define WITH(lines) AROUND("mx: mx.example.com\n" lines)
#define KEY32 "abcdefghijklmnopqrstuvwxyz-_.012"

static const struct row {
	const char *name, *body;
	const char *mx; /* joined by blanks */
	struct {
		int code;
		unsigned line;
	} faults[MOST_CODES]; /* in order; 0 ends */
	enum fault_effect worst;
	size_t length; /* of a body with NULs */
} rows[] = {
	{ "as in RFC 8461 3.2",
		"version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\n"
		"mx: backupmx.example.com\r\nmax_age: 604800\r\n",
		"mail.example.com *.example.net backupmx.example.com", {}, FAULT_NONE },
	{ "LF", WITH(""), "mx.example.com", {}, FAULT_NONE },
	{ "last line without end", WITH("mx: b.example"), "mx.example.com b.example", {},
		FAULT_NONE },
	{ "last line of CRLF without end", "version:STSv1\r\nmode:none\r\nmax_age:0", "", {},
		FAULT_NONE },
	{ "no space, tabs and spaces behind the colon", AROUND("mx:\t a.example\t \n"), "a.example",
		{}, FAULT_NONE },
	{ "mode none without mx", "version: STSv1\nmode: none\nmax_age: 86400\n", "", {},
		FAULT_NONE },
	{ "mode none with mx", "version: STSv1\nmode: none\nmax_age: 86400\nmx: a.example\n",
		"a.example", {}, FAULT_NONE },
	{ "another order", "mx: a.example\nmax_age: 1\nmode: testing\nversion: STSv1\n",
		"a.example", {}, FAULT_NONE },
	{ "mixed ends", WITH("mx: b.example\r\nmx: c.example\n"),
		"mx.example.com b.example c.example", { { STS_POLICY_MIXED_ENDS, 5 } },
		FAULT_TOLERATED },
	/* the body */
	{ "nothing", "", "", { { STS_POLICY_EMPTY, 0 } }, FAULT_REFUSED },
	{ "white space only", " \r\n\t\n", "", { { STS_POLICY_EMPTY, 0 } }, FAULT_REFUSED },
	{ "HTML", "<!DOCTYPE html>\n<html>mode: enforce</html>\n", "", { { STS_POLICY_HTML, 0 } },
		FAULT_REFUSED },
	{ "HTML behind white space", "\n  <html>", "", { { STS_POLICY_HTML, 0 } }, FAULT_REFUSED },
	{ "byte order mark and HTML", "\xef\xbb\xbf<html>", "",
		{ { STS_POLICY_BOM, 0 }, { STS_POLICY_HTML, 0 } }, FAULT_REFUSED },
	{ "byte order mark", "\xef\xbb\xbf" WITH(""), "mx.example.com", { { STS_POLICY_BOM, 0 } },
		FAULT_REFUSED },
	{ "gzip", "\x1f\x8b\x08", "", { { STS_POLICY_BINARY, 0 } }, FAULT_REFUSED },
	{ "zip", "PK\x03\x04", "", { { STS_POLICY_BINARY, 0 } }, FAULT_REFUSED },
	{ "UTF-16 little-endian", "\xff\xfev", "", { { STS_POLICY_BINARY, 0 } }, FAULT_REFUSED },
	{ "UTF-16 big-endian", "\xfe\xff", "", { { STS_POLICY_BINARY, 0 } }, FAULT_REFUSED },
	{ "UTF-16 without a mark", "v\0e\0", "", { { STS_POLICY_BINARY, 0 } }, FAULT_REFUSED, 4 },
	{ "UTF-16 big-endian without a mark", "\0v\0e", "", { { STS_POLICY_BINARY, 0 } },
		FAULT_REFUSED, 4 },
	{ "one letter", "v", "",
		{ { STS_POLICY_NO_COLON, 1 }, { STS_POLICY_NO_VERSION, 0 },
			{ STS_POLICY_NO_MODE, 0 }, { STS_POLICY_NO_MAX_AGE, 0 },
			{ STS_POLICY_NO_MX, 0 } },
		FAULT_REFUSED },
	{ "CR alone", "version: STSv1\rmode: none\rmax_age: 1\r", "", { { STS_POLICY_BARE_CR, 0 } },
		FAULT_DISPUTED },
	{ "Markdown fence", "```\n" WITH("```\n"), "mx.example.com",
		{ { STS_POLICY_NO_COLON, 1 }, { STS_POLICY_NO_COLON, 6 } }, FAULT_DISPUTED },
	{ "JSON", "{\"version\": \"STSv1\"}", "",
		{ { STS_POLICY_KEY, 1 }, { STS_POLICY_NO_VERSION, 0 }, { STS_POLICY_NO_MODE, 0 },
			{ STS_POLICY_NO_MAX_AGE, 0 }, { STS_POLICY_NO_MX, 0 } },
		FAULT_REFUSED },
	/* lines */
	{ "empty line at the end", WITH("\n"), "mx.example.com", { { STS_POLICY_EMPTY_LINE, 5 } },
		FAULT_DISPUTED },
	{ "empty CRLF line", WITH("\r\nmx: b.example"), "mx.example.com b.example",
		{ { STS_POLICY_EMPTY_LINE, 5 }, { STS_POLICY_MIXED_ENDS, 5 } }, FAULT_DISPUTED },
	{ "line of spaces", WITH(" \t\nmx: b.example\n"), "mx.example.com b.example",
		{ { STS_POLICY_EMPTY_LINE, 5 } }, FAULT_DISPUTED },
	{ "leading space", WITH(" mx: b.example\n"), "mx.example.com b.example",
		{ { STS_POLICY_LEADING_SPACE, 5 } }, FAULT_DISPUTED },
	{ "space before the colon", WITH("mx : b.example\n"), "mx.example.com b.example",
		{ { STS_POLICY_SPACED_COLON, 5 } }, FAULT_DISPUTED },
	{ "no colon", WITH("mx=b.example\n"), "mx.example.com", { { STS_POLICY_NO_COLON, 5 } },
		FAULT_DISPUTED },
	{ "key alone", WITH("mode\n"), "mx.example.com", { { STS_POLICY_NO_COLON, 5 } },
		FAULT_DISPUTED },
	{ "CR at the end", WITH("x: y\r"), "mx.example.com",
		{ { STS_POLICY_CONTROL, 5 }, { STS_POLICY_UNKNOWN, 5 } }, FAULT_DISPUTED },
	{ "comment", WITH("# soon: more\n# more\n"), "mx.example.com",
		{ { STS_POLICY_KEY, 5 }, { STS_POLICY_NO_COLON, 6 } }, FAULT_DISPUTED },
	{ "NUL", WITH("mx: b.\0example\n"), "mx.example.com",
		{ { STS_POLICY_CONTROL, 5 }, { STS_POLICY_MX_NAME, 5 } }, FAULT_DISPUTED,
		sizeof(WITH("mx: b.\0example\n")) - 1 },
	{ "control character", WITH("x: \x1b[2J\n"), "mx.example.com",
		{ { STS_POLICY_CONTROL, 5 }, { STS_POLICY_UNKNOWN, 5 } }, FAULT_DISPUTED },
	{ "CR within a line", WITH("x: a\rb\n"), "mx.example.com",
		{ { STS_POLICY_CONTROL, 5 }, { STS_POLICY_UNKNOWN, 5 } }, FAULT_DISPUTED },
	{ "DEL", WITH("x: \x7f\n"), "mx.example.com",
		{ { STS_POLICY_CONTROL, 5 }, { STS_POLICY_UNKNOWN, 5 } }, FAULT_DISPUTED },
	{ "unknown key", WITH("x-y: some words, \xc3\xbc\n"), "mx.example.com",
		{ { STS_POLICY_UNKNOWN, 5 } }, FAULT_IGNORED },
	{ "unknown key twice", WITH("x: 1\nx: 2\n"), "mx.example.com",
		{ { STS_POLICY_UNKNOWN, 5 }, { STS_POLICY_UNKNOWN, 6 } }, FAULT_IGNORED },
	{ "longest key", WITH(KEY32 ": y\n"), "mx.example.com", { { STS_POLICY_UNKNOWN, 5 } },
		FAULT_IGNORED },
	{ "key over the longest", WITH(KEY32 "3: y\n"), "mx.example.com", { { STS_POLICY_KEY, 5 } },
		FAULT_DISPUTED },
	{ "key in two words", WITH("max age: 5\n"), "mx.example.com", { { STS_POLICY_KEY, 5 } },
		FAULT_DISPUTED },
	{ "no key", WITH(": b.example\n"), "mx.example.com", { { STS_POLICY_KEY, 5 } },
		FAULT_DISPUTED },
	{ "key that begins badly", WITH("_x: y\n"), "mx.example.com", { { STS_POLICY_KEY, 5 } },
		FAULT_DISPUTED },
	{ "unknown key without value", WITH("x: \n"), "mx.example.com",
		{ { STS_POLICY_UNKNOWN, 5 }, { STS_POLICY_NO_VALUE, 5 } }, FAULT_DISPUTED },
	{ "unknown key with Latin-1", WITH("x: \xfc\n"), "mx.example.com",
		{ { STS_POLICY_UNKNOWN, 5 }, { STS_POLICY_NOT_UTF8, 5 } }, FAULT_DISPUTED },
	{ "unknown key with a tab", WITH("x: a\tb\n"), "mx.example.com",
		{ { STS_POLICY_UNKNOWN, 5 }, { STS_POLICY_CONTROL, 5 } }, FAULT_DISPUTED },
	{ "upper-case key", WITH("MX: b.example\n"), "mx.example.com",
		{ { STS_POLICY_UNKNOWN, 5 } }, FAULT_IGNORED },
	/* version, mode, max_age */
	{ "second version, the same", WITH("version: STSv1\n"), "mx.example.com",
		{ { STS_POLICY_DUPLICATE, 5 } }, FAULT_IGNORED },
	{ "second mode", WITH("mode: none\n"), "mx.example.com", { { STS_POLICY_DUPLICATE, 5 } },
		FAULT_TRIPS },
	{ "second max_age, of the same length", WITH("max_age: 604801\n"), "mx.example.com",
		{ { STS_POLICY_DUPLICATE, 5 } }, FAULT_TRIPS },
	{ "second mode that is none", WITH("mode: x\n"), "mx.example.com",
		{ { STS_POLICY_DUPLICATE, 5 } }, FAULT_TRIPS },
	{ "second mode without value", WITH("mode:\n"), "mx.example.com",
		{ { STS_POLICY_DUPLICATE, 5 }, { STS_POLICY_NO_VALUE, 5 } }, FAULT_DISPUTED },
	{ "no version", "mode: none\nmax_age: 1\n", "", { { STS_POLICY_NO_VERSION, 0 } },
		FAULT_REFUSED },
	{ "another version", "version: STSv2\nmode: none\nmax_age: 1\n", "",
		{ { STS_POLICY_VERSION, 1 } }, FAULT_REFUSED },
	{ "empty version", "version:\nmode: none\nmax_age: 1\n", "", { { STS_POLICY_VERSION, 1 } },
		FAULT_REFUSED },
	{ "version in lower case", "version: stsv1\nmode: none\nmax_age: 1\n", "",
		{ { STS_POLICY_VERSION, 1 } }, FAULT_DISPUTED },
	{ "no mode", "version: STSv1\nmax_age: 1\nmx: a.example\n", "a.example",
		{ { STS_POLICY_NO_MODE, 0 } }, FAULT_REFUSED },
	{ "no max_age", "version: STSv1\nmode: none\n", "", { { STS_POLICY_NO_MAX_AGE, 0 } },
		FAULT_REFUSED },
	{ "no mx", AROUND(""), "", { { STS_POLICY_NO_MX, 0 } }, FAULT_REFUSED },
	{ "typo for mx", AROUND("nmx: a.example\n"), "",
		{ { STS_POLICY_UNKNOWN, 4 }, { STS_POLICY_NO_MX, 0 } }, FAULT_REFUSED },
	/* mx */
	{ "upper case", AROUND("mx: MX.Example\n"), "mx.example", { { STS_POLICY_MX_CASE, 4 } },
		FAULT_TOLERATED },
	{ "twice", WITH("mx: mx.example.com\n"), "mx.example.com", { { STS_POLICY_MX_TWICE, 5 } },
		FAULT_TOLERATED },
	{ "twice in another case", WITH("mx: MX.example.com\n"), "mx.example.com",
		{ { STS_POLICY_MX_CASE, 5 }, { STS_POLICY_MX_TWICE, 5 } }, FAULT_TOLERATED },
	{ "A-label", AROUND("mx: xn--bcher-kva.example\n"), "xn--bcher-kva.example", {},
		FAULT_NONE },
	{ "single label", AROUND("mx: localhost\n"), "localhost", {}, FAULT_NONE },
	{ "wildcard of a single label", AROUND("mx: *.example\n"), "*.example", {}, FAULT_NONE },
	{ "trailing dot", AROUND("mx: a.example.\n"), "a.example", { { STS_POLICY_MX_DOT, 4 } },
		FAULT_DISPUTED },
	{ "U-label",
		AROUND("mx: b\xc3\xbc"
		       "cher.example\n"),
		"xn--bcher-kva.example", { { STS_POLICY_MX_ULABEL, 4 } }, FAULT_DISPUTED },
	{ "underscore", AROUND("mx: a_b.example\n"), "a_b.example",
		{ { STS_POLICY_MX_UNDERSCORE, 4 } }, FAULT_DISPUTED },
	{ "empty", WITH("mx:\n"), "mx.example.com", { { STS_POLICY_MX_EMPTY, 5 } },
		FAULT_DISPUTED },
	{ "star alone", WITH("mx: *\n"), "mx.example.com", { { STS_POLICY_MX_WILDCARD, 5 } },
		FAULT_DISPUTED },
	{ "star and dot", WITH("mx: *.\n"), "mx.example.com", { { STS_POLICY_MX_WILDCARD, 5 } },
		FAULT_DISPUTED },
	{ "star as a part", WITH("mx: mx*.example\n"), "mx.example.com",
		{ { STS_POLICY_MX_WILDCARD, 5 } }, FAULT_DISPUTED },
	{ "star without a dot", WITH("mx: *example\n"), "mx.example.com",
		{ { STS_POLICY_MX_WILDCARD, 5 } }, FAULT_DISPUTED },
	{ "star in the middle", WITH("mx: a.*.example\n"), "mx.example.com",
		{ { STS_POLICY_MX_WILDCARD, 5 } }, FAULT_DISPUTED },
	{ "two stars", WITH("mx: *.*.example\n"), "mx.example.com",
		{ { STS_POLICY_MX_WILDCARD, 5 } }, FAULT_DISPUTED },
	{ "leading dot", WITH("mx: .example\n"), "mx.example.com", { { STS_POLICY_MX_NAME, 5 } },
		FAULT_DISPUTED },
	{ "IPv4", WITH("mx: 192.0.2.1\n"), "mx.example.com", { { STS_POLICY_MX_ADDRESS, 5 } },
		FAULT_DISPUTED },
	{ "IPv6", WITH("mx: 2001:db8::1\n"), "mx.example.com", { { STS_POLICY_MX_ADDRESS, 5 } },
		FAULT_DISPUTED },
	{ "address literal", WITH("mx: [192.0.2.1]\n"), "mx.example.com",
		{ { STS_POLICY_MX_ADDRESS, 5 } }, FAULT_DISPUTED },
	{ "IPv6 literal", WITH("mx: [IPv6:2001:db8::1]\n"), "mx.example.com",
		{ { STS_POLICY_MX_ADDRESS, 5 } }, FAULT_DISPUTED },
	{ "port", WITH("mx: a.example:25\n"), "mx.example.com", { { STS_POLICY_MX_PORT, 5 } },
		FAULT_DISPUTED },
	{ "scheme", WITH("mx: smtp://a.example\n"), "mx.example.com", { { STS_POLICY_MX_URL, 5 } },
		FAULT_DISPUTED },
	{ "path", WITH("mx: a.example/\n"), "mx.example.com", { { STS_POLICY_MX_URL, 5 } },
		FAULT_DISPUTED },
	{ "mail address", WITH("mx: a@b.example\n"), "mx.example.com",
		{ { STS_POLICY_MX_EMAIL, 5 } }, FAULT_DISPUTED },
	{ "list by commas", WITH("mx: a.example,b.example\n"), "mx.example.com",
		{ { STS_POLICY_MX_LIST, 5 } }, FAULT_DISPUTED },
	{ "list by spaces", WITH("mx: 10 a.example\n"), "mx.example.com",
		{ { STS_POLICY_MX_LIST, 5 } }, FAULT_DISPUTED },
	{ "hyphen at an end", WITH("mx: a-.example\n"), "mx.example.com",
		{ { STS_POLICY_MX_NAME, 5 } }, FAULT_DISPUTED },
	{ "only bad ones", AROUND("mx: *\n"), "",
		{ { STS_POLICY_MX_WILDCARD, 4 }, { STS_POLICY_NO_MX, 0 } }, FAULT_REFUSED },
};

/* "code on line, ..." for messages. */
static char *
faults_text(const struct faults *faults)
{
	GString *text = g_string_new(fault_effect_name(faults->worst));
	for (size_t i = 0; i < faults->count; i++)
		g_string_append_printf(
			text, ", %d on %u", faults->items[i].code, faults->items[i].line);
	return g_string_free(text, FALSE);
}

static bool
same_faults(const struct faults *faults, const struct row *row)
{
	size_t count = 0;
	while (count < MOST_CODES && row->faults[count].code != 0)
		count++;
	if (faults->count != count || faults->worst != row->worst)
		return false;
	for (size_t i = 0; i < count; i++)
		if (faults->items[i].code != row->faults[i].code ||
			faults->items[i].line != row->faults[i].line)
			return false;
	return true;
}

static char *
mx_text(const struct sts_policy *policy)
{
	GString *text = g_string_new(NULL);
	for (size_t i = 0; i < policy->n_mx; i++)
		g_string_append_printf(text, "%s%s", i > 0 ? " " : "", policy->mx[i]);
	return g_string_free(text, FALSE);
}

static void
test_policies(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct row *row = &rows[i];
		struct arena *arena = arena_new();
		size_t length = row->length > 0 ? row->length : strlen(row->body);
		struct sts_policy *got = sts_policy_read(arena, row->body, length);
		g_autofree char *faults = faults_text(&got->faults);
		g_autofree char *mx = mx_text(got);
		if (!same_faults(&got->faults, row))
			FAIL("%s: %s", row->name, faults);
		if (strcmp(mx, row->mx) != 0)
			FAIL("%s: mx %s", row->name, mx);
		if (got->usable != (row->worst < FAULT_DISPUTED) ||
			got->lenient != (row->worst == FAULT_DISPUTED))
			FAIL("%s: usable %d, lenient %d", row->name, got->usable, got->lenient);
		arena_free(arena);
	}
}

static void
test_modes(void)
{
	static const struct {
		const char *value;
		enum sts_mode want;
	} modes[] = { { "enforce", STS_MODE_ENFORCE }, { "testing", STS_MODE_TESTING },
		{ "none", STS_MODE_NONE }, { "Enforce", STS_MODE_MISSING },
		{ "enforced", STS_MODE_MISSING }, { "", STS_MODE_MISSING },
		{ "\"enforce\"", STS_MODE_MISSING } };
	for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
		struct arena *arena = arena_new();
		g_autofree char *body = g_strdup_printf(
			"version: STSv1\nmode: %s\nmx: a.example\nmax_age: 1\n", modes[i].value);
		struct sts_policy *got = sts_policy_read(arena, body, strlen(body));
		const struct fault *fault = faults_find(&got->faults, STS_POLICY_MODE);
		if (got->mode != modes[i].want)
			FAIL("%s: %d", modes[i].value, got->mode);
		if ((fault != NULL) != (modes[i].want == STS_MODE_MISSING) ||
			(fault != NULL && (fault->effect != FAULT_REFUSED || fault->line != 2)))
			FAIL("%s: another fault", modes[i].value);
		arena_free(arena);
	}
	g_assert_cmpstr(sts_mode_name(STS_MODE_TESTING), ==, "testing");
	g_assert_null(sts_mode_name(STS_MODE_MISSING));
}

static void
test_ages(void)
{
	static const struct {
		const char *value;
		bool has;
		uint64_t want;
		int code;
		enum fault_effect worst;
	} ages[] = {
		{ "0", true, 0, 0, FAULT_NONE },
		{ "86400", true, 86400, 0, FAULT_NONE },
		{ "0000086400", true, 86400, 0, FAULT_NONE },
		{ "00000086400", true, 86400, STS_POLICY_MAX_AGE, FAULT_DISPUTED },
		{ "31557600", true, 31557600, 0, FAULT_NONE },
		{ "31557601", true, 31557601, STS_POLICY_MAX_AGE_OVER, FAULT_DISPUTED },
		{ "9999999999", true, 9999999999, STS_POLICY_MAX_AGE_OVER, FAULT_DISPUTED },
		{ "18446744073709551615", true, UINT64_MAX, STS_POLICY_MAX_AGE_OVER,
			FAULT_DISPUTED },
		{ "18446744073709551616", true, UINT64_MAX, STS_POLICY_MAX_AGE_OVER,
			FAULT_DISPUTED },
		{ "99999999999999999999999", true, UINT64_MAX, STS_POLICY_MAX_AGE_OVER,
			FAULT_DISPUTED },
		{ "", false, 0, STS_POLICY_MAX_AGE, FAULT_REFUSED },
		{ "-1", false, 0, STS_POLICY_MAX_AGE, FAULT_REFUSED },
		{ "+1", false, 0, STS_POLICY_MAX_AGE, FAULT_REFUSED },
		{ "1w", false, 0, STS_POLICY_MAX_AGE, FAULT_REFUSED },
		{ "604,800", false, 0, STS_POLICY_MAX_AGE, FAULT_REFUSED },
		{ "604800.0", false, 0, STS_POLICY_MAX_AGE, FAULT_REFUSED },
		{ "604800 # a week", false, 0, STS_POLICY_MAX_AGE, FAULT_REFUSED },
		{ "0x10", false, 0, STS_POLICY_MAX_AGE, FAULT_REFUSED },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(ages); i++) {
		struct arena *arena = arena_new();
		g_autofree char *body =
			g_strdup_printf("version: STSv1\nmode: none\nmax_age: %s\n", ages[i].value);
		struct sts_policy *got = sts_policy_read(arena, body, strlen(body));
		int code = got->faults.count > 0 ? got->faults.items[0].code : 0;
		if (got->has_max_age != ages[i].has || got->max_age != ages[i].want)
			FAIL("%s: %d %" G_GUINT64_FORMAT, ages[i].value, got->has_max_age,
				got->max_age);
		if (code != ages[i].code || got->faults.worst != ages[i].worst)
			FAIL("%s: fault %d", ages[i].value, code);
		arena_free(arena);
	}
}

/* What people read, of the first fault. */
static void
test_sentences(void)
{
	static const struct {
		const char *body, *want;
	} said[] = {
		{ AROUND("nmx: a.example\n"), "The key \"nmx\" is unknown; senders pass over the "
					      "line. Did you mean \"mx\"?" },
		{ WITH("max-age: 5\n"), "The key \"max-age\" is unknown; senders pass over the "
					"line. Did you mean \"max_age\"?" },
		{ WITH("Mode: none\n"), "The key \"Mode\" is unknown; senders pass over the line. "
					"Did you mean \"mode\"?" },
		{ WITH("organisation: x\n"),
			"The key \"organisation\" is unknown; senders pass over the line." },
		{ WITH("mode=enforce\n"),
			"\"mode=enforce\" is not of the form \"key: value\". Strict senders refuse "
			"the whole policy; lenient ones pass over the line. Did you mean \"mode: "
			"...\"?" },
		{ WITH("# note\n"),
			"\"# note\" is not of the form \"key: value\". Strict senders refuse the "
			"whole policy; lenient ones pass over the line. Policies have no "
			"comments." },
		{ "version: STSv1\nmode: enforced\n",
			"The mode \"enforced\" is none of testing, enforce and none, in lower "
			"case; senders refuse the policy. Did you mean \"enforce\"?" },
		{ "version: STS1\n", "The version \"STS1\" is not STSv1; senders refuse the "
				     "policy. Did you mean \"STSv1\"?" },
		{ WITH("mx: *\n"), "The mx \"*\" has a \"*\" that is not the whole first label of "
				   "a name. Strict senders refuse the whole policy; for lenient "
				   "ones it matches no host." },
		{ WITH("mx: b.example.\n"),
			"The mx \"b.example.\" ends in a dot. Strict senders refuse the whole "
			"policy; lenient ones take it." },
		{ "<html>\x1b[2J", "Instead of a policy there is a web page "
				   "(\"<html>\\x1b[2J\"); senders refuse it." },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(said); i++) {
		struct arena *arena = arena_new();
		struct sts_policy *got = sts_policy_read(arena, said[i].body, strlen(said[i].body));
		g_assert_cmpuint(got->faults.count, >, 0);
		g_assert_cmpstr(got->faults.items[0].text, ==, said[i].want);
		arena_free(arena);
	}
}

/* The candidate to publish: the same hosts, another mode and age. */
static void
test_text(void)
{
	struct arena *arena = arena_new();
	const char *body = WITH("mx: *.Example.NET\n");
	struct sts_policy *policy = sts_policy_read(arena, body, strlen(body));
	g_autofree char *text = sts_policy_text(policy, STS_MODE_TESTING, 86400);
	g_assert_cmpstr(text, ==,
		"version: STSv1\r\nmode: testing\r\nmx: mx.example.com\r\nmx: *.example.net\r\n"
		"max_age: 86400\r\n");
	struct sts_policy *again = sts_policy_read(arena, text, strlen(text));
	g_assert_cmpuint(again->faults.count, ==, 0);
	g_assert_true(again->usable);
	g_assert_cmpint(again->mode, ==, STS_MODE_TESTING);
	arena_free(arena);
}

/* A policy at the size that is allowed: every pattern is kept. */
static void
test_large(void)
{
	struct arena *arena = arena_new();
	g_autoptr(GString) body = g_string_new(AROUND(""));
	for (int i = 0; i < 3000; i++)
		g_string_append_printf(body, "mx: mx%d.example\n", i);
	struct sts_policy *policy = sts_policy_read(arena, body->str, body->len);
	g_assert_true(policy->usable);
	g_assert_cmpuint(policy->n_mx, ==, 3000);
	g_assert_cmpstr(policy->mx[2999], ==, "mx2999.example");
	arena_free(arena);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sts-policy/policies", test_policies);
	g_test_add_func("/sts-policy/modes", test_modes);
	g_test_add_func("/sts-policy/ages", test_ages);
	g_test_add_func("/sts-policy/sentences", test_sentences);
	g_test_add_func("/sts-policy/text", test_text);
	g_test_add_func("/sts-policy/large", test_large);
	return g_test_run();
}
