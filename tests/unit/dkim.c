/* Signatures verified here: made with keys of the test's, which a DNS server of the test's own
   tells. */
#include "ingest/trust.h"

#include <string.h>
#include <sys/socket.h>

#include <glib.h>
#include <opendkim/dkim.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "ingest/limits.h"
#include "ingest/report_body.h"
#include "tests/unit/key_server.h"
#include "tests/unit/row.h"

/* ---- keys, and the records that tell them ---- */

struct key {
	int bits;
	char *private_pem;
	char *p; /* "p=..." */
};

static struct key usual = { .bits = 2048 }, small = { .bits = 1024 }, tiny = { .bits = 512 };
static struct key *const keys[] = { &usual, &small, &tiny };

static struct key_server *dns;

static void
make_key(struct key *key)
{
	EVP_PKEY *pair = EVP_RSA_gen((unsigned)key->bits);
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	PEM_write_bio_PrivateKey(bio, pair, NULL, NULL, 0, NULL, NULL);
	long length = BIO_get_mem_data(bio, &text);
	key->private_pem = g_strndup(text, (gsize)length);
	BIO_free(bio);

	uint8_t *der = NULL;
	int der_length = i2d_PUBKEY(pair, &der);
	g_autofree char *base64 = g_base64_encode(der, (gsize)der_length);
	key->p = g_strdup_printf("p=%s", base64);
	OPENSSL_free(der);
	EVP_PKEY_free(pair);
}

/* %s: the public key */
static const struct {
	const char *selector, *record;
	const struct key *key;
	int copies, status;
} zone[] = {
	{ "s1", "v=DKIM1; k=rsa; %s", &usual, 1, 0 },
	{ "tight", "v=DKIM1;k=rsa;%s", &usual, 1, 0 },
	{ "bare", "%s", &usual, 1, 0 },
	{ "loose", " v = DKIM1 ; k = rsa ; %s ; ", &usual, 1, 0 },
	{ "tlsrpt", "v=DKIM1; k=rsa; s=tlsrpt; %s", &usual, 1, 0 },
	{ "both", "v=DKIM1;s = email : tlsrpt;k=rsa;%s", &usual, 1, 0 },
	{ "email", "v=DKIM1; k=rsa; s=email; %s", &usual, 1, 0 },
	{ "other", "v=DKIM1; k=rsa; s=other; %s", &usual, 1, 0 },
	{ "like", "v=DKIM1; k=rsa; s=nottlsrpt; %s", &usual, 1, 0 },
	{ "revoked", "v=DKIM1; k=rsa; p=", &usual, 1, 0 },
	{ "double", "v=DKIM1; k=rsa; %s", &usual, 2, 0 },
	{ "small", "v=DKIM1; k=rsa; %s", &small, 1, 0 },
	{ "tiny", "v=DKIM1; k=rsa; %s", &tiny, 1, 0 },
	{ "servfail", NULL, NULL, 0, 2 },
};

static struct key_answer_text
tell_key(const char *selector)
{
	for (size_t i = 0; i < G_N_ELEMENTS(zone); i++) {
		if (strcmp(selector, zone[i].selector) != 0)
			continue;
		g_auto(GStrv) halves =
			zone[i].record != NULL ? g_strsplit(zone[i].record, "%s", 2) : NULL;
		char *record = halves != NULL ? g_strjoinv(zone[i].key->p, halves) : NULL;
		return (struct key_answer_text){ record, zone[i].copies, zone[i].status, FALSE };
	}
	return (struct key_answer_text){ 0 };
}

/* ---- signing ---- */

static const char headers[] = "From: tls@harbour.example\nTo: rua@quay.example\nSubject: report\n"
			      "MIME-Version: 1.0\n";
static const char body[] = "one line\nanother line\n";

struct signature {
	const char *domain, *selector;
	ssize_t length; /* l=; -1: none */
	dkim_alg_t algorithm;
	const struct key *key; /* NULL: the usual one */
};

