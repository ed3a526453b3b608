/* JSON for people. */
#include "analyze/web/indent.h"

#include <stdbool.h>
#include <string.h>

/* Deeper nesting is shown as if it were this deep. */
#define MOST_DEPTH 40

static void
new_line(GString *out, int depth)
{
	g_string_append_c(out, '\n');
	for (int i = 0; i < CLAMP(depth, 0, MOST_DEPTH); i++)
		g_string_append(out, "  ");
}

/* The place behind a string that begins at at. */
static const char *
skip_string(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++)
		if (*at == '\\' && at + 1 < end)
			at++;
	return at < end ? at + 1 : end;
}

static const char *
skip_blank(const char *at, const char *end)
{
	while (at < end && strchr(" \t\r\n", *at) != NULL && *at != '\0')
		at++;
	return at;
}

/* Appends one token and what stands around it; returns the place behind it. */
static const char *
put_token(GString *out, const char *at, const char *end, int *depth)
{
	const char *next = at + 1;
	switch (*at) {
	case '"':
		next = skip_string(at, end);
		g_string_append_len(out, at, next - at);
		return next;
	case '{':
	case '[':
		g_string_append_c(out, *at);
		next = skip_blank(next, end);
		if (next < end && *next == *at + 2) { /* empty: the bracket that closes it */
			g_string_append_c(out, *next);
			return next + 1;
		}
		new_line(out, ++*depth);
		return next;
	case '}':
	case ']':
		new_line(out, --*depth);
		break;
	case ',':
		g_string_append_c(out, ',');
		new_line(out, *depth);
		return next;
	case ':':
		g_string_append(out, ": ");
		return next;
	}
	g_string_append_c(out, *at);
	return next;
}

void
indent_json(GString *out, const char *text, gsize length, gsize limit)
{
	const char *end = text + length;
	gsize most = out->len + limit;
	int depth = 0;
	for (const char *at = skip_blank(text, end); at < end; at = skip_blank(at, end)) {
		at = put_token(out, at, end, &depth);
		if (out->len > most) {
			g_string_truncate(out, most);
			g_string_append(out, "\n...");
			return;
		}
	}
}
