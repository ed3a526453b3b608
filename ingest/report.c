/* One TLS report: its making, its notes, its day. */
#include "ingest/report.h"

#include <stdarg.h>
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

void
report_note(struct report *report, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	g_autofree char *note = g_utf8_make_valid(text, -1);

	if (report->n_notes >= LIMIT_NOTES || has_note(report, note))
		return;
	if (report->notes == NULL)
		report->notes = arena_calloc(report->arena, LIMIT_NOTES, sizeof *report->notes);
	bool last = report->n_notes + 1 == LIMIT_NOTES;
	report->notes[report->n_notes++] =
		last ? too_many_notes : arena_strdup(report->arena, note);
}

int32_t
report_day(const struct report *report)
{
	return instant_day(report->start);
}
