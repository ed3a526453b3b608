/* Verdicts as a line for Nagios and its kin: state, words, performance data. */
#include "analyze/readiness.h"

#include <string.h>

#include "ingest/printable.h"

#define MOST_WORDS 300

void
readiness_nagios(const struct evidence *evidence, const struct judgement *judgement, GString *out)
{
	static const char *const states[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };
	const struct reason *first = judgement->n_reasons > 0 ? &judgement->reasons[0] : NULL;
	g_string_append_printf(out, "STSREADY %s - %s: %s",
		states[verdict_exit(judgement->verdict)], evidence->domain,
		verdict_name(judgement->verdict));
	if (first != NULL && first->severity != SEEN_INFO) {
		g_autofree char *words = printable(first->text, MOST_WORDS);
		/* what is behind a bar is performance data */
		g_string_append_printf(
			out, " (%s: %s)", first->code, g_strdelimit(words, "|", '/'));
	}
	g_string_append_printf(out,
		"|clean_days=%d required_days=%d sessions=%" G_GINT64_FORMAT
		" refused=%" G_GINT64_FORMAT " unprotected=%" G_GINT64_FORMAT "\n",
		judgement->soak.clean_days, judgement->soak.required_days,
		judgement->sessions.success, judgement->sessions.refused,
		judgement->sessions.unprotected);
}
