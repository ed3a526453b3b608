/* Matching TLSA records. */
#include "checker/dane.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "checker/tlsa_record.h"
#include "ingest/arena.h"

void
dane_describe(struct arena *arena, GBytes *rdata, struct check_tlsa *described)
{
	struct tlsa_record record;
	gsize length;
	const uint8_t *bytes = g_bytes_get_data(rdata, &length);
	if (!tlsa_record_read(&record, bytes, length)) {
		*described = (struct check_tlsa){ "", "it is too short" };
		return;
	}
	g_autofree char *text = tlsa_record_text(&record);
	*described = (struct check_tlsa){ arena_strdup(arena, text), tlsa_record_fault(&record) };
}

/* What the selector picks of a certificate; NULL: it cannot be read. */
static GBytes *
select_part(uint8_t selector, GBytes *certificate)
{
	gsize length;
	const unsigned char *der = g_bytes_get_data(certificate, &length);
	if (selector == TLSA_SELECT_CERTIFICATE)
		return g_bytes_ref(certificate);
	X509 *x509 = d2i_X509(NULL, &der, (long)length);
	if (x509 == NULL)
		return NULL;
	unsigned char *key = NULL;
	int key_length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &key);
	GBytes *part = key_length > 0 ? g_bytes_new(key, (gsize)key_length) : NULL;
	OPENSSL_free(key);
	X509_free(x509);
	return part;
}

static bool
matches(const struct tlsa_record *record, GBytes *certificate)
{
	g_autoptr(GBytes) part = select_part(record->selector, certificate);
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned digest_length;
	gsize length;
	if (part == NULL)
		return false;
	const uint8_t *bytes = g_bytes_get_data(part, &length);
	if (record->matching != TLSA_MATCH_FULL) {
		const EVP_MD *kind =
			record->matching == TLSA_MATCH_SHA256 ? EVP_sha256() : EVP_sha512();
		if (!EVP_Digest(bytes, length, digest, &digest_length, kind, NULL))
			return false;
		bytes = digest;
		length = digest_length;
	}
	return length == record->length && memcmp(bytes, record->data, length) == 0;
}

/* Whether a record that SMTP can use accepts the chain.  Usage 3 is about the server's own
   certificate, whatever its name and dates (RFC 7672 3.1.1); usage 2 about one above it, and then
   name and dates count (3.1.2). */
static bool
accepts(const struct tlsa_record *record, const GPtrArray *chain,
	const struct check_certificate *certificate)
{
	const unsigned dates_and_name = CERTIFICATE_EXPIRED | CERTIFICATE_NOT_YET |
					CERTIFICATE_NAME | CERTIFICATE_CHAIN_TIME;
	if (record->usage == TLSA_USAGE_EE)
		return matches(record, chain->pdata[0]);
	if (certificate->faults & dates_and_name)
		return false;
	for (guint i = 0; i < chain->len; i++)
		if (matches(record, chain->pdata[i]))
			return true;
	return false;
}

/* The record that would match: of usage 3, by the key's SHA-256, which outlives a renewal with the
   same key. */
static const char *
matching_record(struct arena *arena, GBytes *certificate)
{
	g_autoptr(GBytes) key = select_part(TLSA_SELECT_KEY, certificate);
	gsize length;
	if (key == NULL)
		return NULL;
	const void *bytes = g_bytes_get_data(key, &length);
	g_autofree char *digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, bytes, length);
	return arena_printf(arena, "3 1 1 %s", digest);
}

static enum check_dane
judge_records(const struct check_address *address, const GPtrArray *records, const GPtrArray *chain)
{
	bool usable = false;
	for (guint i = 0; i < records->len; i++) {
		struct tlsa_record record;
		gsize length;
		const uint8_t *bytes = g_bytes_get_data(records->pdata[i], &length);
		if (!tlsa_record_read(&record, bytes, length) || tlsa_record_fault(&record) != NULL)
			continue;
		usable = true;
		if (chain != NULL && accepts(&record, chain, address->certificate))
			return CHECK_DANE_FINE;
	}
	if (chain == NULL && address->status == CHECK_UNKNOWN)
		return CHECK_DANE_UNKNOWN;
	/* RFC 7672 2.2: with records that cannot be used, TLS is demanded and nothing else */
	return !usable && chain != NULL ? CHECK_DANE_UNUSABLE : CHECK_DANE_MISMATCH;
}

void
dane_judge(struct arena *arena, const struct check_host *host, struct check_address *address,
	const GPtrArray *records, const GPtrArray *chain)
{
	bool has_chain = chain != NULL && chain->len > 0 && address->certificate != NULL;
	if (has_chain)
		address->dane_record = matching_record(arena, chain->pdata[0]);
	if (host->tlsa_failed != NULL)
		address->dane = CHECK_DANE_UNKNOWN;
	else if (records->len == 0)
		address->dane = CHECK_DANE_NONE;
	else if (!host->tlsa_secure)
		address->dane = CHECK_DANE_INSECURE;
	else
		address->dane = judge_records(address, records, has_chain ? chain : NULL);
}
