/* "failure-details" to struct report_detail. */
#include "ingest/report_detail_json.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "ingest/domain_name.h"
#include "ingest/limits.h"
#include "ingest/report_body.h"

enum {
	RESULT_TYPE,
	SENDING_MTA_IP,
	RECEIVING_MX_HOSTNAME,
	RECEIVING_MX_HELO,
	RECEIVING_IP,
	FAILED_SESSION_COUNT,
	ADDITIONAL_INFORMATION,
	ADDITIONAL_INFO_URI, /* RFC 8460 4.4 names the value so once */
	FAILURE_REASON_CODE,
	FAILURE_ERROR_CODE, /* draft -02 */
	DETAIL_MEMBERS
};
static const char *const detail_names[] = { "result-type", "sending-mta-ip",
	"receiving-mx-hostname", "receiving-mx-helo", "receiving-ip", "failed-session-count",
	"additional-information", "additional-info-uri", "failure-reason-code",
	"failure-error-code" };

/* RFC 8460 4.3; the list "is expected to grow over time". */
static bool
result_type_is_known(const char *type)
{
	static const char *const known[] = { "starttls-not-supported", "certificate-host-mismatch",
		"certificate-expired", "certificate-not-trusted", "validation-failure",
		"tlsa-invalid", "dnssec-invalid", "dane-required", "sts-policy-fetch-error",
		"sts-policy-invalid", "sts-webpki-invalid" };
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (strcmp(known[i], type) == 0)
			return true;
	return false;
}

static const char *
read_result_type(struct json_place *place, const cJSON *item)
{
	const char *type = json_word(place, item, "result-type", LIMIT_KEY_BYTES);
	if (type == NULL) {
		json_note(place, "result-type: absent");
		return "unknown";
	}
	if (!result_type_is_known(type))
		json_note(place, "result-type \"%s\" kept as text", type);
	return type;
}

/* An address in its canonical form, so that equal ones group; other text as it is. */
static const char *
read_address(struct json_place *place, const cJSON *item, const char *name)
{
	uint8_t address[sizeof(struct in6_addr)];
	char text[INET6_ADDRSTRLEN];
	const char *word = json_word(place, item, name, LIMIT_KEY_BYTES);
	if (word == NULL)
		return NULL;
	int family = strchr(word, ':') != NULL ? AF_INET6 : AF_INET;
	if (inet_pton(family, word, address) != 1 ||
		inet_ntop(family, address, text, sizeof text) == NULL) {
		json_note(place, "%s: no address, kept as text", name);
		return word;
	}
	return strcmp(text, word) == 0 ? word : arena_strdup(place->report->arena, text);
}

static const char *
read_host(struct json_place *place, const cJSON *item)
{
	const char *word =
		json_word(place, item, detail_names[RECEIVING_MX_HOSTNAME], LIMIT_KEY_BYTES);
	g_autofree char *name = domain_name_normalise(word, false);
	return name != NULL ? arena_strdup(place->report->arena, name) : word;
}

static const char *
read_either(struct json_place *place, const cJSON **members, int one, int other)
{
	int which = members[one] != NULL ? one : other;
	return json_text(place, members[which], detail_names[which], LIMIT_TEXT_BYTES);
}

static void
read_detail(struct json_place *place, struct report_detail *detail, const cJSON *object)
{
	const cJSON *members[DETAIL_MEMBERS];
	json_members(place, object, detail_names, members, DETAIL_MEMBERS);
	detail->result_type = read_result_type(place, members[RESULT_TYPE]);
	detail->sending_mta_ip =
		read_address(place, members[SENDING_MTA_IP], detail_names[SENDING_MTA_IP]);
	detail->receiving_mx_hostname = read_host(place, members[RECEIVING_MX_HOSTNAME]);
	detail->receiving_mx_helo = json_text(place, members[RECEIVING_MX_HELO],
		detail_names[RECEIVING_MX_HELO], LIMIT_TEXT_BYTES);
	detail->receiving_ip =
		read_address(place, members[RECEIVING_IP], detail_names[RECEIVING_IP]);
	detail->sessions = json_count(
		place, members[FAILED_SESSION_COUNT], detail_names[FAILED_SESSION_COUNT], -1);
	detail->additional_information =
		read_either(place, members, ADDITIONAL_INFORMATION, ADDITIONAL_INFO_URI);
	detail->failure_reason_code =
		read_either(place, members, FAILURE_REASON_CODE, FAILURE_ERROR_CODE);
}

bool
report_details_read(struct json_place *place, struct report_policy *policy, const cJSON *item,
	size_t *total, GError **error)
{
	bool single = cJSON_IsObject(item);
	size_t count = single ? 1 : cJSON_IsArray(item) ? (size_t)cJSON_GetArraySize(item) : 0;
	if (single)
		json_note(place, "failure-details: an object, taken as an array of it");
	else if (item != NULL && !cJSON_IsArray(item))
		json_note(place, "failure-details: no array, ignored");
	*total += count;
	if (*total > LIMIT_DETAILS) {
		g_set_error(error, REPORT_ERROR, REPORT_ERROR_LIMIT,
			"failure-details: more than %d in one report", LIMIT_DETAILS);
		return false;
	}
	policy->details = arena_calloc(place->report->arena, count, sizeof *policy->details);
	const cJSON *element = single ? item : count > 0 ? item->child : NULL;
	struct json_place inner = { .report = place->report };
	for (size_t i = 0; i < count; i++, element = element->next) {
		/* one note for all details alike: 20,000 of them must not fill the notes */
		snprintf(inner.where, sizeof inner.where,
			"%.*sfailure-details: ", (int)sizeof inner.where - 20, place->where);
		if (cJSON_IsObject(element))
			read_detail(&inner, &policy->details[policy->n_details++], element);
		else
			json_note(&inner, "elements that are no objects, ignored");
	}
	return true;
}