/* The DKIM-Signature header of the message, with bare line feeds. */
static char *
sign(const struct signature *signature)
{
	DKIM_STAT status;
	DKIM_LIB *library = dkim_init(NULL, NULL);
	u_int flags = DKIM_LIBFLAGS_FIXCRLF, bits = 512;
	dkim_options(library, DKIM_OP_SETOPT, DKIM_OPTS_FLAGS, &flags, sizeof flags);
	dkim_options(library, DKIM_OP_SETOPT, DKIM_OPTS_MINKEYBITS, &bits, sizeof bits);
	const struct key *key = signature->key != NULL ? signature->key : &usual;
	DKIM *dkim = dkim_sign(library, (u_char *)"t", NULL, (u_char *)key->private_pem,
		(u_char *)signature->selector, (u_char *)signature->domain, DKIM_CANON_RELAXED,
		DKIM_CANON_SIMPLE, signature->algorithm, signature->length, &status);
	g_assert_nonnull(dkim);
	g_auto(GStrv) lines = g_strsplit(headers, "\n", -1);
	for (char **line = lines; **line != '\0'; line++)
		g_assert_cmpint(
			dkim_header(dkim, (u_char *)*line, strlen(*line)), ==, DKIM_STAT_OK);
	g_assert_cmpint(dkim_eoh(dkim), ==, DKIM_STAT_OK);
	g_assert_cmpint(dkim_body(dkim, (u_char *)body, strlen(body)), ==, DKIM_STAT_OK);
	g_assert_cmpint(dkim_eom(dkim, NULL), ==, DKIM_STAT_OK);
	u_char value[4096];
	g_assert_cmpint(dkim_getsighdr(dkim, value, sizeof value, strlen("DKIM-Signature: ")), ==,
		DKIM_STAT_OK);
	dkim_free(dkim);
	dkim_close(library);
	g_autoptr(GString) text = g_string_new((char *)value);
	g_string_replace(text, "\r\n", "\n", 0);
	return g_strdup_printf("DKIM-Signature: %s\n", text->str);
}

enum damage { WHOLE, BODY_CHANGED, HEADER_CHANGED, WITH_CRLF, NO_SIGNATURE, JUNK_LINE, BODY_ADDED };

static char *
make_message(const struct signature *signature, enum damage damage)
{
	g_autofree char *signed_by = damage == NO_SIGNATURE ? g_strdup("") : sign(signature);
	g_autoptr(GString) message = g_string_new(NULL);
	g_string_printf(message, "%s%s%s\n%s", damage == JUNK_LINE ? "no field\n" : "", signed_by,
		headers, body);
	if (damage == BODY_CHANGED)
		g_string_replace(message, "another line", "another word", 1);
	if (damage == BODY_ADDED)
		g_string_append(message, "and more\n");
	if (damage == HEADER_CHANGED)
		g_string_replace(message, "Subject: report", "Subject: another", 1);
	if (damage == WITH_CRLF)
		g_string_replace(message, "\n", "\r\n", 0);
	return g_strdup(message->str);
}

/* ---- judging ---- */

static struct report *
make_report(const char *submitter)
{
	g_autofree char *json = g_strdup_printf("{\"report-id\":\"r\",\"contact-info\":\"x@%s\","
						"\"organization-name\":\"o\",\"date-range\":{"
						"\"start-datetime\":\"2026-04-02T00:00:00Z\",\"end-"
						"datetime\":\"2026-04-02T23:59:59Z\"},"
						"\"policies\":[]}",
		submitter);
	return report_body_read((const uint8_t *)json, strlen(json), NULL, NULL);
}

/* Judges a message for a submitter; *why is the note about it. */
static enum trust
judge(struct trust_judge *judge, const char *message, const char *submitter, char **why)
{
	enum trust trust;
	g_autoptr(Report) report = make_report(submitter);
	trust_judge_mail(judge, (const uint8_t *)message, strlen(message), report, &trust);
	*why = g_strdup(
		report->n_notes > report->reader_notes ? report->notes[report->reader_notes] : "");
	return trust;
}

