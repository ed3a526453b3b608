/* Whether a mailed report comes from the domain that it says it does. */
#include "ingest/trust.h"

#include <string.h>

#include "ingest/auth_results.h"
#include "ingest/dkim.h"
#include "ingest/domain_name.h"
#include "ingest/header_block.h"

#define LOOKUP_SECONDS 5

struct trust_judge {
	char **ids;
	struct dkim_verifier *verifier; /* NULL: signatures are not verified here */
};

struct trust_judge *
trust_judge_new(const struct trust_options *options, GError **error)
{
	static const char *const none[] = { NULL };
	const char *const *ids = options->authserv_ids != NULL ? options->authserv_ids : none;
	struct trust_judge *judge = g_new0(struct trust_judge, 1);
	judge->ids = g_strdupv((char **)ids);
	if (!options->verify)
		return judge;
	double seconds = options->lookup_seconds > 0 ? options->lookup_seconds : LOOKUP_SECONDS;
	struct key_lookup *lookup = key_lookup_new(options->resolver, seconds);
	judge->verifier = lookup != NULL ? dkim_verifier_new(lookup) : NULL;
	if (judge->verifier == NULL) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: no address of a resolver",
			options->resolver != NULL ? options->resolver : "libopendkim");
		trust_judge_free(judge);
		return NULL;
	}
	return judge;
}

void
trust_judge_free(struct trust_judge *judge)
{
	if (judge == NULL)
		return;
	dkim_verifier_free(judge->verifier);
	g_strfreev(judge->ids);
	g_free(judge);
}

/* The value of a tag in a DKIM-Signature (RFC 6376 3.2), white space left out; NULL: not there. */
static char *
signature_tag(const char *value, const char *tag)
{
	g_auto(GStrv) tags = g_strsplit(value, ";", -1);
	for (char **each = tags; *each != NULL; each++) {
		char *equals = strchr(*each, '=');
		if (equals == NULL)
			continue;
		*equals = '\0';
		if (strcmp(g_strstrip(*each), tag) == 0)
			return g_strstrip(g_strdup(equals + 1));
	}
	return NULL;
}

/* Whether every signature of domain that the message shows has l=.  Another system verified it;
   that it was not made with l= is for us to see. */
static bool
only_partial_signatures(const uint8_t *message, size_t length, const char *domain)
{
	struct header_block block = { message, message + length };
	struct header_field field;
	bool partial = false;
	while (header_block_next(&block, &field)) {
		if (!header_field_is(&field, "DKIM-Signature"))
			continue;
		g_autofree char *value = header_field_value(&field);
		g_autofree char *signer = signature_tag(value, "d"),
				*covered = signature_tag(value, "l");
		if (signer == NULL || g_ascii_strcasecmp(signer, domain) != 0)
			continue;
		if (covered == NULL)
			return false;
		partial = true;
	}
	return partial;
}

static bool
judge_by_header(const struct auth_results *results, const uint8_t *message, size_t length,
	struct report *report)
{
	for (guint i = 0; i < results->passed->len; i++) {
		const char *domain = g_ptr_array_index(results->passed, i);
		if (!domain_name_aligned(domain, report->submitter)) {
			report_note(report,
				"Authentication-Results of %s: dkim=pass d=%s, not aligned with %s",
				results->id, domain, report->submitter);
			continue;
		}
		if (only_partial_signatures(message, length, domain)) {
			report_note(report, "signature of d=%s uses l=, refused", domain);
			continue;
		}
		report_note(report, "Authentication-Results of %s: dkim=pass d=%s", results->id,
			domain);
		return true;
	}
	if (results->passed->len == 0)
		report_note(report, "Authentication-Results of %s: dkim=%s", results->id,
			results->result != NULL ? results->result : "none");
	return false;
}

static bool
is_signed(const uint8_t *message, size_t length)
{
	struct header_block block = { message, message + length };
	struct header_field field;
	while (header_block_next(&block, &field))
		if (header_field_is(&field, "DKIM-Signature"))
			return true;
	return false;
}

static bool
judge_here(struct trust_judge *judge, const uint8_t *message, size_t length, struct report *report)
{
	if (judge->verifier == NULL)
		return false;
	if (!is_signed(message, length)) {
		report_note(report, "not signed");
		return false;
	}
	g_autofree char *why = NULL;
	bool passed =
		dkim_verify_message(judge->verifier, message, length, report->submitter, &why);
	report_note(report, "%s", why);
	return passed;
}

void
trust_judge_mail(struct trust_judge *judge, const uint8_t *message, size_t length,
	struct report *report, enum trust *trust)
{
	struct auth_results results;
	*trust = TRUST_MAIL;
	if (report->submitter == NULL) {
		report_note(report, "nothing tells the submitter, so no signature can be its");
		return;
	}
	auth_results_read(&results, message, length, (const char *const *)judge->ids);
	bool proven = results.spoken ? judge_by_header(&results, message, length, report)
				     : judge_here(judge, message, length, report);
	if (proven)
		*trust = TRUST_DKIM;
	auth_results_clear(&results);
}
