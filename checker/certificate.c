/* Judging certificates, with OpenSSL. */
#include "checker/certificate.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

/* OpenSSL's security level for keys and signatures: what Debian and most senders ask (112 bits: RSA
   of 2048, no SHA-1). */
#define STRENGTH 2

/* Names that are kept of one certificate: the largest public ones have a hundred or two. */
#define MOST_NAMES 200

/* Certificates kept of a chain: OpenSSL itself takes a hundred. */
#define MOST_CHAIN 10

static const struct {
	enum certificate_fault fault;
	const char *name;
} fault_names[] = {
	{ CERTIFICATE_EXPIRED, "expired" },
	{ CERTIFICATE_NOT_YET, "not-yet-valid" },
	{ CERTIFICATE_NAME, "name-mismatch" },
	{ CERTIFICATE_SELF_SIGNED, "self-signed" },
	{ CERTIFICATE_INCOMPLETE, "incomplete-chain" },
	{ CERTIFICATE_UNTRUSTED, "untrusted-issuer" },
	{ CERTIFICATE_CHAIN_TIME, "issuer-expired" },
	{ CERTIFICATE_WEAK, "weak" },
	{ CERTIFICATE_PURPOSE, "wrong-purpose" },
	{ CERTIFICATE_OTHER, "other" },
};

const char *
certificate_fault_name(unsigned index, enum certificate_fault *fault)
{
	if (index >= G_N_ELEMENTS(fault_names))
		return NULL;
	*fault = fault_names[index].fault;
	return fault_names[index].name;
}

void
certificate_free(struct certificate *certificate)
{
	if (certificate == NULL)
		return;
	g_ptr_array_unref(certificate->names);
	g_ptr_array_unref(certificate->chain);
	g_free(certificate->issuer);
	g_free(certificate->subject);
	g_free(certificate->words);
	g_free(certificate->key);
	g_free(certificate);
}

/* ---- what it says ---- */

static char *
name_line(const X509_NAME *name)
{
	BIO *memory = BIO_new(BIO_s_mem());
	char *text;
	X509_NAME_print_ex(memory, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
	long length = BIO_get_mem_data(memory, &text);
	char *line = g_utf8_make_valid(text, (gssize)MIN(length, 300));
	BIO_free(memory);
	return line;
}

static int64_t
instant_of(const ASN1_TIME *time)
{
	struct tm utc;
	return time != NULL && ASN1_TIME_to_tm(time, &utc) ? (int64_t)timegm(&utc) : 0;
}

static void
read_names(struct certificate *certificate, const X509 *x509)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
	for (int i = 0; i < sk_GENERAL_NAME_num(names) && certificate->names->len < MOST_NAMES;
		i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		if (name->type != GEN_DNS)
			continue;
		const unsigned char *text = ASN1_STRING_get0_data(name->d.dNSName);
		int length = ASN1_STRING_length(name->d.dNSName);
		g_ptr_array_add(certificate->names,
			g_utf8_make_valid((const char *)text, MIN(length, 255)));
	}
	GENERAL_NAMES_free(names);
}

static void
read_chain(struct certificate *certificate, X509 *leaf, STACK_OF(X509) * sent)
{
	int count = sent != NULL ? sk_X509_num(sent) : 0;
	for (int i = 0; i < MAX(count, 1) && i < MOST_CHAIN; i++) {
		unsigned char *der = NULL;
		int length = i2d_X509(i < count ? sk_X509_value(sent, i) : leaf, &der);
		if (length > 0)
			g_ptr_array_add(certificate->chain, g_bytes_new(der, (gsize)length));
		OPENSSL_free(der);
	}
}

static char *
key_words(const X509 *x509)
{
	EVP_PKEY *key = X509_get0_pubkey(x509);
	if (key == NULL)
		return g_strdup("unknown");
	const char *kind = EVP_PKEY_get0_type_name(key);
	return g_strdup_printf("%s %d", kind != NULL ? kind : "key", EVP_PKEY_bits(key));
}

static struct certificate *
read_certificate(X509 *leaf, STACK_OF(X509) * sent)
{
	struct certificate *certificate = g_new0(struct certificate, 1);
	certificate->names = g_ptr_array_new_with_free_func(g_free);
	certificate->chain = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	certificate->issuer = name_line(X509_get_issuer_name(leaf));
	certificate->subject = name_line(X509_get_subject_name(leaf));
	certificate->not_before = instant_of(X509_get0_notBefore(leaf));
	certificate->not_after = instant_of(X509_get0_notAfter(leaf));
	certificate->key = key_words(leaf);
	read_names(certificate, leaf);
	read_chain(certificate, leaf, sent);
	return certificate;
}

/* ---- judging ---- */