static struct trust_judge *
make_judge(const struct key_server *server)
{
	struct trust_options options = {
		.verify = true, .resolver = key_server_address(server), .lookup_seconds = 1
	};
	GError *error = NULL;
	struct trust_judge *made = trust_judge_new(&options, &error);
	g_assert_no_error(error);
	return made;
}

/* One row's signature: of domain, by the key of selector. */
#define BY(domain, selector)                                                                       \
	{                                                                                          \
		domain, selector, -1, DKIM_SIGN_RSASHA256, NULL                                    \
	}
#define GOOD BY("harbour.example", "s1")

static const struct {
	const char *name;
	struct signature signature;
	enum damage damage;
	const char *submitter;
	enum trust want;
	const char *why; /* in the note */
} rows[] = {
	{ "signed by the submitter", GOOD, WHOLE, "harbour.example", TRUST_DKIM,
		"verified by d=harbour.example" },
	{ "signed by its subdomain", BY("mail.harbour.example", "s1"), WHOLE, "harbour.example",
		TRUST_DKIM, "verified by d=mail.harbour.example" },
	{ "signed by its parent", GOOD, WHOLE, "reports.harbour.example", TRUST_DKIM,
		"verified by d=harbour.example" },
	{ "line ends CRLF", GOOD, WITH_CRLF, "harbour.example", TRUST_DKIM, "verified by" },
	{ "signed by another", BY("evil.example", "s1"), WHOLE, "harbour.example", TRUST_MAIL,
		"signed by d=evil.example, not aligned with harbour.example" },
	{ "signed by a public suffix's other child", BY("evil.co.uk", "s1"), WHOLE, "good.co.uk",
		TRUST_MAIL, "not aligned with good.co.uk" },
	{ "body changed", GOOD, BODY_CHANGED, "harbour.example", TRUST_MAIL,
		"does not verify: the body was changed" },
	{ "body added to", GOOD, BODY_ADDED, "harbour.example", TRUST_MAIL,
		"does not verify: the body was changed" },
	{ "header changed", GOOD, HEADER_CHANGED, "harbour.example", TRUST_MAIL,
		"does not verify" },
	{ "a line in the headers that is no field", GOOD, JUNK_LINE, "harbour.example", TRUST_MAIL,
		"no signature is believed" },
	{ "l= is refused", { "harbour.example", "s1", 10, DKIM_SIGN_RSASHA256, NULL }, WHOLE,
		"harbour.example", TRUST_MAIL, "uses l=, refused" },
	{ "l= over the whole body is refused",
		{ "harbour.example", "s1", sizeof body - 1 + 2, DKIM_SIGN_RSASHA256, NULL }, WHOLE,
		"harbour.example", TRUST_MAIL, "uses l=, refused" },
	{ "SHA-1 is refused", { "harbour.example", "s1", -1, DKIM_SIGN_RSASHA1, NULL }, WHOLE,
		"harbour.example", TRUST_MAIL, "uses SHA-1, refused" },
	{ "unsigned", GOOD, NO_SIGNATURE, "harbour.example", TRUST_MAIL, "not signed" },
	{ "a record without white space", BY("harbour.example", "tight"), WHOLE, "harbour.example",
		TRUST_DKIM, "verified by" },
	{ "a record of the key only", BY("harbour.example", "bare"), WHOLE, "harbour.example",
		TRUST_DKIM, "verified by" },
	{ "a record with white space everywhere", BY("harbour.example", "loose"), WHOLE,
		"harbour.example", TRUST_DKIM, "verified by" },
	{ "key for s=tlsrpt", BY("harbour.example", "tlsrpt"), WHOLE, "harbour.example", TRUST_DKIM,
		"verified by" },
	{ "key for s=tlsrpt too", BY("harbour.example", "both"), WHOLE, "harbour.example",
		TRUST_DKIM, "verified by" },
	{ "key for s=email: s=tlsrpt is not demanded", BY("harbour.example", "email"), WHOLE,
		"harbour.example", TRUST_DKIM, "verified by" },
	{ "key for another service", BY("harbour.example", "other"), WHOLE, "harbour.example",
		TRUST_MAIL, "does not verify" },
	{ "key for a service of a like name", BY("harbour.example", "like"), WHOLE,
		"harbour.example", TRUST_MAIL, "does not verify" },
	{ "RSA of 1,024 bits", { "harbour.example", "small", -1, DKIM_SIGN_RSASHA256, &small },
		WHOLE, "harbour.example", TRUST_DKIM, "verified by" },
	{ "RSA of 512 bits", { "harbour.example", "tiny", -1, DKIM_SIGN_RSASHA256, &tiny }, WHOLE,
		"harbour.example", TRUST_MAIL, "does not verify" },
	{ "key of another", BY("harbour.example", "small"), WHOLE, "harbour.example", TRUST_MAIL,
		"does not verify" },
	{ "key revoked", BY("harbour.example", "revoked"), WHOLE, "harbour.example", TRUST_MAIL,
		"does not verify" },
	{ "two records", BY("harbour.example", "double"), WHOLE, "harbour.example", TRUST_MAIL,
		"no key at double._domainkey.harbour.example" },
	{ "no such key", BY("harbour.example", "absent"), WHOLE, "harbour.example", TRUST_MAIL,
		"no key at absent._domainkey.harbour.example" },
	{ "DNS fails", BY("harbour.example", "servfail"), WHOLE, "harbour.example", TRUST_MAIL,
		"key look-up failed" },
};

