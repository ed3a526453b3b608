/* Members of JSON objects as senders really fill them. */
#include "ingest/json_member.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The first double that no int64_t holds: 2^63. */
#define BEYOND_INT64 9223372036854775808.0

void
json_note(struct json_place *place, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	report_note_at(place->report, place->where, format, args);
	va_end(args);
}

static void
take_member(struct json_place *place, const cJSON *item, const char *const *names,
	const cJSON **members, bool *seen, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(item->string, names[i]) != 0)
			continue;
		if (seen[i])
			json_note(place, "%s: given twice, the last one taken", names[i]);
		seen[i] = true;
		members[i] = cJSON_IsNull(item) ? NULL : item;
		return;
	}
}

void
json_members(struct json_place *place, const cJSON *object, const char *const *names,
	const cJSON **members, size_t count)
{
	bool seen[16] = { false };
	g_assert(count <= G_N_ELEMENTS(seen));
	memset(members, 0, count * sizeof *members);
	if (!cJSON_IsObject(object))
		return;
	for (const cJSON *item = object->child; item != NULL; item = item->next)
		take_member(place, item, names, members, seen, count);
}

const char *
json_cut(struct json_place *place, const char *text, const char *name, size_t cap)
{
	size_t length = strlen(text);
	if (length > cap) {
		json_note(place, "%s: %zu bytes, cut at %zu", name, length, cap);
		length = cap;
		while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
			length--;
	}
	return arena_strndup(place->report->arena, text, length);
}

/* Whether a number is one that an int64_t holds. */
static bool
is_whole(double number)
{
	return number >= -BEYOND_INT64 && number < BEYOND_INT64 &&
	       number == (double)(int64_t)number;
}

static const char *
number_text(struct json_place *place, double number)
{
	char text[64];
	snprintf(text, sizeof text, is_whole(number) ? "%.0f" : "%.17g", number);
	return arena_strdup(place->report->arena, text);
}

const char *
json_text(struct json_place *place, const cJSON *item, const char *name, size_t cap)
{
	if (item == NULL)
		return NULL;
	if (cJSON_IsNumber(item)) {
		json_note(place, "%s: a number", name);
		return number_text(place, item->valuedouble);
	}
	if (!cJSON_IsString(item)) {
		json_note(place, "%s: not text, ignored", name);
		return NULL;
	}
	return item->valuestring[0] != '\0' ? json_cut(place, item->valuestring, name, cap) : NULL;
}

const char *
json_word(struct json_place *place, const cJSON *item, const char *name, size_t cap)
{
	const char *text = json_text(place, item, name, cap);
	if (text == NULL)
		return NULL;
	text += strspn(text, " \t\r\n");
	char *word = arena_strdup(place->report->arena, text);
	g_strchomp(word);
	for (char *at = word; *at != '\0'; at++)
		*at = g_ascii_tolower(*at);
	return word[0] != '\0' ? word : NULL;
}

/* Digits as senders of strings write them. */
static bool
count_from_text(const char *text, int64_t *count)
{
	char *end;
	g_autofree char *trimmed = g_strstrip(g_strdup(text));
	if (!g_ascii_isdigit(trimmed[0]))
		return false;
	guint64 value = g_ascii_strtoull(trimmed, &end, 10);
	if (*end != '\0' || value > INT64_MAX)
		return false;
	*count = (int64_t)value;
	return true;
}

static bool
count_from_number(double number, int64_t *count)
{
	if (number < 0 || !is_whole(number))
		return false;
	*count = (int64_t)number;
	return true;
}

int64_t
json_count(struct json_place *place, const cJSON *item, const char *name, int64_t absent)
{
	int64_t count;
	if (item == NULL) {
		json_note(place, "%s: absent", name);
		return absent;
	}
	if (cJSON_IsNumber(item)) {
		if (count_from_number(item->valuedouble, &count))
			return count;
		json_note(place, "%s: %.17g is no count, ignored", name, item->valuedouble);
		return absent;
	}
	if (cJSON_IsString(item) && count_from_text(item->valuestring, &count)) {
		json_note(place, "%s: digits in a string", name);
		return count;
	}
	json_note(place, "%s: no count, ignored", name);
	return absent;
}
