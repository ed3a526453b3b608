/* Strangers' text made safe to look at. */
#include "ingest/printable.h"

#include <string.h>

/* Room for the mark of a cut. */
#define CUT_MARK "..."

gboolean
printable_hides(gunichar character)
{
	switch (g_unichar_type(character)) {
	case G_UNICODE_CONTROL:             /* C0, DEL, C1 */
	case G_UNICODE_FORMAT:              /* bidi controls, zero width, soft hyphen, BOM, tags */
	case G_UNICODE_LINE_SEPARATOR:      /* U+2028 */
	case G_UNICODE_PARAGRAPH_SEPARATOR: /* U+2029 */
	case G_UNICODE_SURROGATE:
		return TRUE;
	default:
		return FALSE;
	}
}

/* Appends one character, as itself or as what stands for it. */
static void
append_character(GString *out, gunichar character)
{
	if (character == '\n')
		g_string_append(out, "\\n");
	else if (character == '\r')
		g_string_append(out, "\\r");
	else if (character == '\t')
		g_string_append(out, "\\t");
	else if (character == '\\')
		g_string_append(out, "\\\\");
	else if (!printable_hides(character))
		g_string_append_unichar(out, character);
	else if (character < 0x80)
		g_string_append_printf(out, "\\x%02x", character);
	else
		g_string_append_printf(out, "\\u{%04x}", character);
}

void
printable_append(GString *out, const char *text, gsize max)
{
	gsize start = out->len, cut = out->len;
	for (const char *at = text; at != NULL && *at != '\0';) {
		gunichar character = g_utf8_get_char_validated(at, -1);
		if (character == (gunichar)-1 || character == (gunichar)-2) {
			g_string_append_printf(out, "\\x%02x", (unsigned char)*at);
			at++;
		} else {
			append_character(out, character);
			at = g_utf8_next_char(at);
		}
		if (max == 0)
			continue;
		if (out->len - start > max) {
			g_string_truncate(out, cut);
			g_string_append(out, CUT_MARK);
			return;
		}
		if (out->len - start + strlen(CUT_MARK) <= max)
			cut = out->len; /* the mark still fits behind this */
	}
}

char *
printable(const char *text, gsize max)
{
	GString *out = g_string_new(NULL);
	printable_append(out, text, max);
	return g_string_free(out, FALSE);
}
