/* The raw headers of a message, one field at a time. */
#include "ingest/header_block.h"

#include <string.h>

#include <glib.h>

/* The end of the line that begins at at, behind its line feed. */
static const uint8_t *
line_end(const uint8_t *at, const uint8_t *end)
{
	const uint8_t *feed = memchr(at, '\n', (size_t)(end - at));
	return feed != NULL ? feed + 1 : end;
}

static bool
is_empty_line(const uint8_t *at, const uint8_t *end)
{
	return *at == '\n' || (end - at > 1 && at[0] == '\r' && at[1] == '\n');
}

/* The length of the name at the start of a line; 0: it has none. */
static size_t
name_length(const uint8_t *at, const uint8_t *end)
{
	const uint8_t *colon = at;
	while (colon < end && g_ascii_isgraph(*colon) && *colon != ':')
		colon++;
	return colon < end && *colon == ':' ? (size_t)(colon - at) : 0;
}

bool
header_block_next(struct header_block *block, struct header_field *field)
{
	const uint8_t *start = block->at, *end = block->end;
	if (start >= end || is_empty_line(start, end))
		return false;
	size_t name = name_length(start, end);
	if (name == 0)
		return false;

	const uint8_t *stop = line_end(start, end);
	while (stop < end && (*stop == ' ' || *stop == '\t'))
		stop = line_end(stop, end);
	block->at = stop;
	while (stop > start && (stop[-1] == '\n' || stop[-1] == '\r'))
		stop--;
	*field = (struct header_field){ (const char *)start, name, (const char *)start,
		(size_t)(stop - start) };
	return true;
}

/* Which of the fields that a reader goes by this is; -1: another. */
static int
single_field(const struct header_field *field, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (header_field_is(field, names[i]))
			return (int)i;
	return -1;
}

const char *
header_block_flaw(const uint8_t *message, size_t length)
{
	static const char *const names[] = { "From", "Subject", "Content-Type",
		"Content-Transfer-Encoding", "Content-Disposition", "TLS-Report-Domain",
		"TLS-Report-Submitter" };
	struct header_block block = { message, message + length };
	struct header_field field;
	bool seen[G_N_ELEMENTS(names)] = { false };
	while (header_block_next(&block, &field)) {
		int which = single_field(&field, names, G_N_ELEMENTS(names));
		if (which >= 0 && seen[which])
			return "a field twice that may be there once";
		if (which >= 0)
			seen[which] = true;
		if (memchr(field.text, '\0', field.text_length) != NULL)
			return "a NUL byte";
	}
	if (block.at < block.end && !is_empty_line(block.at, block.end))
		return "a line that is no header field";
	return NULL;
}

bool
header_field_is(const struct header_field *field, const char *name)
{
	return field->name_length == strlen(name) &&
	       g_ascii_strncasecmp(field->name, name, field->name_length) == 0;
}

char *
header_field_value(const struct header_field *field)
{
	const char *colon = memchr(field->text, ':', field->text_length);
	size_t skip = (size_t)(colon + 1 - field->text);
	char *value = g_strndup(colon + 1, field->text_length - skip), *to = value;
	for (const char *at = value; *at != '\0'; at++)
		if (*at != '\r' && *at != '\n')
			*to++ = *at;
	*to = '\0';
	return g_strstrip(value);
}
