/* What must hold of every list of faults, and of text that is promised to be printable. */
#pragma once

#include "checker/txt_record.h"
#include "ingest/limits.h"
#include "ingest/printable.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Parts the records that a seed holds: RS of ASCII, which is in no record. */
#define FUZZ_RECORD_SEPARATOR '\x1e'
#define FUZZ_MOST_RECORDS 8

static inline void
assert_printable(const char *text)
{
	g_assert_true(g_utf8_validate(text, -1, NULL));
	for (; *text != '\0'; text = g_utf8_next_char(text))
		g_assert_false(printable_hides(g_utf8_get_char(text)));
}

static inline void
assert_faults(const struct faults *faults, unsigned lines)
{
	enum fault_effect worst = FAULT_NONE;
	g_assert_cmpuint(faults->count, <=, LIMIT_FAULTS);
	g_assert_true(faults->left_out == 0 || faults->count == LIMIT_FAULTS);
	for (size_t i = 0; i < faults->count; i++) {
		const struct fault *fault = &faults->items[i];
		g_assert_cmpint(fault->code, >, 0);
		g_assert_cmpint(fault->effect, >, FAULT_NONE);
		g_assert_cmpint(fault->effect, <=, FAULT_REFUSED);
		g_assert_cmpuint(fault->line, <=, lines);
		assert_printable(fault->text);
		g_assert_true(
			g_str_has_suffix(fault->text, ".") || g_str_has_suffix(fault->text, "?"));
		worst = MAX(worst, fault->effect);
	}
	g_assert_cmpint(faults->worst, >=, worst);
	g_assert_true(faults->left_out > 0 || faults->worst == worst);
}

/* The records of an input; how many there are. */
static inline size_t
fuzz_records(const uint8_t *data, size_t size, struct txt records[FUZZ_MOST_RECORDS])
{
	const char *bytes = (const char *)data, *end = bytes + size;
	size_t count = 0;
	while (bytes < end && count < FUZZ_MOST_RECORDS) {
		const char *next = memchr(bytes, FUZZ_RECORD_SEPARATOR, (size_t)(end - bytes));
		const char *stop = next != NULL ? next : end;
		records[count++] = (struct txt){ bytes, (size_t)(stop - bytes) };
		bytes = next != NULL ? next + 1 : end;
	}
	return count;
}

/* How many begin as a record of the kind must. */
static inline size_t
fuzz_candidates(const struct txt *records, size_t count, const char *begin)
{
	size_t candidates = 0;
	for (size_t i = 0; i < count; i++)
		candidates += txt_begins(&records[i], begin) ? 1 : 0;
	return candidates;
}

/* Whether bytes match a pattern as a whole; the pattern is compiled once. */
static inline bool
fuzz_matches(GRegex **regex, const char *pattern, const char *bytes, size_t length)
{
	if (*regex == NULL)
		*regex = g_regex_new(
			pattern, G_REGEX_RAW | G_REGEX_OPTIMIZE | G_REGEX_DOTALL, 0, NULL);
	g_assert_nonnull(*regex);
	return g_regex_match_full(*regex, bytes, (gssize)length, 0, 0, NULL, NULL);
}

/* What holds of the choice among records, whatever the kind. */
static inline void
assert_choice(enum txt_status status, bool lenient, const struct txt *chosen,
	const struct faults *faults, size_t candidates)
{
	g_assert_true((status == TXT_MULTIPLE) == (candidates > 1));
	g_assert_true((status == TXT_ABSENT) == (chosen->bytes == NULL));
	g_assert_true(status != TXT_ABSENT || faults->worst <= FAULT_IGNORED);
	g_assert_true(status != TXT_FINE || candidates == 1);
	g_assert_true(
		(status == TXT_FINE || status == TXT_ABSENT) == (faults->worst < FAULT_DISPUTED));
	g_assert_true(lenient == (status == TXT_INVALID && faults->worst == FAULT_DISPUTED));
}
