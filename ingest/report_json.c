/* JSON (RFC 8460 4.4) to a struct report: the envelope, and whom it is from and about. */
#include "ingest/report_json.h"

#include <stdlib.h>
#include <string.h>

#include "ingest/domain_name.h"
#include "ingest/instant.h"
#include "ingest/json_member.h"
#include "ingest/json_tree.h"
#include "ingest/limits.h"
#include "ingest/printable.h"
#include "ingest/report_body.h"
#include "ingest/report_policy_json.h"

#define HOUR 3600
/* A report covers a day (RFC 8460 4.1); a daylight-saving day and some slack are no reason to
   remark on it. */
#define LONG_RANGE (36 * HOUR)
/* Zones lie within UTC-12 and UTC+14. */
#define FURTHEST_ZONE (14 * HOUR)

enum {
	ORGANIZATION_NAME,
	DATE_RANGE,
	CONTACT_INFO,
	REPORT_ID,
	POLICIES,
	POLICY, /* draft -02 had one, at the top */
	ROOT_MEMBERS
};
static const char *const root_names[] = { "organization-name", "date-range", "contact-info",
	"report-id", "policies", "policy" };

enum { START, END, RANGE_MEMBERS };
static const char *const range_names[] = { "start-datetime", "end-datetime" };

static bool
fail(GError **error, enum report_error code, const char *message)
{
	g_set_error_literal(error, REPORT_ERROR, (int)code, message);
	return false;
}

/* Whether anything says that this object is a TLS report. */
static bool
is_tls_report(const cJSON *const *members)
{
	return members[DATE_RANGE] != NULL || members[POLICIES] != NULL ||
	       members[POLICY] != NULL ||
	       (members[REPORT_ID] != NULL && members[ORGANIZATION_NAME] != NULL);
}

/* ---- date-range ---- */

static void
note_quirks(struct json_place *place, unsigned quirks)
{
	if (quirks & INSTANT_NO_ZONE)
		json_note(place, "no time zone, UTC assumed");
	if (quirks & INSTANT_DATE_ONLY)
		json_note(place, "a date without time");
	if (quirks & INSTANT_LEAP)
		json_note(place, "a leap second");
}

static bool
read_instant(struct json_place *place, const cJSON *item, const char *name, int64_t *instant,
	GError **error)
{
	unsigned quirks;
	if (item == NULL) {
		g_set_error(
			error, REPORT_ERROR, REPORT_ERROR_BROKEN, "date-range: %s: absent", name);
		return false;
	}
	if (!cJSON_IsString(item)) {
		g_set_error(
			error, REPORT_ERROR, REPORT_ERROR_BROKEN, "date-range: %s: no text", name);
		return false;
	}
	if (!instant_parse(item->valuestring, instant, &quirks)) {
		g_autofree char *shown = printable(item->valuestring, 40);
		g_set_error(error, REPORT_ERROR, REPORT_ERROR_BROKEN,
			"date-range: %s \"%s\" is no date and time of RFC 3339", name, shown);
		return false;
	}
	note_quirks(place, quirks);
	return true;
}

static bool
read_range(struct report *report, const cJSON *object, GError **error)
{
	struct json_place place = { .report = report, .where = "date-range: " };
	const cJSON *members[RANGE_MEMBERS];
	if (!cJSON_IsObject(object))
		return fail(error, REPORT_ERROR_BROKEN,
			object == NULL ? "date-range: absent" : "date-range: no object");
	json_members(&place, object, range_names, members, RANGE_MEMBERS);
	if (!read_instant(&place, members[START], range_names[START], &report->start, error) ||
		!read_instant(&place, members[END], range_names[END], &report->end, error))
		return false;
	if (report->end < report->start)
		return fail(error, REPORT_ERROR_BROKEN, "date-range: ends before it starts");
	if (report->end - report->start > LONG_RANGE)
		json_note(&place, "covers %d hours", (int)((report->end - report->start) / HOUR));
	return true;
}

/* Halon writes local time with a literal Z; its file names carry the true instants. */
static void
compare_file_name(struct report *report, const struct report_context *context)
{
	int64_t off = context->file_start - report->start;
	if (context->file_start != 0 && off != 0 && off % HOUR == 0 && llabs(off) <= FURTHEST_ZONE)
		report_note(report,
			"date-range: %d hours off the file name: local time taken for UTC?",
			(int)(off / HOUR));
}

/* ---- who it is from ---- */

static char *
contact_domain(const char *contact)
{
	const char *at = contact != NULL ? strrchr(contact, '@') : NULL;
	if (at == NULL)
		return NULL;
	g_autofree char *name = g_strndup(at + 1, strcspn(at + 1, "> \t\r\n,;\")"));
	return domain_name_normalise(name, false);
}

/* The body is authoritative (RFC 8460 5.6), and "TLS-Report-Submitter" must equal the domain of
   contact-info (5.3): so the same report has one submitter by whatever way it comes. */
static void
resolve_submitter(struct report *report, const struct report_context *context)
{
	g_autofree char *contact = contact_domain(report->contact);
	const char *told = report_context_submitter(context);
	if (contact != NULL && told != NULL && !domain_name_aligned(contact, told))
		report_note(report, "contact-info is of %s, the wrapping names %s as submitter",
			contact, told);
	const char *best = contact != NULL ? contact : told;
	report->submitter = best != NULL ? arena_strdup(report->arena, best) : NULL;
}