/* The fault that an error of OpenSSL's tells of, at a depth of the chain (0: the server's own). */
static enum certificate_fault
fault_of(int error, int depth)
{
	switch (error) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return depth == 0 ? CERTIFICATE_EXPIRED : CERTIFICATE_CHAIN_TIME;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return depth == 0 ? CERTIFICATE_NOT_YET : CERTIFICATE_CHAIN_TIME;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		return CERTIFICATE_SELF_SIGNED;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return CERTIFICATE_INCOMPLETE;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_UNTRUSTED:
	case X509_V_ERR_CERT_REJECTED:
		return CERTIFICATE_UNTRUSTED;
	case X509_V_ERR_EE_KEY_TOO_SMALL:
	case X509_V_ERR_CA_KEY_TOO_SMALL:
	case X509_V_ERR_CA_MD_TOO_WEAK:
		return CERTIFICATE_WEAK;
	case X509_V_ERR_INVALID_PURPOSE:
		return CERTIFICATE_PURPOSE;
	}
	return CERTIFICATE_OTHER;
}

static int
watch_index(void)
{
	static int index = -1;
	if (index < 0)
		index = X509_STORE_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
	return index;
}

/* Called by OpenSSL for each certificate and each fault; going on shows the next ones. */
static int
note_fault(int fine, X509_STORE_CTX *store)
{
	struct certificate *seen = X509_STORE_CTX_get_ex_data(store, watch_index());
	if (fine)
		return 1;
	int error = X509_STORE_CTX_get_error(store);
	enum certificate_fault fault = fault_of(error, X509_STORE_CTX_get_error_depth(store));
	seen->faults |= fault;
	if ((fault == CERTIFICATE_OTHER || fault == CERTIFICATE_WEAK) && seen->words == NULL)
		seen->words = g_strdup(X509_verify_cert_error_string(error));
	return 1;
}

/* OpenSSL tells of an issuer that it does not have; whether that is a missing intermediate or a
   stranger's root shows in what was sent: a chain that goes on to a self-signed certificate lacks
   nothing but trust. */
static void
tell_apart(struct certificate *seen, STACK_OF(X509) * sent)
{
	X509 *last = sent != NULL && sk_X509_num(sent) > 1
			     ? sk_X509_value(sent, sk_X509_num(sent) - 1)
			     : NULL;
	if ((seen->faults & CERTIFICATE_INCOMPLETE) && last != NULL &&
		(X509_get_extension_flags(last) & EXFLAG_SS))
		seen->faults =
			(seen->faults & ~(unsigned)CERTIFICATE_INCOMPLETE) | CERTIFICATE_UNTRUSTED;
}

static void
judge_name(struct certificate *seen, X509 *leaf, const char *host)
{
	/* DNS-IDs only, never the subject's CN; a wildcard only as the whole left-most label */
	const unsigned flags =
		X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
	if (X509_check_host(leaf, host, strlen(host), flags, NULL) != 1)
		seen->faults |= CERTIFICATE_NAME;
}

/* In the place of OpenSSL's own verification. */
static int
verify(X509_STORE_CTX *store, void *user)
{
	struct certificate_watch *watch = user;
	X509 *leaf = X509_STORE_CTX_get0_cert(store);
	STACK_OF(X509) *sent = X509_STORE_CTX_get0_untrusted(store);
	if (leaf == NULL)
		return 0;
	struct certificate *seen = read_certificate(leaf, sent);
	const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	watch->tls_version = SSL_get_version(ssl);
	certificate_free(watch->seen); /* of an earlier handshake on this connection */
	watch->seen = seen;
	X509_STORE_CTX_set_ex_data(store, watch_index(), seen);
	X509_STORE_CTX_set_verify_cb(store, note_fault);
	X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(store), STRENGTH);
	if (X509_verify_cert(store) <= 0 && seen->faults == 0) {
		seen->faults = CERTIFICATE_OTHER;
		seen->words =
			g_strdup(X509_verify_cert_error_string(X509_STORE_CTX_get_error(store)));
	}
	tell_apart(seen, sent);
	judge_name(seen, leaf, watch->host);
	bool fine = seen->faults == 0 || watch->go_on;
	/* what is left here becomes the session's result, which libcurl looks at */
	if (fine)
		X509_STORE_CTX_set_error(store, X509_V_OK);
	else if (X509_STORE_CTX_get_error(store) == X509_V_OK)
		X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH);
	return fine;
}

void
certificate_watch_context(void *ssl_ctx, struct certificate_watch *watch)
{
	SSL_CTX_set_cert_verify_callback(ssl_ctx, verify, watch);
}

void
certificate_allow_old(void *ssl_ctx)
{
	SSL_CTX_set_min_proto_version(ssl_ctx, TLS1_VERSION);
	SSL_CTX_set_security_level(ssl_ctx, 0);
}
