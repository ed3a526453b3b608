/* Which Authentication-Results are believed: tables of header blocks. */
#include "ingest/auth_results.h"

#include "tests/unit/row.h"

#define FROM "From: tls@google.example\nSubject: x\n\nbody\n"
#define OURS "Received: from out.google.example by mx.example.net (Postfix); Mon, 2 Mar 2026\n"
#define PASS "Authentication-Results: mx.example.net; dkim=pass header.d=google.example\n"

static const struct {
	const char *name, *message;
	const char
		*want; /* domains that passed, else "!RESULT" of dkim, else NULL: no header spoke */
} rows[] = {
	{ "on top", PASS OURS FROM, "google.example" },
	{ "under our own Received, where Postfix puts a milter's", OURS PASS FROM,
		"google.example" },
	{ "under Return-Path and Delivered-To",
		"Return-Path: <a@b>\nDelivered-To: x\n" OURS "DKIM-Filter: OpenDKIM\n" PASS FROM,
		"google.example" },
	{ "folded",
		"Authentication-Results: mx.example.net;\n\tdkim=pass (2048-bit key)\n "
		"header.d=google.example\n"
		" header.i=@google.example\n" FROM,
		"google.example" },
	{ "folded with CRLF",
		"Authentication-Results: mx.example.net;\r\n dkim=pass "
		"header.d=google.example\r\n\r\n",
		"google.example" },
	{ "header.i only",
		"Authentication-Results: mx.example.net; dkim=pass "
		"header.i=@mail.google.example\n" FROM,
		"mail.google.example" },
	{ "id in capitals",
		"Authentication-Results: MX.Example.Net; dkim=pass header.d=google.example\n" FROM,
		"google.example" },
	{ "header name in lower case",
		"authentication-results: mx.example.net; dkim=pass header.d=google.example\n" FROM,
		"google.example" },
	{ "version behind the id",
		"Authentication-Results: mx.example.net 1; dkim=pass "
		"header.d=google.example\n" FROM,
		"google.example" },
	{ "version behind the method",
		"Authentication-Results: mx.example.net; dkim/1=pass "
		"header.d=google.example\n" FROM,
		"google.example" },
	{ "comment before the id, nested",
		"Authentication-Results: (by (us)) mx.example.net; dkim=pass "
		"header.d=google.example\n" FROM,
		"google.example" },
	{ "other methods around it",
		"Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=google.example; "
		"dkim=pass"
		" header.d=google.example; dmarc=pass header.from=google.example\n" FROM,
		"google.example" },
	{ "a quoted reason with separators in it",
		"Authentication-Results: mx.example.net; dkim=pass reason=\"a; dkim=pass "
		"header.d=x.example\""
		" header.d=google.example\n" FROM,
		"google.example" },
	{ "two signatures passed",
		"Authentication-Results: mx.example.net; dkim=pass header.d=a.example; dkim=pass"
		" header.d=b.example\n" FROM,
		"a.example b.example" },
	{ "one failed, one passed",
		"Authentication-Results: mx.example.net; dkim=fail header.d=a.example; dkim=pass"
		" header.d=b.example\n" FROM,
		"b.example" },
	{ "failed",
		"Authentication-Results: mx.example.net; dkim=fail header.d=google.example\n" FROM,
		"!fail" },
	{ "none", "Authentication-Results: mx.example.net; dkim=none\n" FROM, "!none" },
	{ "pass without a domain proves nothing",
		"Authentication-Results: mx.example.net; dkim=pass\n" FROM, "!pass" },
	{ "no result for dkim: silent", "Authentication-Results: mx.example.net; spf=pass\n" FROM,
		NULL },
	{ "\"none\" for all: silent", "Authentication-Results: mx.example.net; none\n" FROM, NULL },
	{ "a second header of ours, from another milter, speaks of dkim",
		"Authentication-Results: mx.example.net; dmarc=pass\n" PASS FROM,
		"google.example" },
	{ "our verdict stands above a forged one",
		OURS
		"Authentication-Results: mx.example.net; dkim=fail header.d=google.example\n" PASS
			FROM,
		"!fail" },
	{ "another id",
		"Authentication-Results: mx.evil.example; dkim=pass header.d=google.example\n" FROM,
		NULL },
	{ "our id as the start of another",
		"Authentication-Results: mx.example.net.evil.example; dkim=pass "
		"header.d=google.example\n" FROM,
		NULL },
	{ "our id in a comment only",
		"Authentication-Results: (mx.example.net) evil.example; dkim=pass "
		"header.d=google.example\n" FROM,
		NULL },
	{ "forged further down, below From", OURS "From: a@google.example\n" PASS "\nbody\n",
		NULL },
	{ "forged below the sender's own Received",
		OURS "Received: from x by out.google.example; Mon, 2 Mar 2026\n" PASS FROM, NULL },
	{ "forged below the sender's signature",
		OURS "DKIM-Signature: v=1; d=google.example\n" PASS FROM, NULL },
	{ "Authentication-Results-Original never counts",
		"Authentication-Results-Original: mx.example.net; dkim=pass "
		"header.d=google.example\n" FROM,
		NULL },
	{ "ARC-Authentication-Results never counts",
		"ARC-Authentication-Results: i=1; mx.example.net; dkim=pass "
		"header.d=google.example\n" FROM,
		NULL },
	{ "in the body", "From: a@b\n\n" PASS, NULL },
	{ "no header at all", "", NULL },
	{ "a comment that the sender put into d= ends no name",
		"Authentication-Results: mx.example.net; dkim=pass "
		"header.d=google.example(.evil.example\n" FROM,
		"!pass" },
	{ "a closed one neither",
		"Authentication-Results: mx.example.net; dkim=pass "
		"header.d=google.example(x).evil.example\n" FROM,
		"!pass" },
	{ "header.d twice is no word to go by",
		"Authentication-Results: mx.example.net; dkim=pass header.d=evil.example "
		"header.d=google.example\n" FROM,
		"!pass" },
	{ "header.i of another domain than header.d",
		"Authentication-Results: mx.example.net; dkim=pass header.d=google.example "
		"header.i=@evil.example\n" FROM,
		"!pass" },
	{ "two Received of our own, as with Dovecot's LMTP: verified here instead",
		"Received: from mx.example.net by store.example.net with LMTP\n" OURS PASS FROM,
		NULL },
	{ "below a line that is no field", "no field\n" PASS FROM, NULL },

	/* as verifiers write them */
	{ "Gmail",
		"Authentication-Results: mx.example.net;\n       dkim=pass header.i=@google.example"
		" header.s=20230601 header.b=\"aB/+=\";\n       dkim=pass header.i=@google.example"
		" header.s=x header.b=XyZ/+A==;\n       spf=pass (mx: domain of a@google.example"
		" designates 192.0.2.1 as permitted sender) smtp.mailfrom=a@google.example\n" FROM,
		"google.example google.example" },
	{ "OpenDKIM",
		"Authentication-Results: mx.example.net;\n\tdkim=pass (2048-bit key; unprotected)"
		" header.d=google.example header.i=@google.example header.a=rsa-sha256"
		" header.s=20230601 header.b=AbC1;\n\tdkim-atps=neutral\n" FROM,
		"google.example" },
	{ "rspamd",
		"Authentication-Results: mx.example.net;\n\tdkim=pass header.d=google.example"
		" header.s=20230601 header.b=AbC1;\n\tdmarc=pass (policy=reject)"
		" header.from=google.example\n" FROM,
		"google.example" },
	{ "Amavis",
		"Authentication-Results: mx.example.net (amavis); dkim=pass (1024-bit key)\n"
		" reason=\"pass (just generated, assumed good)\" header.d=google.example\n" FROM,
		"google.example" },
	{ "Exchange Online, which names no id",
		"Authentication-Results: spf=pass (sender IP is 192.0.2.1)\n"
		" smtp.mailfrom=google.example; dkim=pass (signature was verified)\n"
		" header.d=google.example;dmarc=pass action=none header.from=google.example\n" FROM,
		NULL },
	{ "white space around every mark",
		"Authentication-Results : mx.example.net ; dkim = pass header.d = google.example\n",
		NULL },
	{ "white space around the marks of the value",
		"Authentication-Results: mx.example.net ; dkim = pass header.d = google.example ;"
		" spf = pass\n",
		"google.example" },
	{ "i= of a subdomain, quoted local part",
		"Authentication-Results: mx.example.net; dkim=pass"
		" header.i=\"a b\"@mail.google.example header.d=google.example\n",
		"google.example" },

	/* what a sender can make a verifier write */
	{ "d= ends in a comment",
		"Authentication-Results: mx.example.net; dkim=pass"
		" header.d=google.example(.evil.example header.s=x\n",
		"!pass" },
	{ "d= ends in a closed comment",
		"Authentication-Results: mx.example.net; dkim=pass"
		" header.d=google.example(x).evil.example header.s=x\n",
		"!pass" },
	{ "d= ends in a quote",
		"Authentication-Results: mx.example.net; dkim=pass"
		" header.d=google.example\".evil.example header.s=x\n",
		"!pass" },
	{ "d= with a comment behind white space",
		"Authentication-Results: mx.example.net; dkim=pass"
		" header.d=google.example (.evil.example header.s=x\n",
		"!pass" },
	{ "d= goes on behind white space",
		"Authentication-Results: mx.example.net; dkim=pass"
		" header.d=google.example .evil.example header.s=x\n",
		"!pass" },
	{ "a whole domain in the quoted local part of i=",
		"Authentication-Results: mx.example.net; dkim=pass"
		" header.i=\"@google.example\"@evil.example header.s=x\n",
		"evil.example" },
	{ "i= brings another d=",
		"Authentication-Results: mx.example.net; dkim=pass header.d=evil.example"
		" header.i=a header.d=google.example;@evil.example\n",
		"!pass" },
	{ "i= is not within d=",
		"Authentication-Results: mx.example.net; dkim=pass header.d=evil.example"
		" header.i=@google.example\n",
		"!pass" },
	{ "i= only ends like d=",
		"Authentication-Results: mx.example.net; dkim=pass header.d=google.example"
		" header.i=@evilgoogle.example\n",
		"!pass" },
	{ "a spoilt result spoils those behind it, not those before",
		"Authentication-Results: mx.example.net; dkim=pass header.d=a.example; dkim=pass"
		" header.d=evil.example( ; dkim=pass header.d=google.example\n",
		"a.example" },
	{ "damaged: an open comment",
		"Authentication-Results: mx.example.net; dkim=pass (oh\n" FROM, "!pass" },
	{ "damaged: an open quote", "Authentication-Results: mx.example.net; dkim=\"pass\n" FROM,
		"!pass" },
	{ "damaged: nothing but separators", "Authentication-Results: mx.example.net;;=;;(=\n" FROM,
		NULL },
};

static void
test_rows(void)
{
	static const char *const ids[] = { "other.example", "mx.example.net", NULL };
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct auth_results results;
		auth_results_read(
			&results, (const uint8_t *)rows[i].message, strlen(rows[i].message), ids);
		g_autoptr(GString) got = g_string_new(NULL);
		for (guint p = 0; p < results.passed->len; p++)
			g_string_append_printf(got, "%s%s", p > 0 ? " " : "",
				(const char *)g_ptr_array_index(results.passed, p));
		if (results.spoken && got->len == 0)
			g_string_printf(got, "!%s", results.result);
		const char *shown = results.spoken ? got->str : NULL;
		if (g_strcmp0(shown, rows[i].want) != 0) {
			FAIL("%s: got %s, want %s", rows[i].name, shown, rows[i].want);
		}
		auth_results_clear(&results);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/auth-results/rows", test_rows);
	return g_test_run();
}
