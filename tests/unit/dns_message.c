/* DNS answers from the wire: each type, each way in which one is no answer, and every cut of a good
   one. */
#include "checker/dns_message.h"

#include "tests/unit/row.h"

#define RESPONSE 0x8180 /* QR, RD, RA */
#define AUTHENTIC 0x20
#define TRUNCATED 0x200

/* ---- making messages ---- */

static void
put16(GByteArray *to, unsigned value)
{
	const uint8_t wire[2] = { (uint8_t)(value >> 8), (uint8_t)value };
	g_byte_array_append(to, wire, 2);
}

static void
put_name(GByteArray *to, const char *name)
{
	g_auto(GStrv) labels = g_strsplit(name, ".", 0);
	for (char **label = labels; *label != NULL && **label != '\0'; label++) {
		const uint8_t length = (uint8_t)strlen(*label);
		g_byte_array_append(to, &length, 1);
		g_byte_array_append(to, (const uint8_t *)*label, length);
	}
	g_byte_array_append(to, (const uint8_t *)"", 1);
}

static GByteArray *
begin(unsigned flags, const char *question, unsigned type, unsigned answers)
{
	GByteArray *message = g_byte_array_new();
	put16(message, 1);
	put16(message, flags);
	put16(message, 1);
	put16(message, answers);
	put16(message, 0);
	put16(message, 0);
	put_name(message, question);
	put16(message, type);
	put16(message, 1);
	return message;
}

static void
put_record(GByteArray *message, const char *owner, unsigned type, const void *data, size_t length)
{
	put_name(message, owner);
	put16(message, type);
	put16(message, 1);
	put16(message, 0);
	put16(message, 300);
	put16(message, (unsigned)length);
	g_byte_array_append(message, data, (guint)length);
}

static void
put_name_record(
	GByteArray *message, const char *owner, unsigned type, int preference, const char *name)
{
	g_autoptr(GByteArray) data = g_byte_array_new();
	if (preference >= 0)
		put16(data, (unsigned)preference);
	put_name(data, name);
	put_record(message, owner, type, data->data, data->len);
}

/* ---- what was read, as a line ---- */

static char *
show(const struct dns_answer *answer)
{
	static const char *const words[] = { "fine", "no data", "no name", "failed" };
	GString *text = g_string_new(words[answer->status]);
	if (answer->authentic)
		g_string_append(text, " authentic");
	for (guint i = 0; i < answer->cnames->len; i++)
		g_string_append_printf(text, " > %s", (char *)answer->cnames->pdata[i]);
	for (guint i = 0; i < answer->records->len; i++) {
		const struct dns_record *record = answer->records->pdata[i];
		if (record->name != NULL)
			g_string_append_printf(text, " %u:%s", record->preference,
				*record->name != '\0' ? record->name : ".");
		else
			g_string_append_printf(text, " [%zu]", record->length);
	}
	return g_string_free(text, FALSE);
}

static void
assert_read(const char *name, GByteArray *message, const char *question, enum dns_type type,
	const char *want)
{
	g_autoptr(dns_answer) answer =
		dns_message_read(message->data, message->len, question, type);
	g_autofree char *got = show(answer);
	if (strcmp(got, want) != 0)
		FAIL("%s: got %s, want %s", name, got, want);
	if ((answer->status == DNS_FAILED) != (answer->why != NULL))
		FAIL("%s: failed without a word why, or the other way round", name);
	g_byte_array_unref(message);
}

