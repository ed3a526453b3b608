/* Fuzz target: the RDATA of TLSA records. */
#include "checker/tlsa_record.h"

#include <stdio.h>
#include <string.h>

#include "tests/fuzz/faults.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The hexadecimal digits of the data, as far as they are shown. */
static void
assert_digits(const struct tlsa_record *record, const char *digits)
{
	size_t shown = 0;
	for (; g_ascii_isxdigit(digits[0]); digits += 2, shown++) {
		int byte = 16 * g_ascii_xdigit_value(digits[0]) + g_ascii_xdigit_value(digits[1]);
		g_assert_cmpint(byte, ==, record->data[shown]);
	}
	g_assert_cmpstr(digits, ==, shown < record->length ? "..." : "");
}

static void
assert_usable(const struct tlsa_record *record)
{
	g_assert_true(record->usage == TLSA_USAGE_TA || record->usage == TLSA_USAGE_EE);
	g_assert_true(record->selector <= TLSA_SELECT_KEY);
	g_assert_true(record->matching == TLSA_MATCH_FULL ||
		      (record->matching == TLSA_MATCH_SHA256 && record->length == 32) ||
		      (record->matching == TLSA_MATCH_SHA512 && record->length == 64));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tlsa_record record;
	bool read = tlsa_record_read(&record, data, size);
	g_assert_true(read == (size > 3));
	if (!read)
		return 0;
	g_assert_true(record.data == data + 3 && record.length == size - 3);

	const char *fault = tlsa_record_fault(&record);
	if (fault == NULL)
		assert_usable(&record);
	else
		assert_printable(fault);

	g_autofree char *text = tlsa_record_text(&record);
	unsigned usage, selector, matching;
	int digits = 0;
	g_assert_cmpint(sscanf(text, "%u %u %u %n", &usage, &selector, &matching, &digits), ==, 3);
	g_assert_true(usage == data[0] && selector == data[1] && matching == data[2]);
	assert_digits(&record, text + digits);
	return 0;
}
