/* Fuzz target: TXT records at _smtp._tls. */
#include "checker/tlsrpt_record.h"

#include <string.h>

#include "ingest/domain_name.h"
#include "tests/fuzz/faults.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* RFC 8460 3, where rua is an extension by its grammar, but for its values. */
#define DELIMITER "[ \\t]*;[ \\t]*"
#define FIELD "[A-Za-z0-9][-A-Za-z0-9_.]{0,31}=[^;\\x00-\\x08\\x0a-\\x1f\\x7f-\\xff]+"
#define RECORD "\\Av=TLSRPTv1(?:" DELIMITER FIELD ")+(?:" DELIMITER ")?\\z"

static void
assert_rua(const struct tlsrpt_rua *rua)
{
	assert_printable(rua->uri);
	g_assert_true(rua->usable || rua->fault != NULL);
	if (rua->fault != NULL)
		assert_printable(rua->fault->text);
	if (!rua->usable)
		return;
	g_autofree char *again = domain_name_normalise(rua->host, false);
	g_assert_cmpstr(rua->host, ==, again);
	if (rua->scheme == TLSRPT_MAILTO) {
		assert_printable(rua->address);
		g_assert_nonnull(strchr(rua->address, '@'));
		return;
	}
	g_assert_cmpint(rua->scheme, ==, TLSRPT_HTTPS);
	g_assert_cmpuint(rua->port, >, 0);
	g_assert_true(rua->path[0] == '/' && strchr(rua->path, '#') == NULL);
	assert_printable(rua->path);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static GRegex *grammar;
	struct txt records[FUZZ_MOST_RECORDS];
	size_t count = fuzz_records(data, size, records), usable = 0;
	size_t candidates = fuzz_candidates(records, count, "v=TLSRPTv1;");
	struct arena *arena = arena_new();
	struct tlsrpt_record *got = tlsrpt_record_read(arena, records, count);

	assert_faults(&got->faults, 0);
	assert_choice(got->status, got->lenient, &got->txt, &got->faults, candidates);
	g_assert_cmpuint(got->n_rua, <=, LIMIT_RUA);
	for (size_t i = 0; i < got->n_rua; i++) {
		assert_rua(&got->rua[i]);
		usable += got->rua[i].usable ? 1 : 0;
	}
	if (got->status == TXT_FINE || got->lenient)
		g_assert_cmpuint(usable, >, 0);
	if (got->status == TXT_FINE)
		g_assert_true(fuzz_matches(&grammar, RECORD, got->txt.bytes, got->txt.length));
	arena_free(arena);
	return 0;
}
