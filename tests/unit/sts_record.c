/* The _mta-sts record: which of the TXT records counts, and what strict and lenient senders make of
   it. */
#include "checker/sts_record.h"

#include "tests/unit/row.h"

#define MOST_TXTS 4
#define MOST_CODES 6

/* Bytes of a literal, with NULs in them. */
#define TXT(literal)                                                                               \
	{                                                                                          \
		literal, sizeof(literal) - 1                                                       \
	}
#define ID32 "abcdefghijklmnopqrstuvwxyz012345"

static const struct {
	const char *name;
	struct txt txts[MOST_TXTS];
	enum txt_status status;
	const char *id;
	int codes[MOST_CODES]; /* in order; 0 ends */
	enum fault_effect worst;
} rows[] = {
	{ "nothing there", {}, TXT_ABSENT, NULL, {}, FAULT_NONE },
	{ "as in RFC 8461 3.1", { TXT("v=STSv1; id=20160831085700Z;") }, TXT_FINE,
		"20160831085700Z", {}, FAULT_NONE },
	{ "no last semicolon", { TXT("v=STSv1; id=1") }, TXT_FINE, "1", {}, FAULT_NONE },
	{ "no space", { TXT("v=STSv1;id=1;") }, TXT_FINE, "1", {}, FAULT_NONE },
	{ "white space around semicolons", { TXT("v=STSv1;\t id=1 \t; ") }, TXT_FINE, "1", {},
		FAULT_NONE },
	{ "longest id", { TXT("v=STSv1; id=" ID32) }, TXT_FINE, ID32, {}, FAULT_NONE },
	{ "extension behind", { TXT("v=STSv1; id=1; x-y.z_0=!:<>~;") }, TXT_FINE, "1", {},
		FAULT_NONE },
	{ "extension before", { TXT("v=STSv1; x=y; id=1") }, TXT_FINE, "1", {}, FAULT_NONE },
	{ "longest extension name", { TXT("v=STSv1; id=1; " ID32 "=y") }, TXT_FINE, "1", {},
		FAULT_NONE },
	/* which one counts */
	{ "something else only", { TXT("v=spf1 -all") }, TXT_ABSENT, NULL, { TXT_FAULT_UNRELATED },
		FAULT_IGNORED },
	{ "an empty one only", { TXT(""), TXT("x") }, TXT_ABSENT, NULL,
		{ TXT_FAULT_UNRELATED, TXT_FAULT_UNRELATED }, FAULT_IGNORED },
	{ "something else too", { TXT("v=spf1 -all"), TXT("v=STSv1; id=1") }, TXT_FINE, "1",
		{ TXT_FAULT_UNRELATED }, FAULT_IGNORED },
	{ "TLS-RPT record here", { TXT("v=TLSRPTv1; rua=mailto:a@b.example") }, TXT_ABSENT, NULL,
		{ TXT_FAULT_OTHER_KIND }, FAULT_IGNORED },
	{ "two", { TXT("v=STSv1; id=1"), TXT("v=STSv1; id=2") }, TXT_MULTIPLE, NULL,
		{ TXT_FAULT_SEVERAL }, FAULT_REFUSED },
	{ "two, one of them bad", { TXT("v=STSv1;"), TXT("v=STSv1; id=2") }, TXT_MULTIPLE, NULL,
		{ TXT_FAULT_SEVERAL }, FAULT_REFUSED },
	{ "a good one beside one without semicolon", { TXT("v=STSv1"), TXT("v=STSv1; id=2") },
		TXT_FINE, "2", { TXT_FAULT_NO_SEMICOLON }, FAULT_TRIPS },
	{ "a good one beside one in another case", { TXT("v=STSv1; id=2"), TXT("V=STSv1; id=1") },
		TXT_FINE, "2", { TXT_FAULT_CASE }, FAULT_IGNORED },
	/* meant, but discarded */
	{ "version only", { TXT("v=STSv1") }, TXT_INVALID, NULL, { TXT_FAULT_NO_SEMICOLON },
		FAULT_REFUSED },
	{ "space for semicolon", { TXT("v=STSv1 id=1") }, TXT_INVALID, NULL,
		{ TXT_FAULT_NO_SEMICOLON }, FAULT_REFUSED },
	{ "comma for semicolon", { TXT("v=STSv1, id=1") }, TXT_INVALID, NULL,
		{ TXT_FAULT_NO_SEMICOLON }, FAULT_REFUSED },
	{ "space before semicolon", { TXT("v=STSv1 ; id=1") }, TXT_INVALID, "1",
		{ TXT_FAULT_SPACED_SEMICOLON }, FAULT_DISPUTED },
	{ "space before semicolon, no id", { TXT("v=STSv1 ;") }, TXT_INVALID, NULL,
		{ TXT_FAULT_SPACED_SEMICOLON, STS_RECORD_ID_MISSING }, FAULT_REFUSED },
	{ "two with space before semicolon", { TXT("v=STSv1 ; id=1"), TXT("v=STSv1\t; id=2") },
		TXT_INVALID, "1", { TXT_FAULT_SPACED_SEMICOLON, TXT_FAULT_SPACED_SEMICOLON },
		FAULT_DISPUTED },
	{ "backslash", { TXT("v=STSv1\\; id=1\\;") }, TXT_INVALID, NULL, { TXT_FAULT_ESCAPED },
		FAULT_REFUSED },
	{ "upper-case V", { TXT("V=STSv1; id=1") }, TXT_INVALID, NULL, { TXT_FAULT_CASE },
		FAULT_REFUSED },
	{ "lower-case sts", { TXT("v=stsv1; id=1") }, TXT_INVALID, NULL, { TXT_FAULT_CASE },
		FAULT_REFUSED },
	{ "quotes", { TXT("\"v=STSv1; id=1\"") }, TXT_INVALID, NULL, { TXT_FAULT_QUOTED },
		FAULT_REFUSED },
	{ "escaped quotes", { TXT("\\\"v=STSv1; id=1\\\"") }, TXT_INVALID, NULL,
		{ TXT_FAULT_QUOTED }, FAULT_REFUSED },
	{ "typographic quotes", { TXT("\xe2\x80\x9cv=STSv1; id=1\xe2\x80\x9d") }, TXT_INVALID, NULL,
		{ TXT_FAULT_QUOTED }, FAULT_REFUSED },
	{ "leading space", { TXT(" v=STSv1; id=1") }, TXT_INVALID, NULL,
		{ TXT_FAULT_LEADING_SPACE }, FAULT_REFUSED },
	{ "leading space and quote", { TXT("\t \"v=STSv1; id=1\"") }, TXT_INVALID, NULL,
		{ TXT_FAULT_LEADING_SPACE }, FAULT_REFUSED },
	{ "no-break space", { TXT("\xc2\xa0v=STSv1; id=1") }, TXT_INVALID, NULL,
		{ TXT_FAULT_LEADING_SPACE }, FAULT_REFUSED },
	{ "byte order mark", { TXT("\xef\xbb\xbfv=STSv1; id=1") }, TXT_INVALID, NULL,
		{ TXT_FAULT_BOM }, FAULT_REFUSED },
	{ "zero-width space", { TXT("\xe2\x80\x8bv=STSv1; id=1") }, TXT_INVALID, NULL,
		{ TXT_FAULT_BOM }, FAULT_REFUSED },
	{ "spaces in the version", { TXT("v = STSv1; id=1") }, TXT_INVALID, NULL,
		{ TXT_FAULT_VERSION_SPACED }, FAULT_REFUSED },
	{ "version 2", { TXT("v=STSv2; id=1") }, TXT_INVALID, NULL, { TXT_FAULT_VERSION_OTHER },
		FAULT_REFUSED },
	{ "version 10", { TXT("v=STSv10; id=1") }, TXT_INVALID, NULL, { TXT_FAULT_VERSION_OTHER },
		FAULT_REFUSED },
	{ "no v=", { TXT("STSv1; id=1") }, TXT_INVALID, NULL, { TXT_FAULT_NOT_FIRST },
		FAULT_REFUSED },
	{ "version behind the id", { TXT("id=1; v=STSv1;") }, TXT_INVALID, NULL,
		{ TXT_FAULT_NOT_FIRST }, FAULT_REFUSED },
	{ "v alone", { TXT("v") }, TXT_ABSENT, NULL, { TXT_FAULT_UNRELATED }, FAULT_IGNORED },
	{ "quoted something else", { TXT("\"v=spf1\"") }, TXT_ABSENT, NULL, { TXT_FAULT_UNRELATED },
		FAULT_IGNORED },
	/* the id */
	{ "no id", { TXT("v=STSv1;") }, TXT_INVALID, NULL, { STS_RECORD_ID_MISSING },
		FAULT_REFUSED },
	{ "empty id", { TXT("v=STSv1; id=;") }, TXT_INVALID, NULL, { STS_RECORD_ID_MISSING },
		FAULT_REFUSED },
	{ "upper-case id", { TXT("v=STSv1; ID=1;") }, TXT_INVALID, NULL, { STS_RECORD_ID_CASE },
		FAULT_REFUSED },
	{ "upper-case id twice", { TXT("v=STSv1; ID=1; Id=2") }, TXT_INVALID, NULL,
		{ STS_RECORD_ID_CASE }, FAULT_REFUSED },
	{ "upper-case id too", { TXT("v=STSv1; ID=2; id=1") }, TXT_FINE, "1", {}, FAULT_NONE },
	{ "id of 33", { TXT("v=STSv1; id=6" ID32) }, TXT_INVALID, "6" ID32, { STS_RECORD_ID_LONG },
		FAULT_DISPUTED },
	{ "id with hyphens", { TXT("v=STSv1; id=2026-11-24") }, TXT_INVALID, "2026-11-24",
		{ STS_RECORD_ID_CHARACTERS }, FAULT_DISPUTED },
	{ "id with a space", { TXT("v=STSv1; id=2026 1") }, TXT_INVALID, "2026 1",
		{ STS_RECORD_ID_CHARACTERS }, FAULT_DISPUTED },
	{ "id in quotes", { TXT("v=STSv1; id=\"1\"") }, TXT_INVALID, "\"1\"",
		{ STS_RECORD_ID_CHARACTERS }, FAULT_DISPUTED },
	{ "two ids", { TXT("v=STSv1; id=1; id=2") }, TXT_FINE, "1", { STS_RECORD_ID_TWICE },
		FAULT_TRIPS },
	{ "two ids, the second bad", { TXT("v=STSv1; id=1; id=") }, TXT_INVALID, "1",
		{ STS_RECORD_ID_TWICE, TXT_FAULT_VALUE }, FAULT_DISPUTED },
	/* the fields */
	{ "empty field", { TXT("v=STSv1;; id=1") }, TXT_INVALID, "1", { TXT_FAULT_EMPTY_FIELD },
		FAULT_DISPUTED },
	{ "two last semicolons", { TXT("v=STSv1; id=1;;") }, TXT_INVALID, "1",
		{ TXT_FAULT_EMPTY_FIELD }, FAULT_DISPUTED },
	{ "colon for equals", { TXT("v=STSv1; id:1") }, TXT_INVALID, NULL,
		{ TXT_FAULT_NO_EQUALS, STS_RECORD_ID_MISSING }, FAULT_REFUSED },
	{ "spaces around equals", { TXT("v=STSv1; id = 1") }, TXT_INVALID, "1",
		{ TXT_FAULT_SPACES }, FAULT_DISPUTED },
	{ "space behind equals", { TXT("v=STSv1; id= 1") }, TXT_INVALID, "1", { TXT_FAULT_SPACES },
		FAULT_DISPUTED },
	{ "space at the end", { TXT("v=STSv1; id=1 ") }, TXT_INVALID, "1", { TXT_FAULT_SPACES },
		FAULT_DISPUTED },
	{ "extension without value", { TXT("v=STSv1; id=1; x=") }, TXT_INVALID, "1",
		{ TXT_FAULT_VALUE }, FAULT_DISPUTED },
	{ "extension with equals", { TXT("v=STSv1; id=1; x=a=b") }, TXT_INVALID, "1",
		{ TXT_FAULT_VALUE }, FAULT_DISPUTED },
	{ "extension with space", { TXT("v=STSv1; id=1; x=a b") }, TXT_INVALID, "1",
		{ TXT_FAULT_VALUE }, FAULT_DISPUTED },
	{ "extension with tab", { TXT("v=STSv1; id=1; x=a\tb") }, TXT_INVALID, "1",
		{ TXT_FAULT_VALUE }, FAULT_DISPUTED },
	{ "no extension name", { TXT("v=STSv1; id=1; =b") }, TXT_INVALID, "1", { TXT_FAULT_NAME },
		FAULT_DISPUTED },
	{ "extension name begins badly", { TXT("v=STSv1; id=1; _a=b") }, TXT_INVALID, "1",
		{ TXT_FAULT_NAME }, FAULT_DISPUTED },
	{ "extension name of 33", { TXT("v=STSv1; id=1; 6" ID32 "=b") }, TXT_INVALID, "1",
		{ TXT_FAULT_NAME }, FAULT_DISPUTED },
	{ "line end", { TXT("v=STSv1; id=1\n") }, TXT_INVALID, "1\\n",
		{ TXT_FAULT_CHARACTERS, STS_RECORD_ID_CHARACTERS }, FAULT_DISPUTED },
	{ "NUL", { TXT("v=STSv1; id=1\0") }, TXT_INVALID, "1\xe2\x90\x80",
		{ TXT_FAULT_CHARACTERS, STS_RECORD_ID_CHARACTERS }, FAULT_DISPUTED },
	{ "NUL in a name", { TXT("v=STSv1; id=1; a\0b=c") }, TXT_INVALID, "1",
		{ TXT_FAULT_CHARACTERS, TXT_FAULT_NAME }, FAULT_DISPUTED },
	{ "beyond ASCII", { TXT("v=STSv1; id=1; x=\xc3\xbc") }, TXT_INVALID, "1",
		{ TXT_FAULT_CHARACTERS }, FAULT_DISPUTED },
};

