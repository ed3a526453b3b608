/* JSON text as it leaves this program. */
#include "analyze/output.h"

#include "ingest/printable.h"

/* One UTF-16 unit, or two, as escapes. */
static void
append_escape(GString *out, gunichar character)
{
	if (character < 0x10000) {
		g_string_append_printf(out, "\\u%04x", character);
		return;
	}
	character -= 0x10000;
	g_string_append_printf(
		out, "\\u%04x\\u%04x", 0xd800 | character >> 10, 0xdc00 | (character & 0x3ff));
}

static void
append_character(GString *out, gunichar character)
{
	if (character == '"' || character == '\\')
		g_string_append_printf(out, "\\%c", (char)character);
	else if (character == '\n')
		g_string_append(out, "\\n");
	else if (character == '\r')
		g_string_append(out, "\\r");
	else if (character == '\t')
		g_string_append(out, "\\t");
	else if (printable_hides(character))
		append_escape(out, character);
	else
		g_string_append_unichar(out, character);
}

void
output_json_string(GString *out, const char *text)
{
	if (text == NULL) {
		g_string_append(out, "null");
		return;
	}
	g_string_append_c(out, '"');
	while (*text != '\0') {
		gunichar character = g_utf8_get_char_validated(text, -1);
		if (character == (gunichar)-1 || character == (gunichar)-2) {
			g_string_append(out, "\\ufffd");
			text++;
		} else {
			append_character(out, character);
			text = g_utf8_next_char(text);
		}
	}
	g_string_append_c(out, '"');
}
