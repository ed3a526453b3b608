/* Signatures verified here: made with a key of the test's, which a DNS server of the test's own
 * tells. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib.h>
#include <opendkim/dkim.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "ingest/report_body.h"
#include "ingest/trust.h"

/* ---- a DNS server on loopback: answers TXT by the first label of the name ---- */

static struct {
	int fd;
	char address[32]; /* ADDR:PORT */
	GThread *thread;
	gint queries, stop;
	char *key; /* "p=..." of the test's key */
} dns;

static size_t
put_txt(uint8_t *at, const char *text)
{
	size_t length = strlen(text), done = 0;
	uint8_t *start = at;
	while (done < length) {
		size_t size = MIN(length - done, (size_t)200);
		*at++ = (uint8_t)size;
		memcpy(at, text + done, size);
		at += size;
		done += size;
	}
	return (size_t)(at - start);
}

/* The record of a selector; NULL: none. */
static char *
record_of(const char *selector)
{
	if (strcmp(selector, "s1") == 0)
		return g_strdup_printf("v=DKIM1; k=rsa; %s", dns.key);
	if (strcmp(selector, "tlsrpt") == 0)
		return g_strdup_printf("v=DKIM1; k=rsa; s=tlsrpt; %s", dns.key);
	if (strcmp(selector, "email") == 0)
		return g_strdup_printf("v=DKIM1; k=rsa; s=email; %s", dns.key);
	if (strcmp(selector, "other") == 0)
		return g_strdup_printf("v=DKIM1; k=rsa; s=other; %s", dns.key);
	if (strcmp(selector, "revoked") == 0)
		return g_strdup("v=DKIM1; k=rsa; p=");
	return NULL;
}

static size_t
answer(uint8_t *packet, size_t length, const char *selector)
{
	g_autofree char *record = record_of(selector);
	packet[2] = 0x84; /* answer, authoritative */
	packet[3] = strcmp(selector, "servfail") == 0 ? 2 : record == NULL ? 3 : 0;
	packet[10] = packet[11] = 0; /* no additional records */
	if (record == NULL)
		return length;
	static const uint8_t head[] = { 0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60 };
	uint8_t *at = packet + length;
	packet[7] = 1;
	memcpy(at, head, sizeof head);
	size_t size = put_txt(at + sizeof head + 2, record);
	at[sizeof head] = (uint8_t)(size >> 8);
	at[sizeof head + 1] = (uint8_t)size;
	return length + sizeof head + 2 + size;
}

static gpointer
serve(gpointer unused)
{
	(void)unused;
	while (!g_atomic_int_get(&dns.stop)) {
		uint8_t packet[4096];
		struct sockaddr_in peer;
		socklen_t peer_length = sizeof peer;
		struct pollfd waiting = { .fd = dns.fd, .events = POLLIN };
		if (poll(&waiting, 1, 50) <= 0)
			continue;
		ssize_t got =
			recvfrom(dns.fd, packet, 512, 0, (struct sockaddr *)&peer, &peer_length);
		if (got < 17)
			continue;
		g_atomic_int_inc(&dns.queries);
		char selector[64] = "";
		memcpy(selector, packet + 13, MIN(packet[12], sizeof selector - 1));
		if (strcmp(selector, "silent") == 0)
			continue;
		/* the question ends with its name's root, type and class */
		size_t end = 12;
		while (packet[end] != 0)
			end += packet[end] + 1u;
		size_t length = answer(packet, end + 5, selector);
		sendto(dns.fd, packet, length, 0, (struct sockaddr *)&peer, peer_length);
	}
	return NULL;
}

static void
start_dns(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof address;
	dns.fd = socket(AF_INET, SOCK_DGRAM, 0);
	g_assert_cmpint(bind(dns.fd, (struct sockaddr *)&address, length), ==, 0);
	getsockname(dns.fd, (struct sockaddr *)&address, &length);
	snprintf(dns.address, sizeof dns.address, "127.0.0.1:%d", ntohs(address.sin_port));
	dns.thread = g_thread_new("dns", serve, NULL);
}

static void
stop_dns(void)
{
	g_atomic_int_set(&dns.stop, 1);
	g_thread_join(dns.thread);
	close(dns.fd);
	g_free(dns.key);
}

/* ---- signing ---- */

static char *private_key;

static void
make_key(void)
{
	EVP_PKEY *pair = EVP_RSA_gen(2048);
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	PEM_write_bio_PrivateKey(bio, pair, NULL, NULL, 0, NULL, NULL);
	long length = BIO_get_mem_data(bio, &text);
	private_key = g_strndup(text, (gsize)length);
	BIO_free(bio);

	uint8_t *der = NULL;
	int der_length = i2d_PUBKEY(pair, &der);
	g_autofree char *base64 = g_base64_encode(der, (gsize)der_length);
	dns.key = g_strdup_printf("p=%s", base64);
	OPENSSL_free(der);
	EVP_PKEY_free(pair);
}