static size_t
count_txts(const struct txt *txts)
{
	size_t count = 0;
	while (count < MOST_TXTS && txts[count].bytes != NULL)
		count++;
	return count;
}

static bool
same_codes(const struct faults *faults, const int *codes)
{
	size_t count = 0;
	while (count < MOST_CODES && codes[count] != 0) {
		if (count >= faults->count || faults->items[count].code != codes[count])
			return false;
		count++;
	}
	return count == faults->count;
}

static void
test_records(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct arena *arena = arena_new();
		struct sts_record *got =
			sts_record_read(arena, rows[i].txts, count_txts(rows[i].txts));
		bool lenient = rows[i].status == TXT_INVALID && rows[i].worst == FAULT_DISPUTED;
		if (got->status != rows[i].status)
			FAIL("%s: %s", rows[i].name, txt_status_name(got->status));
		if (g_strcmp0(got->id, rows[i].id) != 0)
			FAIL("%s: id %s", rows[i].name, got->id);
		if (!same_codes(&got->faults, rows[i].codes))
			FAIL("%s: %zu faults, the first %d", rows[i].name, got->faults.count,
				got->faults.count > 0 ? got->faults.items[0].code : 0);
		if (got->faults.worst != rows[i].worst || got->lenient != lenient)
			FAIL("%s: %s", rows[i].name, fault_effect_name(got->faults.worst));
		arena_free(arena);
	}
}

