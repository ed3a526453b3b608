/* Verifying DKIM signatures with libopendkim. */
#include "ingest/dkim.h"

#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include <glib.h>
#include <opendkim/dkim.h>

#include "ingest/domain_name.h"
#include "ingest/header_block.h"

struct dkim_verifier {
	DKIM_LIB *library;
	struct key_lookup *lookup;
};

/* One message being verified; reached from the library's callbacks. */
struct verification {
	struct dkim_verifier *verifier;
	const char *submitter;
	GString *why; /* the last reason why a signature does not count */
	bool temporary;
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

static bool
has_tag(DKIM_SIGINFO *signature, const char *tag)
{
	return dkim_sig_gettagvalue(signature, FALSE, (u_char *)tag) != NULL;
}

/* Whether a signature can prove anything here; if not, why says so. */
static bool
is_wanted(struct verification *verification, DKIM_SIGINFO *signature)
{
	const char *text = (const char *)dkim_sig_getdomain(signature);
	g_autofree char *domain = domain_name_normalise(text, false);
	dkim_alg_t algorithm = DKIM_SIGN_UNKNOWN;
	dkim_sig_getsignalg(signature, &algorithm);
	if (domain == NULL || !domain_name_aligned(domain, verification->submitter)) {
		tell(verification, "signed by d=%s, not aligned with %s", text != NULL ? text : "",
			verification->submitter);
		return false;
	}
	if (has_tag(signature, "l")) {
		tell(verification, "signature of d=%s uses l=, refused", domain);
		return false;
	}
	if (algorithm == DKIM_SIGN_RSASHA1) {
		tell(verification, "signature of d=%s uses SHA-1, refused", domain);
		return false;
	}
	return true;
}

/* Before any key is looked up: signatures that prove nothing are not worth a question. */
static DKIM_CBSTAT
prescreen(DKIM *dkim, DKIM_SIGINFO **signatures, int count)
{
	struct verification *verification = (struct verification *)dkim_get_user_context(dkim);
	for (int i = 0; i < count; i++)
		if (!is_wanted(verification, signatures[i]))
			dkim_sig_ignore(signatures[i]);
	return DKIM_CBSTAT_CONTINUE;
}

/* libopendkim takes only keys for "email" and "*"; RFC 8460 3 recommends s=tlsrpt.  The service of
   a key record that names tlsrpt is left out of what the library gets to see. */
static void
drop_tlsrpt_service(char *record)
{
	g_auto(GStrv) tags = g_strsplit(record, ";", -1);
	GString *kept = g_string_new(NULL);
	for (char **tag = tags; *tag != NULL; tag++) {
		g_autofree char *trimmed = g_strstrip(g_strdup(*tag));
		bool service = trimmed[0] == 's' && trimmed[1 + strspn(trimmed + 1, " \t")] == '=';
		if (trimmed[0] == '\0' || (service && strstr(trimmed, "tlsrpt") != NULL))
			continue;
		g_string_append_printf(kept, "%s%s", kept->len > 0 ? "; " : "", trimmed);
	}
	g_strlcpy(record, kept->str, strlen(record) + 1);
	g_string_free(kept, TRUE);
}

static DKIM_CBSTAT
look_up_key(DKIM *dkim, DKIM_SIGINFO *signature, u_char *buffer, size_t room)
{
	struct verification *verification = (struct verification *)dkim_get_user_context(dkim);
	const char *domain = (const char *)dkim_sig_getdomain(signature);
	const char *selector = (const char *)dkim_sig_getselector(signature);
	g_autofree char *record = NULL;
	switch (key_lookup_ask(verification->verifier->lookup, selector, domain, &record)) {
	case KEY_FOUND:
		drop_tlsrpt_service(record);
		g_strlcpy((char *)buffer, record, room);
		return DKIM_CBSTAT_CONTINUE;
	case KEY_ABSENT:
		tell(verification, "signature of d=%s: no key at %s._domainkey.%s", domain,
			selector, domain);
		return DKIM_CBSTAT_NOTFOUND;
	case KEY_TEMPORARY:
		break;
	}
	verification->temporary = true;
	tell(verification, "signature of d=%s not verified: key look-up failed", domain);
	return DKIM_CBSTAT_TRYAGAIN;
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
	dkim_set_prescreen(verifier->library, prescreen);
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
feed(DKIM *dkim, const uint8_t *message, size_t length)
{
	struct header_block block = { message, message + length };
	struct header_field field;
	while (header_block_next(&block, &field)) {
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

static bool
any_passed(DKIM *dkim, struct verification *verification)
{
	DKIM_SIGINFO **signatures = NULL;
	int count = 0;
	if (dkim_getsiglist(dkim, &signatures, &count) != DKIM_STAT_OK)
		return false;
	for (int i = 0; i < count; i++)
		if ((dkim_sig_getflags(signatures[i]) & DKIM_SIGFLAG_IGNORE) == 0 &&
			DKIM_SIG_CHECK(signatures[i])) {
			tell(verification, "verified by d=%s", dkim_sig_getdomain(signatures[i]));
			return true;
		}
	return false;
}

static void
explain(DKIM *dkim, DKIM_STAT status, struct verification *verification)
{
	if (status == DKIM_STAT_NOSIG && verification->why->len == 0)
		tell(verification, "not signed");
	else if (verification->why->len == 0)
		tell(verification, "signature does not verify: %s",
			dkim_geterror(dkim) != NULL ? dkim_geterror(dkim)
						    : dkim_getresultstr(status));
}

bool
dkim_verify_message(struct dkim_verifier *verifier, const uint8_t *message, size_t length,
	const char *submitter, char **why)
{
	struct verification verification = { verifier, submitter, g_string_new(NULL), false };
	DKIM_STAT status;
	bool passed = false;
	DKIM *dkim = dkim_verify(verifier->library, (u_char *)"stsready", NULL, &status);
	if (dkim != NULL) {
		dkim_set_user_context(dkim, &verification);
		status = feed(dkim, message, length);
		passed = any_passed(dkim, &verification);
		if (!passed)
			explain(dkim, status, &verification);
		dkim_free(dkim);
	}
	*why = g_string_free(verification.why, FALSE);
	return passed;
}
