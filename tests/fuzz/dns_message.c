/* Fuzz target: DNS answers.  The first byte of an input chooses what was asked for; the name asked
   for is the one in the input's own question, so that the rest of it is read. */
#include "checker/dns_message.h"

#include <stdlib.h>
#include <string.h>

#include <arpa/nameser.h>

#include "ingest/printable.h"
#include "tests/fuzz/faults.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
assert_record(const struct dns_record *record, enum dns_type type)
{
	bool named = type == DNS_MX || type == DNS_PTR || type == DNS_CNAME;
	g_assert_true(named == (record->name != NULL));
	g_assert_true(named == (record->data == NULL));
	g_assert_true(type != DNS_A || record->length == 4);
	g_assert_true(type != DNS_AAAA || record->length == 16);
	g_assert_true(type != DNS_TXT || record->data[record->length] == 0);
	if (named)
		for (const char *at = record->name; *at != '\0'; at++)
			g_assert_true(*at > ' ' && *at < 0x7f);
}

static void
assert_answer(const struct dns_answer *answer, enum dns_type type)
{
	g_assert_true((answer->status == DNS_FINE) == (answer->records->len > 0));
	g_assert_true((answer->status == DNS_FAILED) == (answer->why != NULL));
	g_assert_cmpuint(answer->cnames->len, <=, 16);
	g_assert_cmpuint(answer->records->len, <=, 200);
	if (answer->why != NULL)
		assert_printable(answer->why);
	for (guint i = 0; i < answer->records->len; i++)
		assert_record(answer->records->pdata[i], type);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum dns_type types[] = { DNS_A, DNS_CNAME, DNS_PTR, DNS_MX, DNS_TXT, DNS_AAAA,
		DNS_TLSA };
	char name[NS_MAXDNAME] = "a.example";
	ns_msg message;
	ns_rr question;
	if (size < 1 || size > NS_MAXMSG)
		return 0;
	enum dns_type type = types[data[0] % G_N_ELEMENTS(types)];
	/* exactly as large as it is, so that reading past the end is seen */
	g_autofree uint8_t *bytes = g_memdup2(data + 1, size - 1);
	if (ns_initparse(bytes, (int)size - 1, &message) == 0 &&
		ns_parserr(&message, ns_s_qd, 0, &question) == 0)
		g_strlcpy(name, ns_rr_name(question), sizeof name);
	g_autoptr(dns_answer) answer = dns_message_read(bytes, size - 1, name, type);
	assert_answer(answer, type);
	return 0;
}
