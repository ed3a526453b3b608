/* TLSA records against a chain, by RFC 7672. */
#include "checker/dane.h"

#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "tests/unit/row.h"

/* ---- certificates ---- */

/* A self-signed certificate with a key of its own, in DER. */
static GBytes *
make_certificate(long serial)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x509 = X509_new();
	unsigned char *der = NULL;
	ASN1_INTEGER_set(X509_get_serialNumber(x509), serial);
	X509_gmtime_adj(X509_getm_notBefore(x509), 0);
	X509_gmtime_adj(X509_getm_notAfter(x509), 86400);
	X509_set_pubkey(x509, key);
	g_assert_cmpint(X509_sign(x509, key, EVP_sha256()), >, 0);
	int length = i2d_X509(x509, &der);
	GBytes *bytes = g_bytes_new(der, (gsize)length);
	OPENSSL_free(der);
	X509_free(x509);
	EVP_PKEY_free(key);
	return bytes;
}

/* What a selector picks: the whole, or the key. */
static GBytes *
part_of(GBytes *certificate, int selector)
{
	gsize length;
	const unsigned char *der = g_bytes_get_data(certificate, &length);
	if (selector == 0)
		return g_bytes_ref(certificate);
	X509 *x509 = d2i_X509(NULL, &der, (long)length);
	unsigned char *key = NULL;
	int key_length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &key);
	GBytes *bytes = g_bytes_new(key, (gsize)key_length);
	OPENSSL_free(key);
	X509_free(x509);
	return bytes;
}

/* ---- records ---- */

static GPtrArray *chain; /* the server's own, and the one above it */
static GBytes *stranger;

/* "USAGE SELECTOR MATCHING OF", of being own, above or other; "short" is no record. */
static GBytes *
make_record(const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", 4);
	if (g_strv_length(words) < 4)
		return g_bytes_new("\3\1", 2);
	GBytes *of = strcmp(words[3], "own") == 0     ? chain->pdata[0]
		     : strcmp(words[3], "above") == 0 ? chain->pdata[1]
						      : stranger;
	g_autoptr(GBytes) part = part_of(of, atoi(words[1]));
	g_autoptr(GByteArray) record = g_byte_array_new();
	for (int i = 0; i < 3; i++) {
		const guint8 number = (guint8)atoi(words[i]);
		g_byte_array_append(record, &number, 1);
	}
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	gsize size;
	const void *bytes = g_bytes_get_data(part, &size);
	if (*words[2] == '0') {
		g_byte_array_append(record, bytes, (guint)size);
	} else {
		EVP_Digest(bytes, size, digest, &length,
			*words[2] == '2' ? EVP_sha512() : EVP_sha256(), NULL);
		g_byte_array_append(record, digest, length);
	}
	return g_byte_array_free_to_bytes(g_steal_pointer(&record));
}

