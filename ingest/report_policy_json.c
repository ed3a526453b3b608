/* "policies" to struct report_policy. */
#include "ingest/report_policy_json.h"

#include <stdio.h>
#include <string.h>

#include "ingest/domain_name.h"
#include "ingest/json_member.h"
#include "ingest/limits.h"
#include "ingest/policy_text_json.h"
#include "ingest/report_body.h"
#include "ingest/report_detail_json.h"

enum { POLICY, SUMMARY, FAILURE_DETAILS, ELEMENT_MEMBERS };
static const char *const element_names[] = { "policy", "summary", "failure-details" };

enum { POLICY_TYPE, POLICY_STRING, POLICY_DOMAIN, MX_HOST, MX_HOST_PATTERN, POLICY_MEMBERS };
static const char *const policy_names[] = { "policy-type", "policy-string", "policy-domain",
	"mx-host", "mx-host-pattern" };

enum { SUCCESS, FAILURE, SUMMARY_MEMBERS };
static const char *const summary_names[] = { "total-successful-session-count",
	"total-failure-session-count" };

/* RFC 8460 4.4: the types there are. */
static bool
type_is_known(const char *type)
{
	return strcmp(type, "sts") == 0 || strcmp(type, "tlsa") == 0 ||
	       strcmp(type, "no-policy-found") == 0;
}

static void
read_type(struct json_place *place, struct report_policy *policy, const cJSON *item)
{
	const char *type = json_word(place, item, "policy-type", LIMIT_KEY_BYTES);
	policy->type = type != NULL ? type : "unknown";
	if (type == NULL)
		json_note(place, "policy-type: absent");
	else if (!type_is_known(type))
		json_note(place, "policy-type \"%s\" kept as text", type);
}

static void
read_domain(struct json_place *place, struct report_policy *policy, const cJSON *item)
{
	const char *text = json_text(place, item, "policy-domain", LIMIT_TEXT_BYTES);
	g_autofree char *name = domain_name_normalise(text, false);
	if (name != NULL)
		policy->policy_domain = arena_strdup(place->report->arena, name);
	if (text != NULL && name == NULL)
		json_note(place, "policy-domain \"%s\" is no domain name", text);
	else if (text != NULL && !g_str_is_ascii(text))
		json_note(place, "policy-domain: not in A-labels"); /* RFC 8460 4.4: MUST */
}

static void
read_policy_object(struct json_place *place, struct report_policy *policy, const cJSON *object)
{
	const cJSON *members[POLICY_MEMBERS];
	if (object == NULL)
		json_note(place, "policy: absent");
	json_members(place, object, policy_names, members, POLICY_MEMBERS);
	read_type(place, policy, members[POLICY_TYPE]);
	read_domain(place, policy, members[POLICY_DOMAIN]);
	policy_text_read(place, policy, members[POLICY_STRING]);
	mx_hosts_read(place, policy,
		members[MX_HOST] != NULL ? members[MX_HOST] : members[MX_HOST_PATTERN]);
}

static void
read_summary(struct json_place *place, struct report_policy *policy, const cJSON *object)
{
	const cJSON *members[SUMMARY_MEMBERS];
	if (!cJSON_IsObject(object)) {
		json_note(place, "summary: absent");
		return;
	}
	json_members(place, object, summary_names, members, SUMMARY_MEMBERS);
	policy->success = json_count(place, members[SUCCESS], summary_names[SUCCESS], 0);
	policy->failure = json_count(place, members[FAILURE], summary_names[FAILURE], 0);
}

/* Counts of details are a breakdown and may overlap (RFC 8460 4); a difference is worth a note. */
static void
compare_sums(struct json_place *place, const struct report_policy *policy)
{
	int64_t sum = 0;
	bool told = policy->n_details > 0;
	for (size_t i = 0; i < policy->n_details; i++) {
		told = told && policy->details[i].sessions >= 0;
		if (__builtin_add_overflow(sum, MAX(policy->details[i].sessions, 0), &sum))
			sum = INT64_MAX;
	}
	if (told && sum != policy->failure)
		json_note(place,
			"failure-details add up to %" G_GINT64_FORMAT
			" sessions, the summary says %" G_GINT64_FORMAT,
			sum, policy->failure);
}

static bool
read_element(struct json_place *place, struct report_policy *policy, const cJSON *element,
	size_t *details, GError **error)
{
	const cJSON *members[ELEMENT_MEMBERS];
	json_members(place, element, element_names, members, ELEMENT_MEMBERS);
	read_policy_object(place, policy, members[POLICY]);
	read_summary(place, policy, members[SUMMARY]);
	if (!report_details_read(place, policy, members[FAILURE_DETAILS], details, error)) {
		g_prefix_error(error, "%s", place->where);
		return false;
	}
	compare_sums(place, policy);
	return true;
}

bool
report_policies_read(struct report *report, const cJSON *policies, GError **error)
{
	bool single = cJSON_IsObject(policies);
	size_t count = single                    ? 1
		       : cJSON_IsArray(policies) ? (size_t)cJSON_GetArraySize(policies)
						 : 0;
	const cJSON *element = single ? policies : policies != NULL ? policies->child : NULL;

	if (count == 0)
		report_note(report, "policies: none");
	if (count > LIMIT_POLICIES) {
		g_set_error(error, REPORT_ERROR, REPORT_ERROR_LIMIT,
			"policies: %zu, at most %d are read", count, LIMIT_POLICIES);
		return false;
	}
	report->policies = arena_calloc(report->arena, count, sizeof *report->policies);
	size_t details = 0;
	for (size_t i = 0; i < count; i++) {
		struct json_place place = { .report = report };
		snprintf(place.where, sizeof place.where, "policies[%zu]: ", report->n_policies);
		if (!cJSON_IsObject(element))
			report_note(report, "policies: elements that are no objects, ignored");
		else if (!read_element(&place, &report->policies[report->n_policies++], element,
				 &details, error))
			return false;
		element = single ? NULL : element->next;
	}
	return true;
}
