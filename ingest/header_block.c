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

/* A field with its folded lines; false where the lines at at are no field. */
static bool
read_field(const uint8_t **at, const uint8_t *end, struct header_field *field)
{
	const uint8_t *start = *at, *stop = line_end(start, end);
	while (stop < end && (*stop == ' ' || *stop == '\t'))
		stop = line_end(stop, end);
	*at = stop;

	const uint8_t *colon = memchr(start, ':', (size_t)(stop - start));
	if (colon == NULL || colon == start)
		return false;
	size_t length = (size_t)(stop - start);
	while (length > 0 && (start[length - 1] == '\n' || start[length - 1] == '\r'))
		length--;
	size_t name = (size_t)(colon - start);
	while (name > 0 && (start[name - 1] == ' ' || start[name - 1] == '\t'))
		name--;
	*field = (struct header_field){ (const char *)start, name, (const char *)start, length };
	return true;
}

bool
header_block_next(struct header_block *block, struct header_field *field)
{
	while (block->at < block->end && !is_empty_line(block->at, block->end))
		if (read_field(&block->at, block->end, field))
			return true;
	return false;
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
