/* What a parser of the live check found wrong. */
#include "checker/fault.h"

#include <stdarg.h>
#include <string.h>

#include "ingest/limits.h"
#include "ingest/printable.h"

/* Of a quote in a sentence: an id, a host name or a line's beginning, not a page. */
#define QUOTE_MOST 80

/* U+2400: text functions end at a NUL. */
#define NUL_SIGN "\xe2\x90\x80"

/* Room for more; what was handed out stays where it was. */
static struct fault *
grown(const struct faults *faults, struct arena *arena)
{
	size_t room = faults->count > 0 ? 2 * faults->count : 4;
	struct fault *items = arena_calloc(arena, room, sizeof *items);
	if (faults->count > 0)
		memcpy(items, faults->items, faults->count * sizeof *items);
	return items;
}

/* 4, 8, 16 ... are full. */
static bool
is_full(size_t count)
{
	return count == 0 || (count >= 4 && (count & (count - 1)) == 0);
}

void
faults_add(struct faults *faults, struct arena *arena, int code, enum fault_effect effect,
	unsigned line, const char *format, ...)
{
	faults->worst = MAX(faults->worst, effect);
	if (faults->count == LIMIT_FAULTS) {
		faults->left_out++;
		return;
	}
	if (is_full(faults->count))
		faults->items = grown(faults, arena);
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	faults->items[faults->count++] = (struct fault){
		.code = code, .effect = effect, .line = line, .text = arena_strdup(arena, text)
	};
}

const struct fault *
faults_find(const struct faults *faults, int code)
{
	for (size_t i = 0; i < faults->count; i++)
		if (faults->items[i].code == code)
			return &faults->items[i];
	return NULL;
}

const char *
fault_show(struct arena *arena, const char *bytes, size_t length, size_t most)
{
	g_autoptr(GString) text = g_string_sized_new(length);
	for (size_t i = 0; i < length; i++)
		if (bytes[i] != '\0')
			g_string_append_c(text, bytes[i]);
		else
			g_string_append(text, NUL_SIGN);
	g_autofree char *shown = printable(text->str, most);
	return arena_strdup(arena, shown);
}

const char *
fault_quote(struct arena *arena, const char *bytes, size_t length)
{
	return arena_printf(arena, "\"%s\"", fault_show(arena, bytes, length, QUOTE_MOST));
}

const char *
fault_effect_name(enum fault_effect effect)
{
	static const char *const names[] = { "none", "tolerated", "ignored", "trips", "disputed",
		"refused" };
	return names[effect];
}