static const struct {
	const char *name;
	const char *records; /* divided by commas */
	bool insecure, failed, no_chain, unknown;
	unsigned faults;
	enum check_dane want;
} rows[] = {
	{ "none", "", .want = CHECK_DANE_NONE },
	{ "the key's SHA-256", "3 1 1 own", .want = CHECK_DANE_FINE },
	{ "the key's SHA-512", "3 1 2 own", .want = CHECK_DANE_FINE },
	{ "the key itself", "3 1 0 own", .want = CHECK_DANE_FINE },
	{ "the certificate's SHA-256", "3 0 1 own", .want = CHECK_DANE_FINE },
	{ "the certificate itself", "3 0 0 own", .want = CHECK_DANE_FINE },
	{ "another key", "3 1 1 other", .want = CHECK_DANE_MISMATCH },
	{ "rolling: the old and the next", "3 1 1 other,3 1 1 own", .want = CHECK_DANE_FINE },
	{ "usage 3 is about the server's own only", "3 1 1 above", .want = CHECK_DANE_MISMATCH },
	{ "usage 3 whatever its name and dates", "3 1 1 own",
		.faults = CERTIFICATE_EXPIRED | CERTIFICATE_NAME | CERTIFICATE_SELF_SIGNED,
		.want = CHECK_DANE_FINE },
	{ "usage 2, one above", "2 1 1 above", .want = CHECK_DANE_FINE },
	{ "usage 2 and an unknown authority", "2 1 1 above", .faults = CERTIFICATE_UNTRUSTED,
		.want = CHECK_DANE_FINE },
	{ "usage 2 with a wrong name", "2 1 1 above", .faults = CERTIFICATE_NAME,
		.want = CHECK_DANE_MISMATCH },
	{ "usage 2, expired", "2 1 1 above", .faults = CERTIFICATE_EXPIRED,
		.want = CHECK_DANE_MISMATCH },
	{ "usage 2, of a stranger", "2 1 1 other", .want = CHECK_DANE_MISMATCH },
	{ "usages 0 and 1 are not for SMTP", "0 1 1 own,1 1 1 own", .want = CHECK_DANE_UNUSABLE },
	{ "no record at all by its length", "short", .want = CHECK_DANE_UNUSABLE },
	{ "unusable ones beside a good one", "1 1 1 own,3 1 1 own", .want = CHECK_DANE_FINE },
	{ "unusable ones beside a wrong one", "1 1 1 own,3 1 1 other",
		.want = CHECK_DANE_MISMATCH },
	{ "the zone is not signed", "3 1 1 other", .insecure = true, .want = CHECK_DANE_INSECURE },
	{ "the records could not be had", "3 1 1 own", .failed = true, .want = CHECK_DANE_UNKNOWN },
	{ "no TLS came of it", "3 1 1 own", .no_chain = true, .want = CHECK_DANE_MISMATCH },
	{ "the host could not be looked at", "3 1 1 own", .no_chain = true, .unknown = true,
		.want = CHECK_DANE_UNKNOWN },
};

static void
test_judge(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct arena *arena = arena_new();
		g_autoptr(GPtrArray) records =
			g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
		g_auto(GStrv) texts = g_strsplit(rows[i].records, ",", -1);
		for (char **text = texts; *text != NULL; text++)
			g_ptr_array_add(records, make_record(*text));
		const struct check_certificate certificate = { .faults = rows[i].faults };
		const struct check_host host = { .tlsa_secure = !rows[i].insecure,
			.tlsa_failed = rows[i].failed ? "SERVFAIL" : NULL };
		struct check_address address = { .status = rows[i].unknown ? CHECK_UNKNOWN
									   : CHECK_BAD,
			.certificate = rows[i].no_chain ? NULL : &certificate };
		dane_judge(arena, &host, &address, records, rows[i].no_chain ? NULL : chain);
		if (address.dane != rows[i].want)
			FAIL("%s: got %s", rows[i].name, check_dane_name(address.dane));
		if ((address.dane_record != NULL) == rows[i].no_chain)
			FAIL("%s: what would match: %s", rows[i].name, address.dane_record);
		arena_free(arena);
	}
}

/* The record that is proposed is one that matches. */
static void
test_proposal(void)
{
	struct arena *arena = arena_new();
	const struct check_certificate certificate = { .faults = 0 };
	const struct check_host host = { .tlsa_secure = true };
	struct check_address address = { .status = CHECK_FINE, .certificate = &certificate };
	g_autoptr(GPtrArray) records =
		g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	struct check_tlsa described;
	g_ptr_array_add(records, make_record("3 1 1 own"));
	dane_describe(arena, records->pdata[0], &described);
	dane_judge(arena, &host, &address, records, chain);
	g_assert_cmpstr(address.dane_record, ==, described.text);
	g_assert_null(described.fault);
	g_autoptr(GBytes) other = make_record("0 1 1 own");
	dane_describe(arena, other, &described);
	g_assert_nonnull(described.fault);
	arena_free(arena);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	chain = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	g_ptr_array_add(chain, make_certificate(1));
	g_ptr_array_add(chain, make_certificate(2));
	stranger = make_certificate(3);
	g_test_add_func("/dane/judge", test_judge);
	g_test_add_func("/dane/proposal", test_proposal);
	int status = g_test_run();
	g_ptr_array_unref(chain);
	g_bytes_unref(stranger);
	return status;
}
