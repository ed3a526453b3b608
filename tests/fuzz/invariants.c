/* What must hold of every report that the reader accepts. */
#include "tests/fuzz/invariants.h"

#include <string.h>

#include "ingest/domain_name.h"
#include "ingest/limits.h"
#include "ingest/policy_key.h"
#include "ingest/printable.h"
#include "ingest/report_body.h"

static void
assert_text(const char *text, size_t cap)
{
	if (text == NULL)
		return;
	g_assert_true(g_utf8_validate(text, -1, NULL));
	g_assert_cmpuint(strlen(text), <=, cap);
}

/* A name that is a key is as it would be after another pass. */
static void
assert_domain(const char *domain)
{
	if (domain == NULL)
		return;
	g_autofree char *again = domain_name_normalise(domain, false);
	g_assert_cmpstr(domain, ==, again);
}

static void
assert_detail(const struct report_detail *detail)
{
	g_assert_nonnull(detail->result_type);
	g_assert_cmpint(detail->sessions, >=, -1);
	assert_text(detail->result_type, LIMIT_KEY_BYTES);
	assert_text(detail->sending_mta_ip, LIMIT_KEY_BYTES);
	assert_text(detail->receiving_mx_hostname, LIMIT_KEY_BYTES);
	assert_text(detail->receiving_mx_helo, LIMIT_TEXT_BYTES);
	assert_text(detail->receiving_ip, LIMIT_KEY_BYTES);
	assert_text(detail->additional_information, LIMIT_TEXT_BYTES);
	assert_text(detail->failure_reason_code, LIMIT_TEXT_BYTES);
}

static void
assert_policy(const struct report_policy *policy)
{
	uint8_t key[POLICY_KEY_BYTES];
	g_assert_nonnull(policy->type);
	g_assert_cmpint(policy->success, >=, 0);
	g_assert_cmpint(policy->failure, >=, 0);
	assert_text(policy->type, LIMIT_KEY_BYTES);
	assert_domain(policy->policy_domain);
	assert_domain(policy->domain);
	g_assert_cmpuint(policy->policy_strings, <=, LIMIT_POLICY_LINES);
	g_assert_cmpuint(policy->mx_hosts, <=, LIMIT_POLICY_LINES);
	for (size_t i = 0; i < policy->policy_strings; i++)
		assert_text(policy->policy_string[i], LIMIT_TEXT_BYTES);
	for (size_t i = 0; i < policy->mx_hosts; i++)
		assert_text(policy->mx_host[i], LIMIT_TEXT_BYTES);
	for (size_t i = 0; i < policy->n_details; i++)
		assert_detail(&policy->details[i]);
	policy_key(policy, key);
	policy_mode(policy);
}

/* Reasons are printed as they are. */
void
assert_reason(const GError *error)
{
	g_assert_nonnull(error);
	g_assert_true(error->domain == REPORT_ERROR);
	g_assert_true(g_utf8_validate(error->message, -1, NULL));
	for (const char *at = error->message; *at != '\0'; at = g_utf8_next_char(at))
		g_assert_false(printable_hides(g_utf8_get_char(at)));
}

void
assert_report(const struct report *report)
{
	static const uint8_t zero[REPORT_DIGEST_BYTES];
	size_t details = 0;
	g_assert_cmpint(memcmp(report->digest, zero, sizeof zero), !=, 0);
	assert_text(report->organization, LIMIT_TEXT_BYTES);
	assert_text(report->report_id, LIMIT_TEXT_BYTES);
	assert_text(report->contact, LIMIT_TEXT_BYTES);
	assert_domain(report->submitter);
	assert_domain(report->domain);
	g_assert_cmpstr(report->report_id, !=, "");
	g_assert_cmpint(report->start, >=, 0);
	g_assert_cmpint(report->end, <=, INT64_C(253402300799)); /* 9999-12-31T23:59:59Z */
	g_assert_cmpint(report->end, >=, report->start);
	g_assert_cmpuint(report->n_notes, <=, LIMIT_NOTES);
	g_assert_cmpuint(report->reader_notes, <=, report->n_notes);
	g_assert_cmpuint(report->reader_notes, <=, LIMIT_NOTES - LIMIT_TRUST_NOTES);
	g_assert_cmpuint(report->n_policies, <=, LIMIT_POLICIES);
	for (size_t i = 0; i < report->n_notes; i++)
		assert_text(report->notes[i], LIMIT_TEXT_BYTES);
	for (size_t i = 0; i < report->n_policies; i++) {
		assert_policy(&report->policies[i]);
		details += report->policies[i].n_details;
	}
	g_assert_cmpuint(details, <=, LIMIT_DETAILS);
}
