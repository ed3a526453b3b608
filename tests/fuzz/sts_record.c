/* Fuzz target: TXT records at _mta-sts, held against the RFC's grammar as a regular expression. */
#include "checker/sts_record.h"

#include <string.h>

#include "tests/fuzz/faults.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* RFC 8461 3.1, where id is an extension by its grammar; and the first id of a record. */
#define DELIMITER "[ \\t]*;[ \\t]*"
#define NAME "[A-Za-z0-9][-A-Za-z0-9_.]{0,31}"
#define VALUE "[\\x21-\\x3a\\x3c\\x3e-\\x7e]+"
#define FIELD NAME "=" VALUE
#define RECORD "\\Av=STSv1(?:" DELIMITER FIELD ")+(?:" DELIMITER ")?\\z"
#define FIRST_ID "\\A(?:(?!" DELIMITER "id=).)*" DELIMITER "id=[A-Za-z0-9]{1,32}[ \\t]*(?:;|\\z)"

static bool
grammar_has(const struct txt *record)
{
	static GRegex *whole, *id;
	return fuzz_matches(&whole, RECORD, record->bytes, record->length) &&
	       fuzz_matches(&id, FIRST_ID, record->bytes, record->length);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct txt records[FUZZ_MOST_RECORDS];
	size_t count = fuzz_records(data, size, records);
	size_t candidates = fuzz_candidates(records, count, "v=STSv1;");
	struct arena *arena = arena_new();
	struct sts_record *got = sts_record_read(arena, records, count);

	assert_faults(&got->faults, 0);
	assert_choice(got->status, got->lenient, &got->txt, &got->faults, candidates);
	if (got->id != NULL) {
		assert_printable(got->id);
		g_assert_cmpstr(got->id, !=, "");
	}
	g_assert_true(got->status != TXT_FINE || got->id != NULL);
	g_assert_true(!got->lenient || got->id != NULL);
	if (candidates == 1)
		g_assert_true((got->status == TXT_FINE) == grammar_has(&got->txt));
	arena_free(arena);
	return 0;
}