/* The record that is shown is the one that counts, bytes and all. */
static void
test_chosen(void)
{
	struct arena *arena = arena_new();
	const struct txt txts[] = { TXT("x"), TXT("v=STSv1; id=1; a\0b=c"), TXT("v=spf1") };
	struct sts_record *got = sts_record_read(arena, txts, 3);
	g_assert_cmpmem(got->txt.bytes, got->txt.length, txts[1].bytes, txts[1].length);
	g_assert_true(got->txt.bytes != txts[1].bytes);
	g_assert_null(sts_record_read(arena, txts, 1)->txt.bytes);
	arena_free(arena);
}

/* What people read. */
static void
test_sentences(void)
{
	static const struct {
		struct txt txt;
		const char *want;
	} said[] = {
		{ TXT("v=STSv1"),
			"The TXT record \"v=STSv1\" does not begin with \"v=STSv1;\": no semicolon "
			"follows its version. Senders that keep to the RFC pass over it." },
		{ TXT("v=STSv1 ; id=1"),
			"The TXT record \"v=STSv1 ; id=1\" does not begin with \"v=STSv1;\": white "
			"space stands between its version and the semicolon. Senders that keep to "
			"the "
			"RFC pass over it; lenient ones read it." },
		{ TXT("v=STSv1; id=a-b"),
			"The id \"a-b\" of the MTA-STS record has characters other than letters "
			"and "
			"digits. Strict senders find no policy; lenient ones take it." },
		{ TXT("v=STSv1; id=1; \x1b[2J=c"),
			"In the MTA-STS record, \"v=STSv1; id=1; \\x1b[2J=c\" has characters that "
			"are "
			"not printable ASCII. Strict senders refuse the record; lenient ones pass "
			"over that." },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(said); i++) {
		struct arena *arena = arena_new();
		struct sts_record *got = sts_record_read(arena, &said[i].txt, 1);
		g_assert_cmpuint(got->faults.count, >, 0);
		g_assert_cmpstr(got->faults.items[0].text, ==, said[i].want);
		arena_free(arena);
	}
}

