/* The _smtp._tls record: where reports go, and what strict and lenient senders make of it. */
#include "checker/tlsrpt_record.h"

#include "ingest/limits.h"
#include "tests/unit/row.h"

#define MOST_TXTS 3
#define MOST_CODES 6

/* Bytes of a literal, with NULs in them. */
#define TXT(literal)                                                                               \
	{                                                                                          \
		literal, sizeof(literal) - 1                                                       \
	}
/* A record with one rua. */
#define RUA(uri)                                                                                   \
	{                                                                                          \
		TXT("v=TLSRPTv1; rua=" uri)                                                        \
	}
#define A64 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff1234"

static const struct row {
	const char *name;
	struct txt txts[MOST_TXTS];
	enum txt_status status;
	const char *ruas;      /* see rua_text, joined by blanks */
	int codes[MOST_CODES]; /* in order; 0 ends */
	enum fault_effect worst;
} rows[] = {
	{ "nothing there", {}, TXT_ABSENT, "", {}, FAULT_NONE },
	{ "mailto, RFC 8460 3.1.1", RUA("mailto:reports@example.com"), TXT_FINE,
		"reports@example.com|example.com", {}, FAULT_NONE },
	{ "https, RFC 8460 3.1.2", RUA("https://reporting.example.com/v1/tlsrpt"), TXT_FINE,
		"https|reporting.example.com|443|/v1/tlsrpt", {}, FAULT_NONE },
	{ "both, and white space",
		{ TXT("v=TLSRPTv1;rua=mailto:a@b.example \t,https://c.example ; ") }, TXT_FINE,
		"a@b.example|b.example https|c.example|443|/", {}, FAULT_NONE },
	{ "extension", { TXT("v=TLSRPTv1; rua=mailto:a@b.example; x=y") }, TXT_FINE,
		"a@b.example|b.example", {}, FAULT_NONE },
	/* which one counts */
	{ "something else only", { TXT("v=spf1 -all") }, TXT_ABSENT, "", { TXT_FAULT_UNRELATED },
		FAULT_IGNORED },
	{ "MTA-STS record here", { TXT("v=STSv1; id=1") }, TXT_ABSENT, "", { TXT_FAULT_OTHER_KIND },
		FAULT_IGNORED },
	{ "two",
		{ TXT("v=TLSRPTv1; rua=mailto:a@b.example"),
			TXT("v=TLSRPTv1; rua=mailto:c@d.example") },
		TXT_MULTIPLE, "", { TXT_FAULT_SEVERAL }, FAULT_REFUSED },
	{ "no semicolon", { TXT("v=TLSRPTv1 rua=mailto:a@b.example") }, TXT_INVALID, "",
		{ TXT_FAULT_NO_SEMICOLON }, FAULT_REFUSED },
	{ "version only", { TXT("v=TLSRPTv1") }, TXT_INVALID, "", { TXT_FAULT_NO_SEMICOLON },
		FAULT_REFUSED },
	{ "space before semicolon", { TXT("v=TLSRPTv1 ;rua=mailto:a@b.example") }, TXT_INVALID,
		"a@b.example|b.example", { TXT_FAULT_SPACED_SEMICOLON }, FAULT_DISPUTED },
	{ "upper-case V", { TXT("V=TLSRPTv1; rua=mailto:a@b.example") }, TXT_INVALID, "",
		{ TXT_FAULT_CASE }, FAULT_REFUSED },
	{ "version 2", { TXT("v=TLSRPTv2; rua=mailto:a@b.example") }, TXT_INVALID, "",
		{ TXT_FAULT_VERSION_OTHER }, FAULT_REFUSED },
	{ "version without v", { TXT("v=TLSRPT1; rua=mailto:a@b.example") }, TXT_INVALID, "",
		{ TXT_FAULT_VERSION_OTHER }, FAULT_REFUSED },
	/* rua */
	{ "no rua", { TXT("v=TLSRPTv1;") }, TXT_INVALID, "", { TLSRPT_RUA_MISSING },
		FAULT_REFUSED },
	{ "upper-case rua", { TXT("v=TLSRPTv1; RUA=mailto:a@b.example") }, TXT_INVALID, "",
		{ TLSRPT_RUA_CASE }, FAULT_REFUSED },
	{ "upper-case rua twice", { TXT("v=TLSRPTv1; RUA=a; Rua=b") }, TXT_INVALID, "",
		{ TLSRPT_RUA_CASE }, FAULT_REFUSED },
	{ "ruf", { TXT("v=TLSRPTv1; ruf=mailto:a@b.example") }, TXT_INVALID, "",
		{ TLSRPT_RUA_MISSING }, FAULT_REFUSED },
	{ "empty rua", RUA(""), TXT_INVALID, "", { TLSRPT_URI_EMPTY, TLSRPT_RUA_UNUSABLE },
		FAULT_REFUSED },
	{ "second rua", { TXT("v=TLSRPTv1; rua=mailto:a@b.example; rua=mailto:c@d.example") },
		TXT_FINE, "a@b.example|b.example c@d.example|d.example", { TLSRPT_RUA_TWICE },
		FAULT_TRIPS },
	{ "second rua empty", { TXT("v=TLSRPTv1; rua=mailto:a@b.example; rua=") }, TXT_INVALID,
		"a@b.example|b.example", { TLSRPT_RUA_TWICE, TLSRPT_URI_EMPTY }, FAULT_DISPUTED },
	{ "rua not first", { TXT("v=TLSRPTv1; x=y; rua=mailto:a@b.example") }, TXT_FINE,
		"a@b.example|b.example", { TLSRPT_RUA_NOT_FIRST }, FAULT_TRIPS },
	{ "two commas", RUA("mailto:a@b.example,,mailto:c@d.example"), TXT_INVALID,
		"a@b.example|b.example c@d.example|d.example", { TLSRPT_URI_EMPTY },
		FAULT_DISPUTED },
	{ "last comma", RUA("mailto:a@b.example,"), TXT_INVALID, "a@b.example|b.example",
		{ TLSRPT_URI_EMPTY }, FAULT_DISPUTED },
	{ "the same again", RUA("mailto:a@b.example,mailto:a@b.example"), TXT_FINE,
		"a@b.example|b.example", { TLSRPT_URI_TWICE }, FAULT_TOLERATED },
	{ "spaces around equals", { TXT("v=TLSRPTv1; rua = mailto:a@b.example") }, TXT_INVALID,
		"a@b.example|b.example", { TXT_FAULT_SPACES }, FAULT_DISPUTED },
	/* the URI */
	{ "no scheme", RUA("a@b.example"), TXT_INVALID, "-",
		{ TLSRPT_URI_NO_SCHEME, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "no scheme behind a good one", RUA("mailto:a@b.example,c@d.example"), TXT_INVALID,
		"a@b.example|b.example -", { TLSRPT_URI_NO_SCHEME }, FAULT_DISPUTED },
	{ "empty scheme", RUA(":a@b.example"), TXT_INVALID, "-",
		{ TLSRPT_URI_NO_SCHEME, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "one word", RUA("postmaster"), TXT_INVALID, "-",
		{ TLSRPT_URI_NO_SCHEME, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "scheme that begins with a digit", RUA("1mailto:a@b.example"), TXT_INVALID, "-",
		{ TLSRPT_URI_NO_SCHEME, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "ftp", RUA("mailto:a@b.example,ftp://c.example/"), TXT_FINE, "a@b.example|b.example -",
		{ TLSRPT_URI_SCHEME }, FAULT_IGNORED },
	{ "scheme of other letters", RUA("x+y-1.z:a"), TXT_INVALID, "-",
		{ TLSRPT_URI_SCHEME, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "http", RUA("http://c.example/"), TXT_INVALID, "-",
		{ TLSRPT_URI_HTTP, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "upper-case scheme", RUA("MailTo:a@b.example"), TXT_FINE, "a@b.example|b.example", {},
		FAULT_NONE },
	{ "size limit", RUA("mailto:a@b.example!10m"), TXT_INVALID, "-",
		{ TLSRPT_URI_SIZE, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "encoded !", RUA("mailto:a%21b@b.example"), TXT_FINE, "a!b@b.example|b.example", {},
		FAULT_NONE },
	{ "space", RUA("mailto:a b@b.example"), TXT_INVALID, "-",
		{ TLSRPT_URI_CHARACTERS, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "angle brackets", RUA("<mailto:a@b.example>"), TXT_INVALID, "-",
		{ TLSRPT_URI_CHARACTERS, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "beyond ASCII", RUA("mailto:\xc3\xbc@b.example"), TXT_INVALID, "-",
		{ TXT_FAULT_CHARACTERS, TLSRPT_URI_CHARACTERS, TLSRPT_RUA_UNUSABLE },
		FAULT_REFUSED },
	{ "NUL", RUA("mailto:a@b.example\0"), TXT_INVALID, "-",
		{ TXT_FAULT_CHARACTERS, TLSRPT_URI_CHARACTERS, TLSRPT_RUA_UNUSABLE },
		FAULT_REFUSED },
	{ "percent alone", RUA("mailto:a%2@b.example"), TXT_INVALID, "-",
		{ TLSRPT_URI_PERCENT, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "percent and a letter", RUA("mailto:a%g0@b.example"), TXT_INVALID, "-",
		{ TLSRPT_URI_PERCENT, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "percent at the end", RUA("mailto:a@b.example%4"), TXT_INVALID, "-",
		{ TLSRPT_URI_PERCENT, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	/* mailto: */
	{ "percent encoding", RUA("mailto:tls%2Brpt%40x@B%2eexample."), TXT_INVALID, "-",
		{ TLSRPT_URI_ADDRESS, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "percent encoded plus", RUA("mailto:tls%2Brpt@B%2eexample."), TXT_FINE,
		"tls+rpt@B.example.|b.example", {}, FAULT_NONE },
	{ "encoded beyond ASCII", RUA("mailto:%C3%BC@b%C3%BCcher.example"), TXT_FINE,
		"\xc3\xbc@b\xc3\xbc"
		"cher.example|xn--bcher-kva.example",
		{}, FAULT_NONE },
	{ "encoded Latin-1", RUA("mailto:%FC@b.example"), TXT_INVALID, "-",
		{ TLSRPT_URI_ADDRESS, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "encoded NUL", RUA("mailto:a%00@b.example"), TXT_INVALID, "-",
		{ TLSRPT_URI_ADDRESS, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "encoded line end", RUA("mailto:a%0d%0a@b.example"), TXT_INVALID, "-",
		{ TLSRPT_URI_ADDRESS, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "two addresses", RUA("mailto:a@b.example%2Cc@d.example"), TXT_INVALID, "-",
		{ TLSRPT_URI_ADDRESS, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "no @", RUA("mailto:b.example"), TXT_INVALID, "-",
		{ TLSRPT_URI_ADDRESS, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "no local part", RUA("mailto:@b.example"), TXT_INVALID, "-",
		{ TLSRPT_URI_ADDRESS, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "longest local part", RUA("mailto:" A64 "@b.example"), TXT_FINE,
		A64 "@b.example|b.example", {}, FAULT_NONE },
	{ "local part over the longest", RUA("mailto:5" A64 "@b.example"), TXT_INVALID, "-",
		{ TLSRPT_URI_ADDRESS, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "no domain", RUA("mailto:a@"), TXT_INVALID, "-",
		{ TLSRPT_URI_ADDRESS, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "address literal", RUA("mailto:a@[192.0.2.1]"), TXT_INVALID, "-",
		{ TLSRPT_URI_ADDRESS, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "slashes", RUA("mailto://a@b.example"), TXT_INVALID, "-",
		{ TLSRPT_URI_ADDRESS, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "subject", RUA("mailto:a@b.example?subject=x"), TXT_FINE, "a@b.example|b.example",
		{ TLSRPT_URI_FIELDS }, FAULT_TRIPS },
	{ "fragment of mailto", RUA("mailto:a@b.example#x"), TXT_FINE, "a@b.example|b.example",
		{ TLSRPT_URI_FRAGMENT }, FAULT_TOLERATED },
	/* https: */
	{ "port, query", RUA("https://C.Example:8443/p?q=1"), TXT_FINE,
		"https|c.example|8443|/p?q=1", {}, FAULT_NONE },
	{ "query without path", RUA("https://c.example?q"), TXT_FINE, "https|c.example|443|/?q", {},
		FAULT_NONE },
	{ "empty port", RUA("https://c.example:/"), TXT_FINE, "https|c.example|443|/", {},
		FAULT_NONE },
	{ "port 0", RUA("https://c.example:0/"), TXT_INVALID, "-",
		{ TLSRPT_URI_PORT, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "port 65536", RUA("https://c.example:65536/"), TXT_INVALID, "-",
		{ TLSRPT_URI_PORT, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "port of letters", RUA("https://c.example:https/"), TXT_INVALID, "-",
		{ TLSRPT_URI_PORT, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "no slashes", RUA("https:c.example/p"), TXT_INVALID, "-",
		{ TLSRPT_URI_HOST, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "no host", RUA("https:///p"), TXT_INVALID, "-", { TLSRPT_URI_HOST, TLSRPT_RUA_UNUSABLE },
		FAULT_REFUSED },
	{ "no host but a port", RUA("https://:443/p"), TXT_INVALID, "-",
		{ TLSRPT_URI_HOST, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "mail address behind https", RUA("https://a@b.example"), TXT_FINE,
		"https|b.example|443|/", { TLSRPT_URI_CREDENTIALS }, FAULT_TRIPS },
	{ "password", RUA("https://u:p@c.example/p"), TXT_FINE, "https|c.example|443|/p",
		{ TLSRPT_URI_CREDENTIALS }, FAULT_TRIPS },
	{ "IPv4", RUA("https://192.0.2.1/p"), TXT_INVALID, "-",
		{ TLSRPT_URI_IP, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "IPv4 and port", RUA("https://192.0.2.1:443/p"), TXT_INVALID, "-",
		{ TLSRPT_URI_IP, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "IPv6", RUA("https://[2001:db8::1]/p"), TXT_INVALID, "-",
		{ TLSRPT_URI_IP, TLSRPT_RUA_UNUSABLE }, FAULT_REFUSED },
	{ "fragment", RUA("https://c.example/p#x/y"), TXT_FINE, "https|c.example|443|/p",
		{ TLSRPT_URI_FRAGMENT }, FAULT_TOLERATED },
	{ "fragment without path", RUA("https://c.example#x"), TXT_FINE, "https|c.example|443|/",
		{ TLSRPT_URI_FRAGMENT }, FAULT_TOLERATED },
};

/* "address|domain", "https|host|port|path"; "-": not usable. */
static void
append_rua(GString *text, const struct tlsrpt_rua *rua)
{
	if (text->len > 0)
		g_string_append_c(text, ' ');
	if (!rua->usable)
		g_string_append_c(text, '-');
	else if (rua->scheme == TLSRPT_MAILTO)
		g_string_append_printf(text, "%s|%s", rua->address, rua->host);
	else
		g_string_append_printf(text, "https|%s|%d|%s", rua->host, rua->port, rua->path);
}

static bool
same_codes(const struct faults *faults, const int *codes)
{
	size_t count = 0;
	while (count < MOST_CODES && codes[count] != 0)
		count++;
	if (faults->count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (faults->items[i].code != codes[i])
			return false;
	return true;
}

static void
check_row(const struct row *row, const struct tlsrpt_record *got)
{
	g_autoptr(GString) ruas = g_string_new(NULL);
	for (size_t i = 0; i < got->n_rua; i++) {
		append_rua(ruas, &got->rua[i]);
		if (!got->rua[i].usable && got->rua[i].fault == NULL)
			FAIL("%s: no fault of rua %zu", row->name, i);
	}
	if (got->status != row->status)
		FAIL("%s: %s", row->name, txt_status_name(got->status));
	if (strcmp(ruas->str, row->ruas) != 0)
		FAIL("%s: rua %s", row->name, ruas->str);
	if (!same_codes(&got->faults, row->codes))
		FAIL("%s: %zu faults, the first %d", row->name, got->faults.count,
			got->faults.count > 0 ? got->faults.items[0].code : 0);
	if (got->faults.worst != row->worst)
		FAIL("%s: %s", row->name, fault_effect_name(got->faults.worst));
	if (got->lenient != (row->status == TXT_INVALID && row->worst == FAULT_DISPUTED))
		FAIL("%s: lenient %d", row->name, got->lenient);
}

static void
test_records(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct arena *arena = arena_new();
		size_t count = 0;
		while (count < MOST_TXTS && rows[i].txts[count].bytes != NULL)
			count++;
		check_row(&rows[i], tlsrpt_record_read(arena, rows[i].txts, count));
		arena_free(arena);
	}
}

/* What people read, of the first fault. */
static void
test_sentences(void)
{
	static const struct {
		struct txt txt;
		const char *want;
	} said[] = {
		{ TXT("v=TLSRPTv1; rua=mailto:a@b.example!10m"),
			"The rua \"mailto:a@b.example!10m\" has a \"!\": DMARC has size limits "
			"there, TLS-RPT has none (and writes a \"!\" as %21). Strict senders "
			"refuse the record, lenient ones pass over this." },
		{ TXT("v=TLSRPTv1; rua=http://b.example/"),
			"The rua \"http://b.example/\" is not encrypted: reports go to mailto: and "
			"https: only. Senders pass over it." },
		{ TXT("v=TLSRPTv1; x=y; rua=mailto:a@b.example"),
			"The TLS-RPT record has another field before rua. Some senders look for it "
			"right behind the version only." },
		{ TXT("v=STSv1; id=1"),
			"The TXT record \"v=STSv1; id=1\" is one of MTA-STS, which belongs at "
			"_mta-sts; senders pass over it here." },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(said); i++) {
		struct arena *arena = arena_new();
		struct tlsrpt_record *got = tlsrpt_record_read(arena, &said[i].txt, 1);
		g_assert_cmpuint(got->faults.count, >, 0);
		g_assert_cmpstr(got->faults.items[0].text, ==, said[i].want);
		arena_free(arena);
	}
}

/* The worst fault of a URI is the one that is kept with it. */
static void
test_fault_of_uri(void)
{
	struct arena *arena = arena_new();
	struct txt txt = TXT("v=TLSRPTv1; rua=mailto:a@b.example?x#y,https://u@c.example/");
	struct tlsrpt_record *got = tlsrpt_record_read(arena, &txt, 1);
	g_assert_cmpuint(got->n_rua, ==, 2);
	g_assert_cmpuint(got->faults.count, ==, 3);
	g_assert_cmpint(got->rua[0].fault->code, ==, TLSRPT_URI_FIELDS);
	g_assert_cmpint(got->rua[1].fault->code, ==, TLSRPT_URI_CREDENTIALS);
	g_assert_cmpstr(got->rua[0].uri, ==, "mailto:a@b.example?x#y");
	arena_free(arena);
}

/* Look-ups are made for a bounded number. */
static void
test_many(void)
{
	struct arena *arena = arena_new();
	g_autoptr(GString) text = g_string_new("v=TLSRPTv1; rua=mailto:a@b.example");
	for (int i = 0; i < 100; i++)
		g_string_append_printf(text, ",mailto:a%d@b.example", i);
	struct txt txt = { text->str, text->len };
	struct tlsrpt_record *got = tlsrpt_record_read(arena, &txt, 1);
	g_assert_cmpint(got->status, ==, TXT_FINE);
	g_assert_cmpuint(got->n_rua, ==, LIMIT_RUA);
	g_assert_cmpuint(got->faults.count, ==, 1);
	g_assert_cmpint(got->faults.items[0].code, ==, TLSRPT_URI_MANY);
	arena_free(arena);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/tlsrpt-record/records", test_records);
	g_test_add_func("/tlsrpt-record/sentences", test_sentences);
	g_test_add_func("/tlsrpt-record/fault-of-uri", test_fault_of_uri);
	g_test_add_func("/tlsrpt-record/many", test_many);
	return g_test_run();
}
