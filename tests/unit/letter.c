/* Mail as it is written: nothing in a subject or a message can make a header, a line that is too
   long or a bare line end. */
#include "analyze/alert/letter.h"

#include <string.h>

#include "tests/unit/row.h"

#define LONG_LINE 3000

static const struct letter_options options = { .from = "stsready@home.example" };

static const struct {
	const char *name, *subject, *words, *html;
} rows[] = {
	{ "plain", "kestrel.example: FIX", "Hello.\n", NULL },
	{ "a header in the subject", "x\r\nBcc: all@victim.example\r\n\r\nbody", "y\n", NULL },
	{ "a header after a bare line feed", "x\nBcc: all@victim.example", "y\n", NULL },
	{ "a header after a bare carriage return", "x\rBcc: all@victim.example", "y\n", NULL },
	{ "a subject that is not ASCII", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80 \xc3\xb6", "y\n",
		NULL },
	{ "a subject that is not UTF-8", "\xff\xfe\x80", "y\n", NULL },
	{ "dots", "x", ".\n..\n.\r\n\n.\n", NULL },
	{ "bare carriage returns", "x", "a\rb\r\rc\n", NULL },
	{ "From at the beginning of a line", "x", "From here\n", NULL },
	{ "words that are not ASCII", "x", "\xc3\xa4\xe2\x82\xac\n", NULL },
	{ "a page as well", "x", "y\n", "<p>\xc3\xa4</p>" },
	{ "a boundary in the words", "x", "--=-\n------\n", "<p>--=-</p>" },
};

/* Lines end with CRLF and are as RFC 5322 2.1.1 wants them; what it says about them, or NULL. */
static const char *
fault_of(const char *text)
{
	size_t column = 0;
	bool headers = true;
	for (const char *at = text; *at != '\0'; at++) {
		if (column == 0 && headers && g_ascii_strncasecmp(at, "Bcc", 3) == 0)
			return "a header that nobody wrote";
		if (*at == '\n' && (at == text || at[-1] != '\r'))
			return "a bare line feed";
		if (*at == '\r' && at[1] != '\n')
			return "a bare carriage return";
		if (*at == '\n') {
			headers = headers && column > 1;
			column = 0;
		} else if (++column > 79) {
			return "a line that is too long";
		}
		if ((unsigned char)*at >= 0x80)
			return "a byte that is not ASCII";
	}
	return column == 0 ? NULL : "no line end at the end";
}

static void
expect_good(const char *name, const struct letter *letter)
{
	g_autofree char *text = letter_text(&options, letter);
	const char *fault = fault_of(text);
	if (fault != NULL)
		FAIL("%s: %s in\n%s", name, fault, text);
}

static void
test_lines(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct letter letter = { .to = "ann@home.example",
			.id = "0123",
			.at = 1795413600,
			.subject = rows[i].subject,
			.words = rows[i].words,
			.html = rows[i].html };
		expect_good(rows[i].name, &letter);
	}
}

static void
test_long_lines(void)
{
	g_autofree char *line = g_strnfill(LONG_LINE, 'x');
	g_autofree char *subject = g_strnfill(150, 'y');
	const struct letter letter = { .to = "ann@home.example",
		.id = "0123",
		.at = 1795413600,
		.subject = "x",
		.words = line,
		.html = line };
	expect_good("one of 3000 characters", &letter);
	const struct letter named = {
		.to = "ann@home.example", .id = "0123", .at = 0, .subject = subject, .words = "y\n"
	};
	g_autofree char *text = letter_text(&options, &named);
	/* a word cannot be folded: below what RFC 5322 forbids is enough */
	g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);
	for (char **at = lines; *at != NULL; at++)
		g_assert_cmpuint(strlen(*at), <, 998);
}

static void
test_headers(void)
{
	const struct letter letter = { .to = "ann@home.example",
		.id = "0123",
		.at = 1795413600,
		.urgent = true,
		.subject = "a test",
		.words = "y\n" };
	g_autofree char *text = letter_text(&options, &letter);
	static const char *const wanted[] = { "From: stsready@home.example\r\n",
		"To: ann@home.example\r\n", "Subject: stsready: a test\r\n",
		"Date: Mon, 23 Nov 2026 06:00:00 +0000\r\n",
		"Message-Id: <stsready.0123@home.example>\r\n",
		"Auto-Submitted: auto-generated\r\n", "Importance: high\r\n" };
	for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
		if (strstr(text, wanted[i]) == NULL)
			FAIL("no %s in\n%s", wanted[i], text);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/letter/lines", test_lines);
	g_test_add_func("/letter/long-lines", test_long_lines);
	g_test_add_func("/letter/headers", test_headers);
	return g_test_run();
}
