/* TLSA records off the wire: which SMTP can use, and their text. */
#include "checker/tlsa_record.h"

#include "tests/unit/row.h"

#define MOST_BYTES 128

static const struct {
	const char *name;
	uint8_t fields[3];
	size_t length; /* of the data */
	const char *fault;
} rows[] = {
	{ "3 1 1", { 3, 1, 1 }, 32, NULL },
	{ "3 0 2", { 3, 0, 2 }, 64, NULL },
	{ "2 0 1", { 2, 0, 1 }, 32, NULL },
	{ "2 0 0", { 2, 0, 0 }, 100, NULL },
	{ "0 0 1", { 0, 0, 1 }, 32, "usages 0 and 1 are not used with SMTP (RFC 7672 3.1.3)" },
	{ "1 1 1", { 1, 1, 1 }, 32, "usages 0 and 1 are not used with SMTP (RFC 7672 3.1.3)" },
	{ "4 1 1", { 4, 1, 1 }, 32, "its usage is not known" },
	{ "255 1 1", { 255, 1, 1 }, 32, "its usage is not known" },
	{ "3 2 1", { 3, 2, 1 }, 32, "its selector is not known" },
	{ "3 1 3", { 3, 1, 3 }, 32, "its matching type is not known" },
	{ "SHA-256 short", { 3, 1, 1 }, 31, "its digest has the wrong length" },
	{ "SHA-256 long", { 3, 1, 1 }, 33, "its digest has the wrong length" },
	{ "SHA-512 of SHA-256's length", { 3, 1, 2 }, 32, "its digest has the wrong length" },
	{ "SHA-256 of SHA-512's length", { 3, 1, 1 }, 64, "its digest has the wrong length" },
	{ "one byte", { 3, 1, 1 }, 1, "its digest has the wrong length" },
};

static void
test_faults(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		uint8_t rdata[3 + MOST_BYTES] = { 0 };
		struct tlsa_record record;
		memcpy(rdata, rows[i].fields, sizeof rows[i].fields);
		if (!tlsa_record_read(&record, rdata, 3 + rows[i].length)) {
			FAIL("%s: not read", rows[i].name);
			continue;
		}
		const char *fault = tlsa_record_fault(&record);
		if (g_strcmp0(fault, rows[i].fault) != 0)
			FAIL("%s: %s", rows[i].name, fault);
		if (record.data != rdata + 3 || record.length != rows[i].length)
			FAIL("%s: other data", rows[i].name);
	}
}

static void
test_short(void)
{
	static const uint8_t rdata[] = { 3, 1, 1, 0xab };
	struct tlsa_record record = { .usage = 7 };
	for (size_t length = 0; length < 4; length++)
		g_assert_false(tlsa_record_read(&record, rdata, length));
	g_assert_cmpuint(record.usage, ==, 7); /* nothing is set */
	g_assert_true(tlsa_record_read(&record, rdata, 4));
}

static void
test_text(void)
{
	uint8_t rdata[3 + MOST_BYTES] = { 2, 0, 0, 0x30, 0x0f };
	struct tlsa_record record;
	g_assert_true(tlsa_record_read(&record, rdata, 5));
	g_autofree char *brief = tlsa_record_text(&record);
	g_assert_cmpstr(brief, ==, "2 0 0 300f");

	g_assert_true(tlsa_record_read(&record, rdata, 3 + 64));
	g_autofree char *longest = tlsa_record_text(&record);
	g_assert_cmpuint(strlen(longest), ==, strlen("2 0 0 ") + 2 * 64);

	g_assert_true(tlsa_record_read(&record, rdata, 3 + 65));
	g_autofree char *cut = tlsa_record_text(&record);
	g_assert_cmpuint(strlen(cut), ==, strlen("2 0 0 ") + 2 * 64 + strlen("..."));
	g_assert_true(g_str_has_suffix(cut, "00..."));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/tlsa-record/faults", test_faults);
	g_test_add_func("/tlsa-record/short", test_short);
	g_test_add_func("/tlsa-record/text", test_text);
	return g_test_run();
}