/* ---- which domain it is about ---- */

/* Policies of type tlsa may name the MX host instead (RFC 8460 1.1, Postfix). */
static bool
may_name_host(const struct report_policy *policy)
{
	return strcmp(policy->type, "tlsa") == 0;
}

/* The one domain that the policies which surely name a recipient domain agree on; NULL: none, or
   several. */
static const char *
agreed_domain(const struct report *report)
{
	const char *agreed = NULL;
	for (size_t i = 0; i < report->n_policies; i++) {
		const struct report_policy *policy = &report->policies[i];
		if (policy->policy_domain == NULL || may_name_host(policy))
			continue;
		if (agreed != NULL && strcmp(agreed, policy->policy_domain) != 0)
			return NULL;
		agreed = policy->policy_domain;
	}
	return agreed;
}

static bool
context_names(const struct report_context *context, const char *domain)
{
	return g_strcmp0(context->header_domain, domain) == 0 ||
	       g_strcmp0(context->subject_domain, domain) == 0 ||
	       g_strcmp0(context->file_domain, domain) == 0 ||
	       g_strcmp0(context->token_domain, domain) == 0;
}

static void
resolve_policy(struct report *report, size_t index, const struct report_context *context,
	const char *told, const char *agreed)
{
	struct report_policy *policy = &report->policies[index];
	const char *named = policy->policy_domain;
	if (named != NULL && (!may_name_host(policy) || context_names(context, named))) {
		policy->domain = named;
		return;
	}
	policy->domain = told != NULL ? told : agreed != NULL ? agreed : named;
	if (named == NULL)
		report_note(report, "policies[%zu]: policy-domain from %s", index,
			told != NULL     ? "context"
			: agreed != NULL ? "the other policies"
					 : "nowhere");
	else if (policy->domain == named)
		report_note(
			report, "policies[%zu]: policy-domain %s may be an MX host", index, named);
}

static void
resolve_domains(struct report *report, const struct report_context *context)
{
	const char *word = report_context_domain(context);
	const char *told = word != NULL ? arena_strdup(report->arena, word) : NULL;
	const char *agreed = agreed_domain(report);
	for (size_t i = 0; i < report->n_policies; i++)
		resolve_policy(report, i, context, told, agreed);

	bool filed = report->n_policies == 0; /* something is filed under the told one */
	const char *first = NULL;
	for (size_t i = 0; i < report->n_policies; i++) {
		const char *domain = report->policies[i].domain;
		first = first != NULL ? first : domain;
		filed = filed || (told != NULL && g_strcmp0(domain, told) == 0);
	}
	report->domain = filed ? told : first;
}

/* ---- the whole ---- */

static void
read_identity(struct report *report, const cJSON *const *members)
{
	struct json_place place = { .report = report };
	report->organization = json_text(&place, members[ORGANIZATION_NAME],
		root_names[ORGANIZATION_NAME], LIMIT_TEXT_BYTES);
	report->contact = json_text(
		&place, members[CONTACT_INFO], root_names[CONTACT_INFO], LIMIT_TEXT_BYTES);
	const char *id =
		json_text(&place, members[REPORT_ID], root_names[REPORT_ID], LIMIT_TEXT_BYTES);
	if (report->organization == NULL)
		report_note(report, "organization-name: absent");
	if (report->contact == NULL)
		report_note(report, "contact-info: absent");
	if (id != NULL) {
		report->report_id = id;
		return;
	}
	report_note(report, "report-id: absent, made from the content");
	GString *made = g_string_new("sha256:");
	for (int i = 0; i < REPORT_DIGEST_BYTES / 2; i++)
		g_string_append_printf(made, "%02x", report->digest[i]);
	report->report_id = arena_strdup(report->arena, made->str);
	g_string_free(made, TRUE);
}

static bool
read_root(struct report *report, const cJSON *root, const struct report_context *context,
	GError **error)
{
	struct json_place place = { .report = report };
	const cJSON *members[ROOT_MEMBERS];
	if (!cJSON_IsObject(root))
		return fail(error, REPORT_ERROR_ALIEN, "JSON, but no object: no TLS report");
	json_members(&place, root, root_names, members, ROOT_MEMBERS);
	if (!is_tls_report(members))
		return fail(error, REPORT_ERROR_ALIEN,
			"a JSON object without date-range, policies or report-id: no TLS report");
	if (!read_range(report, members[DATE_RANGE], error))
		return false;
	read_identity(report, members);

	const cJSON *policies = members[POLICIES];
	if (cJSON_IsObject(policies))
		report_note(report, "policies: an object, taken as an array of it");
	if (policies == NULL && members[POLICY] != NULL) {
		report_note(report, "policy: at the top, taken as the only one");
		policies = root; /* it has the members of an element: policy, summary,
				    failure-details */
	}
	if (!report_policies_read(report, policies, error))
		return false;
	compare_file_name(report, context);
	resolve_submitter(report, context);
	resolve_domains(report, context);
	return true;
}

bool
report_json_read(struct report *report, const char *json, size_t length,
	const struct report_context *context, GError **error)
{
	static const struct report_context nothing;
	const cJSON *root = json_tree_parse(json, length);
	bool fine = root != NULL
			    ? read_root(report, root, context != NULL ? context : &nothing, error)
			    : fail(error, REPORT_ERROR_BROKEN, "JSON: cannot be parsed");
	json_tree_forget();
	return fine;
}
