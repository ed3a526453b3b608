/* Fuzz target: checks as they are saved, which may come out of a file of anybody's. */
#include "analyze/seen_check.h"

#include <string.h>

#include "ingest/json_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
assert_host(const struct seen_host *host)
{
	g_assert_nonnull(host->name);
	for (size_t i = 0; i < host->n_addresses; i++) {
		g_assert_nonnull(host->addresses[i].ip);
		g_assert_true(host->addresses[i].status <= SEEN_BAD);
	}
}

static void
assert_seen(const struct seen_check *seen, const char *domain)
{
	g_assert_true(domain != NULL && g_utf8_validate(domain, -1, NULL));
	g_assert_true(seen->mx <= SEEN_BAD && seen->record <= SEEN_BAD &&
		      seen->policy <= SEEN_BAD && seen->tlsrpt <= SEEN_BAD);
	g_assert_true((seen->policy_text == NULL) == (seen->sts == NULL));
	g_assert_true(seen->first_at <= seen->last_at);
	for (size_t i = 0; i < seen->n_hosts; i++)
		assert_host(&seen->hosts[i]);
	for (size_t i = 0; i < seen->n_findings; i++)
		g_assert_true(seen->findings[i].code != NULL && seen->findings[i].text != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GByteArray) scanned = g_byte_array_new();
	g_autoptr(GError) error = NULL;
	unsigned quirks;
	if (!json_scan(data, size, scanned, &quirks, &error))
		return 0;
	struct arena *arena = arena_new();
	struct seen_check seen;
	const char *domain = NULL, *json = (const char *)scanned->data;
	if (seen_check_read(arena, json, strlen(json), &seen, &domain, &error))
		assert_seen(&seen, domain);
	else
		g_assert_true(error != NULL && *error->message != '\0');
	arena_free(arena);
	return 0;
}