static void
test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct trust_judge *made = make_judge(dns);
		g_autofree char *message = make_message(&rows[i].signature, rows[i].damage),
				*why = NULL;
		enum trust got = judge(made, message, rows[i].submitter, &why);
		if (got != rows[i].want || strstr(why, rows[i].why) == NULL)
			FAIL("%s: %s, %s", rows[i].name, trust_name(got), why);
		trust_judge_free(made);
	}
}

/* Which of several signatures decides: any that passes and counts. */
static void
test_several(void)
{
	static const struct {
		const char *name;
		struct signature signatures[3]; /* in order from the top */
		enum trust want;
		const char *why;
	} cases[] = {
		{ "a stranger's first", { BY("evil.example", "s1"), GOOD }, TRUST_DKIM,
			"verified by d=harbour.example" },
		{ "a stranger's last", { GOOD, BY("evil.example", "s1") }, TRUST_DKIM,
			"verified by d=harbour.example" },
		{ "one without a key first", { BY("harbour.example", "absent"), GOOD }, TRUST_DKIM,
			"verified by" },
		{ "one whose key cannot be looked up first",
			{ BY("harbour.example", "servfail"), GOOD }, TRUST_DKIM, "verified by" },
		{ "one by a wrong key first", { BY("harbour.example", "small"), GOOD }, TRUST_DKIM,
			"verified by" },
		{ "one with l= first",
			{ { "harbour.example", "s1", 5, DKIM_SIGN_RSASHA256, NULL }, GOOD },
			TRUST_DKIM, "verified by" },
		{ "none that counts",
			{ BY("evil.example", "s1"), BY("harbour.example", "absent"),
				BY("evil.example", "tight") },
			TRUST_MAIL, "no key at absent._domainkey.harbour.example" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct trust_judge *made = make_judge(dns);
		g_autoptr(GString) message = g_string_new(NULL);
		g_autofree char *why = NULL;
		for (int s = 0; s < 3 && cases[i].signatures[s].domain != NULL; s++) {
			g_autofree char *field = sign(&cases[i].signatures[s]);
			g_string_append(message, field);
		}
		g_string_append_printf(message, "%s\n%s", headers, body);
		enum trust got = judge(made, message->str, "harbour.example", &why);
		if (got != cases[i].want || strstr(why, cases[i].why) == NULL)
			FAIL("%s: %s, %s", cases[i].name, trust_name(got), why);
		trust_judge_free(made);
	}
}

/* A sender cannot have us ask DNS, or hash the body, as often as it likes. */
static void
test_very_many(void)
{
	static const struct signature good = GOOD;
	struct trust_judge *made = make_judge(dns);
	g_autoptr(GString) message = g_string_new(NULL);
	g_autofree char *whole = make_message(&good, WHOLE), *why = NULL;
	for (int i = 0; i < 1000; i++)
		g_string_append_printf(message,
			"DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=harbour.example;"
			" s=no%d; h=from; bh=eA==; b=eA==\n",
			i);
	g_string_append(message, whole);
	int before = key_server_questions(dns);
	g_assert_cmpint(judge(made, message->str, "harbour.example", &why), ==, TRUST_MAIL);
	g_assert_cmpint(key_server_questions(dns) - before, <=, LIMIT_SIGNATURES);
	trust_judge_free(made);
}

struct crowd {
	struct trust_judge *judge;
	const char *message;
	gint passed;
};

static gpointer
judge_often(gpointer data)
{
	struct crowd *crowd = data;
	for (int i = 0; i < 50; i++) {
		g_autofree char *why = NULL;
		if (judge(crowd->judge, crowd->message, "harbour.example", &why) == TRUST_DKIM)
			g_atomic_int_inc(&crowd->passed);
	}
	return NULL;
}

static void
test_threads(void)
{
	static const struct signature good = GOOD;
	g_autofree char *message = make_message(&good, WHOLE);
	struct crowd crowd = { make_judge(dns), message, 0 };
	GThread *threads[4];
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("judge", judge_often, &crowd);
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		g_thread_join(threads[i]);
	g_assert_cmpint(crowd.passed, ==, 50 * G_N_ELEMENTS(threads));
	trust_judge_free(crowd.judge);
}

/* Our own system's word is taken before any look-up. */
static void
test_header_first(void)
{
	static const char *const ids[] = { "mx.example.net", NULL };
	static const struct signature good = GOOD;
	struct trust_options options = {
		.authserv_ids = ids, .verify = true, .resolver = key_server_address(dns)
	};
	struct trust_judge *made = trust_judge_new(&options, NULL);
	static const struct {
		const char *result;
		enum trust want;
	} cases[] = {
		{ "dkim=pass header.d=harbour.example", TRUST_DKIM },
		{ "dkim=fail header.d=harbour.example", TRUST_MAIL },
		{ "dkim=pass header.d=evil.example", TRUST_MAIL },
	};
	int before = key_server_questions(dns);
	g_autofree char *message = make_message(&good, WHOLE);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *whole = g_strdup_printf(
			"Authentication-Results: mx.example.net; %s\n%s", cases[i].result, message);
		g_autofree char *why = NULL;
		enum trust got = judge(made, whole, "harbour.example", &why);
		if (got != cases[i].want)
			FAIL("%s: %s, %s", cases[i].result, trust_name(got), why);
	}
	g_assert_cmpint(key_server_questions(dns), ==, before);
	trust_judge_free(made);
}

static void
test_bad_resolver(void)
{
	struct trust_options options = { .verify = true, .resolver = "resolver.example" };
	g_autoptr(GError) error = NULL;
	g_assert_null(trust_judge_new(&options, &error));
	g_assert_cmpstr(error->message, ==, "resolver.example: no address of a resolver");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		make_key(keys[i]);
	dns = key_server_start(AF_INET, tell_key);
	g_assert_nonnull(dns);
	g_test_add_func("/dkim/rows", test_rows);
	g_test_add_func("/dkim/several", test_several);
	g_test_add_func("/dkim/very-many", test_very_many);
	g_test_add_func("/dkim/threads", test_threads);
	g_test_add_func("/dkim/header-first", test_header_first);
	g_test_add_func("/dkim/bad-resolver", test_bad_resolver);
	int status = g_test_run();
	key_server_stop(dns);
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		g_free(keys[i]->private_pem);
		g_free(keys[i]->p);
	}
	return status;
}