/* Faults beyond the cap are counted, and weigh. */
static void
test_many_faults(void)
{
	struct arena *arena = arena_new();
	g_autoptr(GString) text = g_string_new("v=STSv1;");
	for (int i = 0; i < 100; i++)
		g_string_append(text, ";");
	struct txt txt = { text->str, text->len };
	struct sts_record *got = sts_record_read(arena, &txt, 1);
	g_assert_cmpuint(got->faults.count, ==, 64);
	g_assert_cmpuint(got->faults.left_out, ==, 37); /* 100 empty fields, and no id */
	g_assert_cmpint(got->faults.worst, ==, FAULT_REFUSED);
	g_assert_null(faults_find(&got->faults, STS_RECORD_ID_MISSING));
	g_assert_true(faults_find(&got->faults, TXT_FAULT_EMPTY_FIELD) == got->faults.items);
	arena_free(arena);
}

static void
test_names(void)
{
	g_assert_cmpstr(txt_status_name(TXT_FINE), ==, "fine");
	g_assert_cmpstr(txt_status_name(TXT_INVALID), ==, "invalid");
	g_assert_cmpstr(fault_effect_name(FAULT_NONE), ==, "none");
	g_assert_cmpstr(fault_effect_name(FAULT_REFUSED), ==, "refused");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sts-record/records", test_records);
	g_test_add_func("/sts-record/chosen", test_chosen);
	g_test_add_func("/sts-record/sentences", test_sentences);
	g_test_add_func("/sts-record/many-faults", test_many_faults);
	g_test_add_func("/sts-record/names", test_names);
	return g_test_run();
}
