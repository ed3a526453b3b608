/* Fuzz target: paths of requests, held against the grammar as a regular expression. */
#include "ingest/report_path.h"

#include <stdint.h>
#include <string.h>

#include <glib.h>

/* The token's letters are those of RFC 4648 5. */
#define GRAMMAR "^/v1/tlsrpt(?:/?|/([A-Za-z0-9_-]{1,128}))\\z"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static GRegex *grammar;
	g_autofree char *path = g_strndup((const char *)data, size);
	g_autoptr(GMatchInfo) match = NULL;
	if (grammar == NULL)
		grammar = g_regex_new(GRAMMAR, G_REGEX_RAW | G_REGEX_OPTIMIZE, 0, NULL);

	const char *token = "untouched";
	bool read = report_path_read(path, &token);
	g_assert_true(g_regex_match(grammar, path, 0, &match) == read);
	if (!read) {
		g_assert_cmpstr(token, ==, "untouched");
		return 0;
	}
	g_autofree char *want = g_match_info_fetch(match, 1);
	g_assert_cmpstr(token != NULL ? token : "", ==, want != NULL ? want : "");
	g_assert_true(token == NULL || token + strlen(token) == path + strlen(path));
	return 0;
}