static const char headers[] = "From: tls@harbour.example\nTo: rua@quay.example\nSubject: report\n"
			      "MIME-Version: 1.0\n";
static const char body[] = "one line\nanother line\n";

struct signature {
	const char *domain, *selector;
	ssize_t length; /* l=; -1: none */
	dkim_alg_t algorithm;
};

/* The DKIM-Signature header of the message, with bare line feeds. */
static char *
sign(const struct signature *signature)
{
	DKIM_STAT status;
	DKIM_LIB *library = dkim_init(NULL, NULL);
	u_int flags = DKIM_LIBFLAGS_FIXCRLF;
	dkim_options(library, DKIM_OP_SETOPT, DKIM_OPTS_FLAGS, &flags, sizeof flags);
	DKIM *dkim = dkim_sign(library, (u_char *)"t", NULL, (u_char *)private_key,
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
make_judge(void)
{
	struct trust_options options = {
		.verify = true, .resolver = dns.address, .lookup_seconds = 1
	};
	GError *error = NULL;
	struct trust_judge *made = trust_judge_new(&options, &error);
	g_assert_no_error(error);
	return made;
}

enum damage { WHOLE, BODY_CHANGED, HEADER_CHANGED, WITH_CRLF, NO_SIGNATURE };

static const struct {
	const char *name;
	struct signature signature;
	enum damage damage;
	const char *submitter;
	enum trust want;
	const char *why; /* in the note */
} rows[] = {
	{ "signed by the submitter", { "harbour.example", "s1", -1, DKIM_SIGN_RSASHA256 }, WHOLE,
		"harbour.example", TRUST_DKIM, "verified by d=harbour.example" },
	{ "signed by its subdomain", { "mail.harbour.example", "s1", -1, DKIM_SIGN_RSASHA256 },
		WHOLE, "harbour.example", TRUST_DKIM, "verified by d=mail.harbour.example" },
	{ "signed by its parent", { "harbour.example", "s1", -1, DKIM_SIGN_RSASHA256 }, WHOLE,
		"reports.harbour.example", TRUST_DKIM, "verified by d=harbour.example" },
	{ "line ends CRLF", { "harbour.example", "s1", -1, DKIM_SIGN_RSASHA256 }, WITH_CRLF,
		"harbour.example", TRUST_DKIM, "verified by" },
	{ "signed by another", { "evil.example", "s1", -1, DKIM_SIGN_RSASHA256 }, WHOLE,
		"harbour.example", TRUST_MAIL,
		"signed by d=evil.example, not aligned with harbour.example" },
	{ "body changed", { "harbour.example", "s1", -1, DKIM_SIGN_RSASHA256 }, BODY_CHANGED,
		"harbour.example", TRUST_MAIL, "does not verify" },
	{ "header changed", { "harbour.example", "s1", -1, DKIM_SIGN_RSASHA256 }, HEADER_CHANGED,
		"harbour.example", TRUST_MAIL, "does not verify" },
	{ "l= is refused", { "harbour.example", "s1", 10, DKIM_SIGN_RSASHA256 }, WHOLE,
		"harbour.example", TRUST_MAIL, "uses l=, refused" },
	{ "SHA-1 is refused", { "harbour.example", "s1", -1, DKIM_SIGN_RSASHA1 }, WHOLE,
		"harbour.example", TRUST_MAIL, "uses SHA-1, refused" },
	{ "unsigned", { "harbour.example", "s1", -1, DKIM_SIGN_RSASHA256 }, NO_SIGNATURE,
		"harbour.example", TRUST_MAIL, "not signed" },
	{ "key for s=tlsrpt", { "harbour.example", "tlsrpt", -1, DKIM_SIGN_RSASHA256 }, WHOLE,
		"harbour.example", TRUST_DKIM, "verified by" },
	{ "key for s=email: s=tlsrpt is not demanded",
		{ "harbour.example", "email", -1, DKIM_SIGN_RSASHA256 }, WHOLE, "harbour.example",
		TRUST_DKIM, "verified by" },
	{ "key for another service", { "harbour.example", "other", -1, DKIM_SIGN_RSASHA256 }, WHOLE,
		"harbour.example", TRUST_MAIL, "does not verify" },
	{ "key revoked", { "harbour.example", "revoked", -1, DKIM_SIGN_RSASHA256 }, WHOLE,
		"harbour.example", TRUST_MAIL, "does not verify" },
	{ "no such key", { "harbour.example", "absent", -1, DKIM_SIGN_RSASHA256 }, WHOLE,
		"harbour.example", TRUST_MAIL, "no key at absent._domainkey.harbour.example" },
	{ "DNS fails", { "harbour.example", "servfail", -1, DKIM_SIGN_RSASHA256 }, WHOLE,
		"harbour.example", TRUST_MAIL, "key look-up failed" },
};

static char *
make_message(const struct signature *signature, enum damage damage)
{
	g_autofree char *signed_by = damage == NO_SIGNATURE ? g_strdup("") : sign(signature);
	g_autoptr(GString) message = g_string_new(NULL);
	g_string_printf(message, "%s%s\n%s", signed_by, headers, body);
	if (damage == BODY_CHANGED)
		g_string_append(message, "and more\n");
	if (damage == HEADER_CHANGED)
		g_string_replace(message, "Subject: report", "Subject: another", 1);
	if (damage == WITH_CRLF)
		g_string_replace(message, "\n", "\r\n", 0);
	return g_strdup(message->str);
}

static void
test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct trust_judge *made = make_judge();
		g_autofree char *message = make_message(&rows[i].signature, rows[i].damage),
				*why = NULL;
		enum trust got = judge(made, message, rows[i].submitter, &why);
		if (got != rows[i].want || strstr(why, rows[i].why) == NULL) {
			g_test_message("%s: %s, %s", rows[i].name, trust_name(got), why);
			g_test_fail();
		}
		trust_judge_free(made);
	}
}

