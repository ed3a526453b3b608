/* The policy of a domain: its body and its lines, read and written. */
#include "checker/sts_policy.h"

#include <string.h>

#include <glib.h>

#include "checker/nearest.h"
#include "checker/sts_field.h"

/* sts-policy-ext-name = sts-policy-alphanum *31(sts-policy-alphanum / "_" / "-" / ".") */
#define MOST_KEY 32

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

const char *
sts_mode_name(enum sts_mode mode)
{
	static const char *const names[] = { NULL, "none", "testing", "enforce" };
	return names[mode];
}

static const char *
quote(struct sts_reading *reading, const struct txt *text)
{
	return fault_quote(reading->arena, text->bytes, text->length);
}

/* ---- keys that are none of the four ---- */

static bool
is_key_byte(char byte)
{
	return g_ascii_isalnum(byte) || byte == '_' || byte == '-' || byte == '.';
}

static bool
is_key(const struct txt *key)
{
	if (key->length == 0 || key->length > MOST_KEY || !g_ascii_isalnum(key->bytes[0]))
		return false;
	for (size_t i = 0; i < key->length; i++)
		if (!is_key_byte(key->bytes[i]))
			return false;
	return true;
}

/* RFC 8461 3.2: unknown fields are ignored, so that others can be added. */
static void
take_unknown(struct sts_reading *reading, const struct txt *key, const struct txt *value)
{
	const char *meant = nearest(sts_field_keys, key->bytes, key->length);
	const char *hint =
		meant != NULL ? arena_printf(reading->arena, " Did you mean \"%s\"?", meant) : "";
	if (!is_key(key)) {
		STS_FAULT(reading, STS_POLICY_KEY, FAULT_DISPUTED,
			"%s cannot be a key. Strict senders refuse the whole policy; lenient ones "
			"pass over the line.%s",
			quote(reading, key), hint);
		return;
	}
	STS_FAULT(reading, STS_POLICY_UNKNOWN, FAULT_IGNORED,
		"The key %s is unknown; senders pass over the line.%s", quote(reading, key), hint);
	sts_field_look_at_value(reading, value);
}

/* ---- lines ---- */

static bool
has_control(const struct txt *line)
{
	for (size_t i = 0; i < line->length; i++) {
		unsigned char byte = (unsigned char)line->bytes[i];
		if ((byte < ' ' && byte != '\t') || byte == 0x7f)
			return true;
	}
	return false;
}

/* "mode=enforce": says what its beginning is near to. */
static void
add_no_colon(struct sts_reading *reading, const struct txt *line)
{
	size_t length = 0;
	while (length < line->length && is_key_byte(line->bytes[length]))
		length++;
	const char *meant = nearest(sts_field_keys, line->bytes, length);
	const char *hint = "";
	if (line->bytes[0] == '#')
		hint = " Policies have no comments.";
	else if (meant != NULL)
		hint = arena_printf(reading->arena, " Did you mean \"%s: ...\"?", meant);
	STS_FAULT(reading, STS_POLICY_NO_COLON, FAULT_DISPUTED,
		"%s is not of the form \"key: value\". Strict senders refuse the whole policy; "
		"lenient ones pass over the line.%s",
		quote(reading, line), hint);
}

static void
read_pair(struct sts_reading *reading, const struct txt *text, const char *colon)
{
	struct txt before = { text->bytes, (size_t)(colon - text->bytes) };
	struct txt key = txt_trim(before);
	struct txt value = txt_trim(txt_after(text, before.length + 1));
	if (key.length != before.length)
		STS_FAULT(reading, STS_POLICY_SPACED_COLON, FAULT_DISPUTED,
			"White space stands before the colon. Strict senders refuse the whole "
			"policy; lenient ones do not mind.");
	for (int field = 0; field < STS_FIELDS; field++)
		if (txt_is(&key, sts_field_keys[field])) {
			sts_field_read(reading, field, &value);
			return;
		}
	take_unknown(reading, &key, &value);
}

/* RFC 8461 3.2: a key, ":" *WSP, a value, *WSP. */
static void
read_line(struct sts_reading *reading, const struct txt *line)
{
	struct txt text = txt_trim(*line);
	if (text.length == 0) {
		STS_FAULT(reading, STS_POLICY_EMPTY_LINE, FAULT_DISPUTED,
			"The line is empty. Strict senders refuse the whole policy; lenient ones "
			"pass over the line.");
		return;
	}
	if (txt_is_wsp(line->bytes[0]))
		STS_FAULT(reading, STS_POLICY_LEADING_SPACE, FAULT_DISPUTED,
			"White space stands before the key. Strict senders refuse the whole "
			"policy; "
			"lenient ones do not mind.");
	if (has_control(&text))
		STS_FAULT(reading, STS_POLICY_CONTROL, FAULT_DISPUTED,
			"%s has control characters. Strict senders refuse the whole policy.",
			quote(reading, &text));
	const char *colon = memchr(text.bytes, ':', text.length);
	if (colon != NULL)
		read_pair(reading, &text, colon);
	else
		add_no_colon(reading, &text);
}

/* ---- the body ---- */

