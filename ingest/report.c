/* One TLS report: its making, its notes, its day. */
#include "ingest/report.h"

#include <stdio.h>
#include <string.h>

#include "ingest/instant.h"
#include "ingest/limits.h"

static const char too_many_notes[] = "more notes than are kept";

struct report *
report_new(void)
{
	struct arena *arena = arena_new();
	struct report *report = arena_calloc(arena, 1, sizeof *report);
	report->arena = arena;
	report->report_id = "";
	return report;
}

void
report_free(struct report *report)
{
	if (report != NULL)
		arena_free(report->arena);
}

static bool
has_note(const struct report *report, const char *note)
{
	for (size_t i = 0; i < report->n_notes; i++)
		if (strcmp(report->notes[i], note) == 0)
			return true;
	return false;
}

static void
add_note(struct report *report, const char *note)
{
	if (has_note(report, note))
		return;
	if (report->notes == NULL)
		report->notes = arena_calloc(report->arena, LIMIT_NOTES, sizeof *report->notes);
	bool last = report->n_notes + 1 == LIMIT_NOTES;
	report->notes[report->n_notes++] =
		last ? too_many_notes : arena_strdup(report->arena, note);
}

/* Without the character that a cut at the end of text may have left in pieces. */
static void
drop_broken_end(char *text, size_t length)
{
	while (length > 0 && ((unsigned char)text[length - 1] & 0xc0) == 0x80)
		length--;
	if (length > 0 && (unsigned char)text[length - 1] >= 0xc0)
		length--;
	text[length] = '\0';
}

/* A report may ask for the same note a hundred thousand times: nothing is allocated before it is
   known to be a new one. */
void
report_note_at(struct report *report, const char *where, const char *format, va_list args)
{
	char text[LIMIT_TEXT_BYTES + 1];
	if (report->n_notes == LIMIT_NOTES)
		return;
	size_t length = g_strlcpy(text, where, sizeof text);
	length = MIN(length, LIMIT_TEXT_BYTES);
	int more = vsnprintf(text + length, sizeof text - length, format, args);
	if (more < 0 || (size_t)more > LIMIT_TEXT_BYTES - length)
		drop_broken_end(text, LIMIT_TEXT_BYTES);
	if (g_utf8_validate(text, -1, NULL)) {
		add_note(report, text);
		return;
	}
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	add_note(report, valid);
}

void
report_note(struct report *report, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	report_note_at(report, "", format, args);
	va_end(args);
}

void
report_end_reading(struct report *report)
{
	const size_t most = LIMIT_NOTES - LIMIT_TRUST_NOTES;
	if (report->n_notes > most) {
		report->n_notes = most;
		report->notes[most - 1] = too_many_notes;
	}
	report->reader_notes = report->n_notes;
}

int32_t
report_day(const struct report *report)
{
	return instant_day(report->start);
}
