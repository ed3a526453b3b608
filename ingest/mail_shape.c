/* Whether a message can be given to a MIME parser. */
#include "ingest/mail_shape.h"

#include <string.h>

#include "ingest/limits.h"
#include "ingest/report_body.h"

struct shape {
	size_t fields, boundaries, parsed_bytes, address_colons;
	bool in_parsed, in_address; /* the line before belongs to such a field */
};

/* Fields whose values the parser takes apart; a "*" at the end matches any rest. */
static const char *const address_fields[] = { "From", "Sender", "Reply-To", "To", "Cc", "Bcc",
	NULL };
static const char *const other_parsed_fields[] = { "Content-*", "Date", "Subject", "Message-ID",
	"References", "In-Reply-To", "Resent-*", "TLS-Report-*", "Autocrypt*", NULL };

static bool
name_is(const char *name, size_t length, const char *wanted)
{
	size_t wanted_length = strlen(wanted);
	if (wanted[wanted_length - 1] == '*')
		return length >= wanted_length - 1 &&
		       g_ascii_strncasecmp(name, wanted, wanted_length - 1) == 0;
	return length == wanted_length && g_ascii_strncasecmp(name, wanted, length) == 0;
}

static bool
name_is_any(const char *name, size_t length, const char *const *wanted)
{
	for (; length > 0 && *wanted != NULL; wanted++)
		if (name_is(name, length, *wanted))
			return true;
	return false;
}

/* The length of the field name that line begins with; 0: none.  Anything without white space
   counts as a name, as it does with lenient parsers, and white space before the colon. */
static size_t
name_length(const char *line, size_t length)
{
	size_t name = 0;
	while (name < length && (unsigned char)line[name] > ' ' && line[name] != ':')
		name++;
	size_t colon = name;
	while (colon < length && (line[colon] == ' ' || line[colon] == '\t'))
		colon++;
	return colon < length && line[colon] == ':' ? name : 0;
}

static size_t
count_colons(const char *line, size_t length)
{
	size_t count = 0;
	const char *end = line + length;
	while ((line = memchr(line, ':', (size_t)(end - line))) != NULL) {
		count++;
		line++;
	}
	return count;
}

static void
add_line(struct shape *shape, const char *line, size_t length)
{
	size_t name = 0;
	if (line[0] != ' ' && line[0] != '\t') {
		name = name_length(line, length);
		shape->fields += name > 0;
		shape->boundaries += length >= 2 && line[0] == '-' && line[1] == '-';
		shape->in_address = name_is_any(line, name, address_fields);
		shape->in_parsed =
			shape->in_address || name_is_any(line, name, other_parsed_fields);
	}
	if (shape->in_parsed)
		shape->parsed_bytes += length;
	if (shape->in_address)
		shape->address_colons += count_colons(line, length) - (name > 0 ? 1 : 0);
}

static bool
is_within(size_t count, size_t cap, const char *what, GError **error)
{
	if (count <= cap)
		return true;
	g_set_error(error, REPORT_ERROR, REPORT_ERROR_LIMIT,
		"message with more than %zu %s, at most so many are read", cap, what);
	return false;
}

bool
mail_shape_check(const uint8_t *bytes, size_t length, GError **error)
{
	struct shape shape = { 0 };
	const char *line = (const char *)bytes, *end = line + length;
	while (line < end) {
		const char *feed = memchr(line, '\n', (size_t)(end - line));
		const char *next = feed != NULL ? feed + 1 : end;
		add_line(&shape, line, (size_t)(next - line));
		line = next;
	}
	return is_within(shape.fields, LIMIT_MAIL_FIELDS, "lines like header fields", error) &&
	       is_within(shape.boundaries, LIMIT_MAIL_BOUNDARIES, "lines like boundaries", error) &&
	       is_within(shape.parsed_bytes, LIMIT_MAIL_PARSED_BYTES,
		       "bytes of addresses, types and the like", error) &&
	       is_within(shape.address_colons, LIMIT_MAIL_COLONS, "groups of addresses", error);
}