/* Takes the first line off the rest; *end: "\n", "\r\n", "\r", or "" where the text ends. */
static struct txt
next_line(struct txt *rest, char separator, const char **end)
{
	const char *found = memchr(rest->bytes, separator, rest->length);
	struct txt line = { rest->bytes, rest->length };
	*end = "";
	if (found != NULL) {
		line.length = (size_t)(found - rest->bytes);
		*end = separator == '\r' ? "\r" : "\n";
	}
	*rest = txt_after(rest, line.length + strlen(*end));
	if (found != NULL && line.length > 0 && line.bytes[line.length - 1] == '\r') {
		line.length--;
		*end = "\r\n";
	}
	return line;
}

/* Lines end in LF or CRLF (sts-policy-term); the last one may have no end. */
static void
read_lines(struct sts_reading *reading, struct txt rest)
{
	bool bare_cr = memchr(rest.bytes, '\n', rest.length) == NULL &&
		       memchr(rest.bytes, '\r', rest.length) != NULL;
	const char *first = NULL, *end;
	bool mixed = false;
	if (bare_cr)
		STS_FAULT(reading, STS_POLICY_BARE_CR, FAULT_DISPUTED,
			"Lines end in CR alone. Strict senders see one line, and refuse the "
			"policy.");
	while (rest.length > 0) {
		reading->line++;
		struct txt line = next_line(&rest, bare_cr ? '\r' : '\n', &end);
		read_line(reading, &line);
		first = first != NULL ? first : end;
		if (!mixed && *end != '\0' && strcmp(end, first) != 0) {
			mixed = true;
			STS_FAULT(reading, STS_POLICY_MIXED_ENDS, FAULT_TOLERATED,
				"Some lines end in LF, some in CRLF. Senders do not mind.");
		}
	}
}

/* A letter of ASCII in UTF-16. */
static bool
is_wide(const char *bytes)
{
	return (bytes[0] == '\0' && g_ascii_isgraph(bytes[1])) ||
	       (g_ascii_isgraph(bytes[0]) && bytes[1] == '\0');
}

/* gzip, zip, UTF-16 with or without its mark */
static bool
is_binary(const struct txt *body)
{
	return txt_begins(body, "\x1f\x8b") || txt_begins(body, "PK\x03\x04") ||
	       txt_begins(body, "\xff\xfe") || txt_begins(body, "\xfe\xff") ||
	       (body->length > 1 && is_wide(body->bytes));
}

/* Whether the body is something else than a policy: then one fault says it all. */
static bool
is_something_else(struct sts_reading *reading, const struct txt *body)
{
	struct txt text = *body;
	while (text.length > 0 && g_ascii_isspace(text.bytes[0]))
		text = txt_after(&text, 1);
	if (text.length == 0)
		STS_FAULT(reading, STS_POLICY_EMPTY, FAULT_REFUSED,
			"The policy is empty; senders refuse it.");
	else if (is_binary(body))
		STS_FAULT(reading, STS_POLICY_BINARY, FAULT_REFUSED,
			"The policy is no text in ASCII or UTF-8 (%s); senders refuse it.",
			quote(reading, body));
	else if (text.bytes[0] == '<')
		STS_FAULT(reading, STS_POLICY_HTML, FAULT_REFUSED,
			"Instead of a policy there is a web page (%s); senders refuse it.",
			quote(reading, &text));
	else
		return false;
	return true;
}

struct sts_policy *
sts_policy_read(struct arena *arena, const char *bytes, size_t length)
{
	struct sts_policy *policy = arena_calloc(arena, 1, sizeof *policy);
	g_autoptr(GPtrArray) mx = g_ptr_array_new();
	g_autoptr(GHashTable) mx_seen = g_hash_table_new(g_str_hash, g_str_equal);
	struct sts_reading reading = {
		.arena = arena, .policy = policy, .mx = mx, .mx_seen = mx_seen
	};
	struct txt body = { bytes, length };
	if (txt_begins(&body, BYTE_ORDER_MARK)) {
		body = txt_after(&body, strlen(BYTE_ORDER_MARK));
		STS_FAULT(&reading, STS_POLICY_BOM, FAULT_REFUSED,
			"The policy begins with a byte order mark. Senders take it for a part of "
			"the first key, and refuse the policy.");
	}
	if (!is_something_else(&reading, &body)) {
		read_lines(&reading, body);
		sts_field_finish(&reading);
	}
	policy->usable = policy->faults.worst < FAULT_DISPUTED;
	policy->lenient = policy->faults.worst == FAULT_DISPUTED;
	return policy;
}

char *
sts_policy_text(const struct sts_policy *policy, enum sts_mode mode, uint64_t max_age)
{
	GString *text = g_string_new("version: STSv1\r\n");
	g_string_append_printf(text, "mode: %s\r\n", sts_mode_name(mode));
	for (size_t i = 0; i < policy->n_mx; i++)
		g_string_append_printf(text, "mx: %s\r\n", policy->mx[i]);
	g_string_append_printf(text, "max_age: %" G_GUINT64_FORMAT "\r\n", max_age);
	return g_string_free(text, FALSE);
}