static void
test_types(void)
{
	GByteArray *message = begin(RESPONSE | AUTHENTIC, "a.example", DNS_A, 2);
	put_record(message, "a.example", DNS_A, "\x7f\0\0\1", 4);
	put_record(message, "A.Example", DNS_A, "\x7f\0\0\2", 4);
	assert_read("A, in either case", message, "a.example", DNS_A, "fine authentic [4] [4]");

	message = begin(RESPONSE, "a.example", DNS_AAAA, 1);
	put_record(message, "a.example", DNS_AAAA, "0123456789abcdef", 16);
	assert_read("AAAA", message, "a.example", DNS_AAAA, "fine [16]");

	message = begin(RESPONSE, "a.example", DNS_MX, 3);
	put_name_record(message, "a.example", DNS_MX, 10, "mx1.a.example");
	put_name_record(message, "a.example", DNS_MX, 65535, "mx2.b.example");
	put_name_record(message, "a.example", DNS_MX, 0, "");
	assert_read("MX, one of them the root", message, "a.example", DNS_MX,
		"fine 10:mx1.a.example 65535:mx2.b.example 0:.");

	message = begin(RESPONSE, "a.example", DNS_TXT, 2);
	put_record(message, "a.example", DNS_TXT, "\3abc\0\2de", 8);
	put_record(message, "a.example", DNS_TXT, "\0", 1);
	assert_read("TXT of several strings, and an empty one", message, "a.example", DNS_TXT,
		"fine [5] [0]");

	message = begin(RESPONSE, "1.2.0.192.in-addr.arpa", DNS_PTR, 1);
	put_name_record(message, "1.2.0.192.in-addr.arpa", DNS_PTR, -1, "out.a.example");
	assert_read("PTR", message, "1.2.0.192.in-addr.arpa", DNS_PTR, "fine 0:out.a.example");

	message = begin(RESPONSE, "_25._tcp.mx.a.example", DNS_TLSA, 1);
	put_record(message, "_25._tcp.mx.a.example", DNS_TLSA, "\3\1\1abcd", 7);
	assert_read("TLSA", message, "_25._tcp.mx.a.example", DNS_TLSA, "fine [7]");
}

static void
test_absence(void)
{
	GByteArray *message = begin(RESPONSE | AUTHENTIC | 3, "a.example", DNS_MX, 0);
	assert_read("NXDOMAIN", message, "a.example", DNS_MX, "no name authentic");
	message = begin(RESPONSE, "a.example", DNS_MX, 0);
	assert_read("no data", message, "a.example", DNS_MX, "no data");
	message = begin(RESPONSE, "a.example", DNS_A, 1);
	put_record(message, "b.example", DNS_A, "\x7f\0\0\1", 4);
	assert_read("somebody else's record", message, "a.example", DNS_A, "no data");
	message = begin(RESPONSE | 3, "a.example", DNS_A, 1);
	put_record(message, "a.example", DNS_A, "\x7f\0\0\1", 4);
	assert_read("NXDOMAIN with a record", message, "a.example", DNS_A, "no name");
}

static void
test_aliases(void)
{
	GByteArray *message = begin(RESPONSE, "a.example", DNS_A, 3);
	put_record(message, "c.example", DNS_A, "\x7f\0\0\1", 4);
	put_name_record(message, "b.example", DNS_CNAME, -1, "c.example");
	put_name_record(message, "a.example", DNS_CNAME, -1, "b.example");
	assert_read("a chain, in whatever order", message, "a.example", DNS_A,
		"fine > b.example > c.example [4]");
	message = begin(RESPONSE | 3, "a.example", DNS_A, 1);
	put_name_record(message, "a.example", DNS_CNAME, -1, "gone.example");
	assert_read(
		"to a name that is gone", message, "a.example", DNS_A, "no name > gone.example");
	message = begin(RESPONSE, "a.example", DNS_A, 2);
	put_name_record(message, "a.example", DNS_CNAME, -1, "b.example");
	put_name_record(message, "b.example", DNS_CNAME, -1, "a.example");
	assert_read("round and round", message, "a.example", DNS_A, "failed");
	message = begin(RESPONSE, "n0.example", DNS_A, 17);
	for (int i = 0; i < 17; i++) {
		g_autofree char *from = g_strdup_printf("n%d.example", i);
		g_autofree char *to = g_strdup_printf("n%d.example", i + 1);
		put_name_record(message, from, DNS_CNAME, -1, to);
	}
	assert_read("on and on", message, "n0.example", DNS_A, "failed");
}

