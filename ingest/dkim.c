/* Verifying DKIM signatures with libopendkim. */
#include "ingest/dkim.h"

#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include <glib.h>
#include <opendkim/dkim.h>

#include "ingest/dkim_signature.h"
#include "ingest/domain_name.h"
#include "ingest/limits.h"

struct dkim_verifier {
	DKIM_LIB *library;
	struct key_lookup *lookup;
};

/* One message being verified; reached from the library's callbacks. */
struct verification {
	struct dkim_verifier *verifier;
	const char *submitter;
	GString *why;   /* the last reason why a signature does not count */
	int signatures; /* looked at so far */
};

static void tell(struct verification *verification, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
tell(struct verification *verification, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_string_vprintf(verification->why, format, args);
	va_end(args);
}

/* Whether a signature can prove anything here; if not, why says so. */
static bool
is_wanted(struct verification *verification, const struct dkim_signature *signature)
{
	const char *domain = signature->domain != NULL ? signature->domain : "";
	if (!domain_name_aligned(domain, verification->submitter))
		tell(verification, "signed by d=%s, not aligned with %s", domain,
			verification->submitter);
	else if (signature->partial)
		tell(verification, "signature of d=%s uses l=, refused", domain);
	else if (signature->sha1)
		tell(verification, "signature of d=%s uses SHA-1, refused", domain);
	else
		return true;
	return false;
}

/* Whether the library is to see a field.  Signatures that prove nothing are not worth a question
   to DNS, and each l= of its own would cost a hash of the whole body. */
static bool
is_to_be_fed(struct verification *verification, const struct header_field *field)
{
	struct dkim_signature signature;
	if (!dkim_signature_is(field))
		return true;
	if (verification->signatures++ >= LIMIT_SIGNATURES)
		return false;
	dkim_signature_read(&signature, field);
	bool wanted = is_wanted(verification, &signature);
	dkim_signature_clear(&signature);
	return wanted;
}

static bool
names_tlsrpt(const char *services)
{
	g_auto(GStrv) each = g_strsplit(services, ":", -1);
	for (char **service = each; *service != NULL; service++)
		if (strcmp(g_strstrip(*service), "tlsrpt") == 0)
			return true;
	return false;
}

/* libopendkim takes only keys for "email" and "*"; RFC 8460 3 recommends s=tlsrpt.  The service of
   a key record that names tlsrpt is left out of what the library gets to see. */
static char *
without_tlsrpt_service(const char *record)
{
	g_auto(GStrv) tags = g_strsplit(record, ";", -1);
	GString *kept = g_string_new(NULL);
	for (char **tag = tags; *tag != NULL; tag++) {
		g_auto(GStrv) halves = g_strsplit(*tag, "=", 2);
		if (halves[0] != NULL && halves[1] != NULL &&
			strcmp(g_strstrip(halves[0]), "s") == 0 && names_tlsrpt(halves[1]))
			continue;
		g_string_append_printf(kept, "%s%s", kept->len > 0 ? ";" : "", *tag);
	}
	return g_string_free(kept, FALSE);
}

static DKIM_CBSTAT
look_up_key(DKIM *dkim, DKIM_SIGINFO *signature, u_char *buffer, size_t room)
{
	struct verification *verification = (struct verification *)dkim_get_user_context(dkim);
	const char *domain = (const char *)dkim_sig_getdomain(signature);
	const char *selector = (const char *)dkim_sig_getselector(signature);
	g_autofree char *record = NULL, *shown = NULL;
	switch (key_lookup_ask(verification->verifier->lookup, selector, domain, &record)) {
	case KEY_FOUND:
		shown = without_tlsrpt_service(record);
		if (g_strlcpy((char *)buffer, shown, room) < room)
			return DKIM_CBSTAT_CONTINUE;
		tell(verification, "signature of d=%s: key too long", domain);
		return DKIM_CBSTAT_NOTFOUND;
	case KEY_ABSENT:
		tell(verification, "signature of d=%s: no key at %s._domainkey.%s", domain,
			selector, domain);
		return DKIM_CBSTAT_NOTFOUND;
	case KEY_TEMPORARY:
		break;
	}
	tell(verification, "signature of d=%s not verified: key look-up failed", domain);
	/* to try again later would end the whole verification: another signature may pass */
	return DKIM_CBSTAT_NOTFOUND;
}

struct dkim_verifier *
dkim_verifier_new(struct key_lookup *lookup)
{
	struct dkim_verifier *verifier = g_new0(struct dkim_verifier, 1);
	verifier->lookup = lookup;
	verifier->library = dkim_init(NULL, NULL);
	if (verifier->library == NULL) {
		dkim_verifier_free(verifier);
		return NULL;
	}
	/* bodies are given as they are stored, with bare line feeds */
	u_int flags = DKIM_LIBFLAGS_FIXCRLF;
	dkim_options(verifier->library, DKIM_OP_SETOPT, DKIM_OPTS_FLAGS, &flags, sizeof flags);
	dkim_set_key_lookup(verifier->library, look_up_key);
	return verifier;
}

void
dkim_verifier_free(struct dkim_verifier *verifier)
{
	if (verifier == NULL)
		return;
	if (verifier->library != NULL)
		dkim_close(verifier->library);
	key_lookup_free(verifier->lookup);
	g_free(verifier);
}

/* Gives headers and body to the library, headers with CRLF where they are folded. */
static DKIM_STAT
feed(DKIM *dkim, struct verification *verification, const uint8_t *message, size_t length)
{
	struct header_block block = { message, message + length };
	struct header_field field;
	while (header_block_next(&block, &field)) {
		if (!is_to_be_fed(verification, &field))
			continue;
		g_autoptr(GString) text = g_string_new_len(field.text, (gssize)field.text_length);
		g_string_replace(text, "\r\n", "\n", 0);
		g_string_replace(text, "\n", "\r\n", 0);
		DKIM_STAT status = dkim_header(dkim, (u_char *)text->str, text->len);
		if (status != DKIM_STAT_OK)
			return status;
	}
	DKIM_STAT status = dkim_eoh(dkim);
	if (status != DKIM_STAT_OK)
		return status;
	const uint8_t *body = memchr(block.at, '\n', (size_t)(block.end - block.at));
	if (body != NULL && body + 1 < block.end)
		status = dkim_body(dkim, (u_char *)body + 1, (size_t)(block.end - body - 1));
	return status == DKIM_STAT_OK ? dkim_eom(dkim, NULL) : status;
}

/* Whether the library took from a signature what was seen here before it was given it. */
static bool
is_as_wanted(const struct verification *verification, DKIM_SIGINFO *signature)
{
	dkim_alg_t algorithm = DKIM_SIGN_UNKNOWN;
	g_autofree char *domain =
		domain_name_normalise((const char *)dkim_sig_getdomain(signature), false);
	return domain != NULL && domain_name_aligned(domain, verification->submitter) &&
	       dkim_sig_gettagvalue(signature, FALSE, (u_char *)"l") == NULL &&
	       dkim_sig_getsignalg(signature, &algorithm) == DKIM_STAT_OK &&
	       algorithm != DKIM_SIGN_RSASHA1;
}

/* Says why a signature did not pass, where the key's look-up has not. */
static void
explain(struct verification *verification, DKIM_SIGINFO *signature)
{
	DKIM_SIGERROR error = dkim_sig_geterror(signature);
	const char *text = dkim_sig_geterrorstr(error);
	if (error == DKIM_SIGERROR_NOKEY || error == DKIM_SIGERROR_KEYFAIL)
		return;
	if (dkim_sig_getbh(signature) == DKIM_SIGBH_MISMATCH)
		text = "the body was changed";
	tell(verification, "signature of d=%s does not verify: %s", dkim_sig_getdomain(signature),
		text != NULL ? text : "unknown reason");
}

static bool
any_passed(DKIM *dkim, struct verification *verification)
{
	DKIM_SIGINFO **signatures = NULL;
	int count = 0;
	if (dkim_getsiglist(dkim, &signatures, &count) != DKIM_STAT_OK)
		return false;
	for (int i = 0; i < count; i++) {
		if (DKIM_SIG_CHECK(signatures[i]) && is_as_wanted(verification, signatures[i])) {
			tell(verification, "verified by d=%s", dkim_sig_getdomain(signatures[i]));
			return true;
		}
		explain(verification, signatures[i]);
	}
	return false;
}

bool
dkim_verify_message(struct dkim_verifier *verifier, const uint8_t *message, size_t length,
	const char *submitter, char **why)
{
	struct verification verification = { verifier, submitter, g_string_new(NULL), 0 };
	DKIM_STAT status;
	bool passed = false;
	DKIM *dkim = dkim_verify(verifier->library, (u_char *)"stsready", NULL, &status);
	if (dkim != NULL) {
		dkim_set_user_context(dkim, &verification);
		status = feed(dkim, &verification, message, length);
		passed = any_passed(dkim, &verification);
		if (verification.why->len == 0)
			tell(&verification, "signature does not verify: %s",
				dkim_getresultstr(status));
		dkim_free(dkim);
	}
	*why = g_string_free(verification.why, FALSE);
	return passed;
}
