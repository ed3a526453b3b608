/* Fuzz target: strangers' text on its way into the log.  Two values of one line, cut from an input
   at its first NUL, are found again by a reader who knows only how values are quoted. */
#include "ingest/log.h"

#include <string.h>

#include "ingest/printable.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Passes a value: a quoted one up to its quote, a plain one up to the space behind it. */
static const char *
pass_value(const char *at)
{
	if (*at != '"')
		return at + strcspn(at, " ");
	for (at++; *at != '"'; at++) {
		g_assert_true(*at != '\0');
		if (*at == '\\')
			at++;
	}
	return at + 1;
}

static const char *
pass_pair(const char *at, const char *key)
{
	g_assert_true(g_str_has_prefix(at, key));
	return pass_value(at + strlen(key));
}

/* Nothing that moves a cursor, ends a line or is no text. */
static void
assert_visible(const char *line)
{
	g_assert_true(g_utf8_validate(line, -1, NULL));
	for (const char *at = line; *at != '\0'; at = g_utf8_next_char(at))
		g_assert_false(printable_hides(g_utf8_get_char(at)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct log log = { .fd = -1, .most = LOG_LEVEL_INFO, .journal = true };
	g_autofree char *one = g_strndup((const char *)data, size);
	size_t length = strlen(one);
	g_autofree char *two =
		length < size ? g_strndup((const char *)data + length + 1, size - length - 1)
			      : g_strdup("");

	g_autoptr(GString) line = log_begin(&log, LOG_LEVEL_INFO, "test");
	log_text(line, "one", one);
	log_text(line, "two", two);
	log_number(line, "three", 3);
	assert_visible(line->str);
	const char *at = pass_pair(line->str, "<6>event=");
	at = pass_pair(at, " one=");
	at = pass_pair(at, " two=");
	g_assert_cmpstr(at, ==, " three=3");
	return 0;
}