static void
test_no_answers(void)
{
	static const struct {
		const char *name;
		unsigned flags;
		const char *question;
		unsigned type;
	} rows[] = {
		{ "SERVFAIL", RESPONSE | 2, "a.example", DNS_A },
		{ "REFUSED", RESPONSE | 5, "a.example", DNS_A },
		{ "FORMERR", RESPONSE | 1, "a.example", DNS_A },
		{ "NOTIMP", RESPONSE | 4, "a.example", DNS_A },
		{ "an rcode of tomorrow", RESPONSE | 11, "a.example", DNS_A },
		{ "cut short", RESPONSE | TRUNCATED, "a.example", DNS_A },
		{ "a question", 0x100, "a.example", DNS_A },
		{ "to another question", RESPONSE, "b.example", DNS_A },
		{ "to a question for another type", RESPONSE, "a.example", DNS_AAAA },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		assert_read(rows[i].name, begin(rows[i].flags, rows[i].question, rows[i].type, 0),
			"a.example", DNS_A, "failed");
}

static void
test_bad_records(void)
{
	static const struct {
		const char *name;
		unsigned type;
		const char *data;
		size_t length;
	} rows[] = {
		{ "A of three bytes", DNS_A, "\1\2\3", 3 },
		{ "A of five", DNS_A, "\1\2\3\4\5", 5 },
		{ "AAAA of four", DNS_AAAA, "\1\2\3\4", 4 },
		{ "TXT that says more than it has", DNS_TXT, "\5abc", 4 },
		{ "MX without a name", DNS_MX, "\0\12", 2 },
		{ "MX with a pointer to itself", DNS_MX, "\0\12\xc0\x32", 4 },
		{ "MX with a pointer beyond the end", DNS_MX, "\0\12\xff\xff", 4 },
		{ "PTR that is empty", DNS_PTR, "", 0 },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		GByteArray *message = begin(RESPONSE, "a.example", rows[i].type, 1);
		put_record(message, "a.example", rows[i].type, rows[i].data, rows[i].length);
		assert_read(
			rows[i].name, message, "a.example", (enum dns_type)rows[i].type, "failed");
	}
}

/* No cut of a good answer is an answer. */
static void
test_cuts(void)
{
	g_autoptr(GByteArray) message = begin(RESPONSE, "a.example", DNS_MX, 2);
	put_name_record(message, "a.example", DNS_MX, 10, "mx1.a.example");
	put_name_record(message, "a.example", DNS_MX, 20, "mx2.a.example");
	for (guint length = 0; length < message->len; length++) {
		g_autofree uint8_t *cut = g_memdup2(message->data, length);
		g_autoptr(dns_answer) answer = dns_message_read(cut, length, "a.example", DNS_MX);
		if (answer->status != DNS_FAILED)
			FAIL("cut to %u bytes: not failed", length);
	}
}

/* Of a flood of records so many are kept. */
static void
test_flood(void)
{
	g_autoptr(GByteArray) message = begin(RESPONSE, "a.example", DNS_A, 2000);
	for (int i = 0; i < 2000; i++)
		put_record(message, "a.example", DNS_A, "\x7f\0\0\1", 4);
	g_autoptr(dns_answer) answer =
		dns_message_read(message->data, message->len, "a.example", DNS_A);
	g_assert_cmpint(answer->status, ==, DNS_FINE);
	g_assert_cmpuint(answer->records->len, ==, 200);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/dns-message/types", test_types);
	g_test_add_func("/dns-message/absence", test_absence);
	g_test_add_func("/dns-message/aliases", test_aliases);
	g_test_add_func("/dns-message/no-answers", test_no_answers);
	g_test_add_func("/dns-message/bad-records", test_bad_records);
	g_test_add_func("/dns-message/cuts", test_cuts);
	g_test_add_func("/dns-message/flood", test_flood);
	return g_test_run();
}
