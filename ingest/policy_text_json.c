/* "policy-string" and "mx-host" in all the forms that senders give them. */
#include "ingest/policy_text_json.h"

#include <string.h>

#include "ingest/domain_name.h"
#include "ingest/json_scan.h"
#include "ingest/json_tree.h"
#include "ingest/limits.h"

/* Lines gathered so far; text lives in the report's arena. */
struct lines {
	struct json_place *place;
	const char *name, *separators;
	GPtrArray *texts;
};

static bool
is_full(const struct lines *lines)
{
	return lines->texts->len == LIMIT_POLICY_LINES;
}

static void
add_line(struct lines *lines, const char *text, size_t length)
{
	g_autofree char *line = g_strstrip(g_strndup(text, length));
	if (line[0] == '\0')
		return;
	g_ptr_array_add(lines->texts,
		(gpointer)json_cut(lines->place, line, lines->name, LIMIT_TEXT_BYTES));
}

static void
add_text(struct lines *lines, const char *text)
{
	while (*text != '\0' && !is_full(lines)) {
		size_t length = strcspn(text, lines->separators);
		add_line(lines, text, length);
		text += length + (text[length] != '\0');
	}
}

/* Adds the strings of a JSON array in text; false where it is none. */
static bool
add_array_text(struct lines *lines, struct arena *arena, const char *text)
{
	g_autoptr(GByteArray) scanned = g_byte_array_new();
	unsigned quirks;
	if (!json_scan((const uint8_t *)text, strlen(text), scanned, &quirks, NULL))
		return false;
	const cJSON *array = json_tree_parse_into(arena, (const char *)scanned->data, scanned->len);
	if (!cJSON_IsArray(array))
		return false;
	for (const cJSON *item = array->child; item != NULL && !is_full(lines); item = item->next)
		if (cJSON_IsString(item))
			add_text(lines, item->valuestring);
	json_note(lines->place, "%s: an array packed in a string", lines->name);
	return true;
}

/* A line that is a JSON array of strings (Microsoft's TLSA records): false where it is none.  Its
   tree is given up at once: a report of many such lines must not cost 32 times its size in memory.
 */
static bool
add_packed_array(struct lines *lines, const char *text)
{
	if (text[0] != '[' || strlen(text) > LIMIT_PACKED_BYTES)
		return false;
	struct arena *arena = arena_new();
	bool fine = add_array_text(lines, arena, text);
	arena_free(arena);
	return fine;
}

static void
add_item(struct lines *lines, const cJSON *item)
{
	if (!cJSON_IsString(item)) {
		if (!cJSON_IsNull(item))
			json_note(lines->place, "%s: not text, ignored", lines->name);
		return;
	}
	const char *text = item->valuestring + strspn(item->valuestring, " \t\r\n");
	if (!add_packed_array(lines, text))
		add_text(lines, text);
}

static void
add_all(struct lines *lines, const cJSON *item)
{
	if (item == NULL)
		return;
	if (!cJSON_IsArray(item)) {
		if (cJSON_IsString(item) && item->valuestring[0] != '\0')
			json_note(lines->place, "%s: one string, not an array", lines->name);
		add_item(lines, item);
		return;
	}
	for (const cJSON *element = item->child; element != NULL && !is_full(lines);
		element = element->next)
		add_item(lines, element);
}

/* The lines as an array in the report's arena. */
static const char **
keep(struct lines *lines, size_t *count)
{
	*count = lines->texts->len;
	if (is_full(lines))
		json_note(lines->place, "%s: %d lines, any more left out", lines->name,
			LIMIT_POLICY_LINES);
	const char **texts = arena_calloc(lines->place->report->arena, *count, sizeof *texts);
	if (*count > 0)
		memcpy(texts, lines->texts->pdata, *count * sizeof *texts);
	return texts;
}

void
policy_text_read(struct json_place *place, struct report_policy *policy, const cJSON *item)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new();
	struct lines lines = { place, "policy-string",
		strcmp(policy->type, "tlsa") == 0 ? "\r\n;" : "\r\n", texts };
	add_all(&lines, item);
	policy->policy_string = keep(&lines, &policy->policy_strings);
}

/* "mx: *.Example.com." as "*.example.com"; what is no name stays text in lower case. */
static const char *
normalise_mx(struct json_place *place, const char *text)
{
	if (g_ascii_strncasecmp(text, "mx:", 3) == 0) {
		text += 3 + strspn(text + 3, " \t");
		json_note(place, "mx-host: \"mx:\" before the name");
	}
	g_autofree char *name = domain_name_normalise(text, true);
	g_autofree char *lower = name == NULL ? g_ascii_strdown(text, -1) : NULL;
	return arena_strdup(place->report->arena, name != NULL ? name : lower);
}

void
mx_hosts_read(struct json_place *place, struct report_policy *policy, const cJSON *item)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new();
	struct lines lines = { place, "mx-host", "\r\n", texts };
	bool one = cJSON_IsString(item); /* as RFC 8460 4.4 first had it: no note */
	if (one)
		add_item(&lines, item);
	else
		add_all(&lines, item);
	for (guint i = 0; i < texts->len; i++)
		texts->pdata[i] = (gpointer)normalise_mx(place, texts->pdata[i]);
	policy->mx_host = keep(&lines, &policy->mx_hosts);
}
