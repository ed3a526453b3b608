/* Printing a domain's history. */
#include "analyze/check_past.h"

#include <stdio.h>

#include "analyze/check_save.h"
#include "analyze/command.h"
#include "analyze/output.h"
#include "ingest/instant.h"

static const struct output_column columns[] = {
	{ "from", "FROM", OUTPUT_INSTANT, 0 },
	{ "last", "LAST SEEN SO", OUTPUT_INSTANT, 0 },
	{ "checks", "CHECKS", OUTPUT_NUMBER, 0 },
	{ "result", "RESULT", OUTPUT_TEXT, 0 },
	{ "mode", "MODE", OUTPUT_TEXT, 0 },
	{ "id", "ID", OUTPUT_TEXT, 20, 8, .may_go = true },
	{ "appeared", "APPEARED", OUTPUT_LIST, 60, 20 },
	{ "gone", "GONE", OUTPUT_LIST, 60, 20 },
};

static const char *const results[] = { "fine", "blocks", "not told" };

static bool
print_change(void *user, const struct check_change *change)
{
	struct output *out = user;
	const struct live_check_span *span = change->span;
	bool known = span->status >= 0 && (size_t)span->status < G_N_ELEMENTS(results);
	output_instant(out, span->first_at);
	output_instant(out, span->last_at);
	output_number(out, span->checks);
	output_text(out, known ? results[span->status] : NULL);
	output_text(out, change->mode);
	output_text(out, change->id);
	output_list(out, change->appeared, g_strv_length((char **)change->appeared));
	output_list(out, change->gone, g_strv_length((char **)change->gone));
	output_row_end(out);
	return true;
}

int
check_past(struct db *db, const char *domain, bool json)
{
	g_autoptr(GError) error = NULL;
	struct output *output = output_new(
		stdout, json ? OUTPUT_JSON : OUTPUT_TABLE, columns, G_N_ELEMENTS(columns));
	bool fine = check_history(db, domain, print_change, output, &error);
	bool empty = output_rows(output) == 0;
	int status = command_output_status(output_end(output));
	if (!fine) {
		command_complain("database", error->message);
		return command_database_status(error);
	}
	if (empty && !json)
		fprintf(stderr, "no checks of %s yet: `stsready check --save %s`\n", domain,
			domain);
	return status;
}
