/* Messages that would cost a MIME parser all of its stack or memory, and ones that only look big.
 */
#include "ingest/mail_shape.h"

#include <sys/resource.h>

#include "ingest/limits.h"
#include "ingest/mail.h"
#include "tests/unit/row.h"

static const struct {
	const char *name, *head, *unit;
	size_t count;
	const char *tail;
	const char *want; /* in the reason; NULL: fine */
} rows[] = {
	{ "as many fields as may be", "", "a:b\n", LIMIT_MAIL_FIELDS, "\nx\n", NULL },
	{ "one more", "", "a:b\n", LIMIT_MAIL_FIELDS + 1, "\nx\n", "like header fields" },
	{ "fields of a part", "Content-Type: multipart/mixed; boundary=b\n\n--b\n", "a:b\n",
		2 * LIMIT_MAIL_FIELDS, "\nx\n--b--\n", "like header fields" },
	{ "fields of a message in a message", "Content-Type: message/rfc822\n\n", "a :b\n",
		2 * LIMIT_MAIL_FIELDS, "\nx\n", "like header fields" },
	{ "long text", "\n", "Some words: and more of them\n", 2 * LIMIT_MAIL_FIELDS, "", NULL },
	{ "lines of base64", "\n", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=\n", 400000, "", NULL },
	{ "indented JSON", "\n{\n", "  \"key\": \"value\",\n", 400000, "}\n", NULL },
	{ "JSON in one line", "\n{", "\"key\":\"value\",", 400000, "}\n", NULL },
	{ "parts", "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\n",
		LIMIT_MAIL_BOUNDARIES + 1, "--b--\n", "like boundaries" },
	{ "groups in groups", "From: ", "a:", LIMIT_MAIL_COLONS + 1, "\n\nx\n",
		"groups of addresses" },
	{ "groups, folded", "TO: ", "a:\n ", LIMIT_MAIL_COLONS + 1, "\n\nx\n",
		"groups of addresses" },
	{ "groups in many fields", "", "Cc : a:\n", LIMIT_MAIL_COLONS + 1, "\nx\n",
		"groups of addresses" },
	{ "groups within a part", "Content-Type: message/rfc822\n\nReply-To: ", "a:",
		LIMIT_MAIL_COLONS + 1, "\n\nx\n", "groups of addresses" },
	{ "many address fields without groups", "", "From: a@quay.example\n", 5000, "\nx\n", NULL },
	{ "colons elsewhere", "DKIM-Signature: ", "a:", 20000, "\n\nx\n", NULL },
	{ "addresses", "To: ", "someone@quay.example, ", 20000, "\n\nx\n", "addresses, types" },
	{ "parameters", "content-type: a/b", "; n=x", 60000, "\n\nx\n", "addresses, types" },
	{ "a long date", "Date: ", "1 ", 200000, "\n\nx\n", "addresses, types" },
};

static void
test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) text = g_string_new(rows[i].head);
		g_autoptr(GError) error = NULL;
		for (size_t n = 0; n < rows[i].count; n++)
			g_string_append(text, rows[i].unit);
		g_string_append(text, rows[i].tail);
		bool fine = mail_shape_check((const uint8_t *)text->str, text->len, &error);
		const char *got = fine ? NULL : error->message;
		if ((got == NULL) != (rows[i].want == NULL) ||
			(got != NULL && strstr(got, rows[i].want) == NULL))
			FAIL("%s: got %s, want %s", rows[i].name, got, rows[i].want);
	}
}

static long
peak_kib(void)
{
	struct rusage usage;
	g_assert_cmpint(getrusage(RUSAGE_SELF, &usage), ==, 0);
	return usage.ru_maxrss;
}

/* What is just within the caps must not take the stack, or more memory than a few messages. Without
   the caps the first took the stack and the others gigabytes. */
static void
test_cost(void)
{
	static const struct {
		const char *head, *unit;
		size_t count;
	} worst[] = {
		{ "From: ", "a:", LIMIT_MAIL_COLONS },
		{ "", "a:b\n", LIMIT_MAIL_FIELDS },
		{ "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\n",
			LIMIT_MAIL_BOUNDARIES },
		{ "To: ", "a@b,", LIMIT_MAIL_PARSED_BYTES / 4 - 10 },
		{ "Content-Type: a/b", "; n=x", LIMIT_MAIL_PARSED_BYTES / 5 - 10 },
		{ "", "Content-Type: message/rfc822\n\n", LIMIT_MAIL_PARSED_BYTES / 30 },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(worst); i++) {
		g_autoptr(GString) text = g_string_new(worst[i].head);
		for (size_t n = 0; n < worst[i].count; n++)
			g_string_append(text, worst[i].unit);
		g_autoptr(GPtrArray) arrivals =
			mail_read((const uint8_t *)text->str, text->len, 0, NULL, NULL);
		g_assert_nonnull(arrivals);
	}
	g_assert_cmpint(peak_kib(), <, 512 * 1024);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mail-shape/rows", test_rows);
	g_test_add_func("/mail-shape/cost", test_cost);
	return g_test_run();
}
