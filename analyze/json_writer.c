/* Writing JSON. */
#include "analyze/json_writer.h"

#include "analyze/output.h"
#include "ingest/instant.h"

static void
begin(struct json_writer *json, const char *name)
{
	if (json->follows)
		g_string_append_c(json->out, ',');
	json->follows = true;
	if (name != NULL)
		g_string_append_printf(json->out, "\"%s\":", name);
}

void
json_begin(struct json_writer *json, const char *name, char bracket)
{
	begin(json, name);
	g_string_append_c(json->out, bracket);
	json->follows = false;
}

void
json_end(struct json_writer *json, char bracket)
{
	g_string_append_c(json->out, bracket);
	json->follows = true;
}

void
json_add_text(struct json_writer *json, const char *name, const char *text)
{
	begin(json, name);
	output_json_string(json->out, text);
}

void
json_add_number(struct json_writer *json, const char *name, int64_t number)
{
	begin(json, name);
	g_string_append_printf(json->out, "%" G_GINT64_FORMAT, number);
}

void
json_add_bool(struct json_writer *json, const char *name, bool value)
{
	begin(json, name);
	g_string_append(json->out, value ? "true" : "false");
}

void
json_add_null(struct json_writer *json, const char *name)
{
	begin(json, name);
	g_string_append(json->out, "null");
}

void
json_add_instant(struct json_writer *json, const char *name, int64_t instant)
{
	char text[INSTANT_TEXT_BYTES];
	json_add_text(json, name, instant_text(instant, text));
}

void
json_add_texts(struct json_writer *json, const char *name, const char *const *texts, size_t count)
{
	json_begin(json, name, '[');
	for (size_t i = 0; i < count; i++)
		json_add_text(json, NULL, texts[i]);
	json_end(json, ']');
}

void
json_add_raw(struct json_writer *json, const char *name, const char *value)
{
	begin(json, name);
	g_string_append(json->out, value);
}
