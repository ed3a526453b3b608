/* Whether a mailed report comes from the domain that it says it does. */
#include "ingest/trust.h"

#include <string.h>

#include "ingest/auth_results.h"
#include "ingest/dkim.h"
#include "ingest/dkim_signature.h"
#include "ingest/domain_name.h"
#include "ingest/header_block.h"

#define LOOKUP_SECONDS 5

struct trust_judge {
	char **ids;
	struct dkim_verifier *verifier; /* NULL: signatures are not verified here */
};

static bool
set_up_verifier(
	struct trust_judge *judge, const char *resolver, double lookup_seconds, GError **error)
{
	double seconds = lookup_seconds > 0 ? lookup_seconds : LOOKUP_SECONDS;
	struct key_lookup *lookup = key_lookup_new(resolver, seconds);
	if (lookup == NULL) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: no address of a resolver",
			resolver);
		return false;
	}
	judge->verifier = dkim_verifier_new(lookup);
	if (judge->verifier == NULL)
		g_set_error(
			error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "libopendkim cannot be set up");
	return judge->verifier != NULL;
}

struct trust_judge *
trust_judge_new(const struct trust_options *options, GError **error)
{
	static const char *const none[] = { NULL };
	const char *const *ids = options->authserv_ids != NULL ? options->authserv_ids : none;
	struct trust_judge *judge = g_new0(struct trust_judge, 1);
	judge->ids = g_strdupv((char **)ids);
	if (options->verify &&
		!set_up_verifier(judge, options->resolver, options->lookup_seconds, error)) {
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

/* Whether the message shows a signature with l= of the submitter's organization: another system
   verified the signatures, and does not say which of several passed. */
static bool
has_partial_signature(const uint8_t *message, size_t length, const char *submitter)
{
	struct header_block block = { message, message + length };
	struct header_field field;
	bool partial = false;
	while (!partial && header_block_next(&block, &field)) {
		struct dkim_signature signature;
		if (!dkim_signature_is(&field))
			continue;
		dkim_signature_read(&signature, &field);
		partial = signature.partial && signature.domain != NULL &&
			  domain_name_aligned(signature.domain, submitter);
		dkim_signature_clear(&signature);
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
		if (has_partial_signature(message, length, report->submitter)) {
			report_note(report, "signature of d=%s uses l=, refused", domain);
			return false;
		}
		report_note(report, "Authentication-Results of %s: dkim=pass d=%s", results->id,
			domain);
		return true;
	}
	if (g_strcmp0(results->result, "pass") == 0)
		report_note(report, "Authentication-Results of %s: dkim=pass of no clear domain",
			results->id);
	else if (results->passed->len == 0)
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
		if (dkim_signature_is(&field))
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
	const char *flaw = header_block_flaw(message, length);
	*trust = TRUST_MAIL;
	if (report->submitter == NULL) {
		report_note(report, "nothing tells the submitter, so no signature can be its");
		return;
	}
	if (flaw != NULL) {
		report_note(report, "%s in the headers: no signature is believed", flaw);
		return;
	}
	auth_results_read(&results, message, length, (const char *const *)judge->ids);
	bool proven = results.spoken ? judge_by_header(&results, message, length, report)
				     : judge_here(judge, message, length, report);
	if (proven)
		*trust = TRUST_DKIM;
	auth_results_clear(&results);
}
