/* TLSA records. */
#include "checker/tlsa_record.h"

#include <glib.h>

#define SHA256_BYTES 32
#define SHA512_BYTES 64

/* Bytes of data that are shown. */
#define MOST_SHOWN SHA512_BYTES

bool
tlsa_record_read(struct tlsa_record *record, const uint8_t *rdata, size_t length)
{
	if (length < 4)
		return false;
	*record = (struct tlsa_record){ rdata[0], rdata[1], rdata[2], rdata + 3, length - 3 };
	return true;
}

const char *
tlsa_record_fault(const struct tlsa_record *record)
{
	if (record->usage < TLSA_USAGE_TA)
		return "usages 0 and 1 are not used with SMTP (RFC 7672 3.1.3)";
	if (record->usage > TLSA_USAGE_EE)
		return "its usage is not known";
	if (record->selector > TLSA_SELECT_KEY)
		return "its selector is not known";
	if (record->matching > TLSA_MATCH_SHA512)
		return "its matching type is not known";
	if ((record->matching == TLSA_MATCH_SHA256 && record->length != SHA256_BYTES) ||
		(record->matching == TLSA_MATCH_SHA512 && record->length != SHA512_BYTES))
		return "its digest has the wrong length";
	return NULL;
}

char *
tlsa_record_text(const struct tlsa_record *record)
{
	GString *text = g_string_new(NULL);
	g_string_printf(text, "%u %u %u ", record->usage, record->selector, record->matching);
	for (size_t i = 0; i < record->length && i < MOST_SHOWN; i++)
		g_string_append_printf(text, "%02x", record->data[i]);
	if (record->length > MOST_SHOWN)
		g_string_append(text, "...");
	return g_string_free(text, FALSE);
}