/* A key is looked up once a run, and DNS that is away is not waited for again and again. */
static void
test_look_ups(void)
{
	struct trust_judge *made = make_judge();
	const struct signature good = { "harbour.example", "s1", -1, DKIM_SIGN_RSASHA256 };
	const struct signature silent = { "harbour.example", "silent", -1, DKIM_SIGN_RSASHA256 };
	g_autofree char *message = make_message(&good, WHOLE), *mute = make_message(&silent, WHOLE);
	int before = g_atomic_int_get(&dns.queries);
	for (int i = 0; i < 5; i++) {
		g_autofree char *why = NULL;
		g_assert_cmpint(judge(made, message, "harbour.example", &why), ==, TRUST_DKIM);
	}
	g_assert_cmpint(g_atomic_int_get(&dns.queries) - before, ==, 1);

	before = g_atomic_int_get(&dns.queries);
	for (int i = 0; i < 20; i++) {
		g_autofree char *why = NULL;
		g_assert_cmpint(judge(made, mute, "harbour.example", &why), ==, TRUST_MAIL);
		g_assert_nonnull(strstr(why, "key look-up failed"));
	}
	g_assert_cmpint(g_atomic_int_get(&dns.queries) - before, <=, 6);
	trust_judge_free(made);
}

/* Our own system's word is taken before any look-up. */
static void
test_header_first(void)
{
	static const char *const ids[] = { "mx.example.net", NULL };
	struct trust_options options = {
		.authserv_ids = ids, .verify = true, .resolver = dns.address
	};
	struct trust_judge *made = trust_judge_new(&options, NULL);
	const struct signature good = { "harbour.example", "s1", -1, DKIM_SIGN_RSASHA256 };
	const struct signature partial = { "harbour.example", "s1", 10, DKIM_SIGN_RSASHA256 };
	static const char pass[] =
		"Authentication-Results: mx.example.net; dkim=pass header.d=harbour.example\n";
	static const struct {
		const char *header;
		bool partial;
		enum trust want;
	} cases[] = {
		{ pass, false, TRUST_DKIM },
		{ pass, true, TRUST_MAIL },
		{ "Authentication-Results: mx.example.net; dkim=fail header.d=harbour.example\n",
			false, TRUST_MAIL },
		{ "Authentication-Results: mx.example.net; dkim=pass header.d=evil.example\n",
			false, TRUST_MAIL },
	};
	int before = g_atomic_int_get(&dns.queries);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *message = make_message(cases[i].partial ? &partial : &good, WHOLE);
		g_autofree char *whole = g_strconcat(cases[i].header, message, NULL), *why = NULL;
		enum trust got = judge(made, whole, "harbour.example", &why);
		if (got != cases[i].want)
			g_error("case %zu: %s, %s", i, trust_name(got), why);
	}
	g_assert_cmpint(g_atomic_int_get(&dns.queries), ==, before);
	trust_judge_free(made);
}

static void
test_bad_resolver(void)
{
	static const char *const bad[] = { "resolver.example", "127.0.0.1:x", "127.0.0.1:99999",
		"[::1" };
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		struct trust_options options = { .verify = true, .resolver = bad[i] };
		g_autoptr(GError) error = NULL;
		g_assert_null(trust_judge_new(&options, &error));
		g_assert_nonnull(strstr(error->message, "no address of a resolver"));
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	make_key();
	start_dns();
	g_test_add_func("/dkim/rows", test_rows);
	g_test_add_func("/dkim/look-ups", test_look_ups);
	g_test_add_func("/dkim/header-first", test_header_first);
	g_test_add_func("/dkim/bad-resolver", test_bad_resolver);
	int status = g_test_run();
	stop_dns();
	g_free(private_key);
	return status;
}
