/* Options for judging the past, and by checks out of files. */
#include "analyze/replay_options.h"

#include <string.h>

#include "analyze/command.h"
#include "ingest/instant.h"

static char *at_text;
static char **check_files;

void
replay_option_entries(GOptionEntry *entries)
{
	const GOptionEntry shared[REPLAY_OPTION_COUNT] = {
		{ "at", 0, 0, G_OPTION_ARG_STRING, &at_text,
			"Judge as of TIME, by what was known then", "TIME" },
		{ "check", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &check_files,
			"Use the checks in FILE, as check --json prints them, too; repeatable",
			"FILE" },
	};
	memcpy(entries, shared, sizeof shared);
}

bool
replay_at_read(int64_t *at)
{
	*at = INT64_MIN;
	if (at_text == NULL ||
		instant_parse_option(at_text, g_get_real_time() / G_USEC_PER_SEC, at))
		return true;
	command_complain("--at", "is no time: write 2026-11-24T12:00:00Z, a date, or 14d");
	return false;
}

bool
replay_checks_read(struct saved_checks *saved)
{
	for (char **file = check_files; file != NULL && *file != NULL; file++)
		if (!saved_checks_read(saved, *file))
			return false;
	return true;
}
