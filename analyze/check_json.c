/* Writing checks as JSON. */
#include "analyze/check_json.h"

#include "analyze/json_writer.h"

static void
put_certificate(struct json_writer *json, const struct check_certificate *certificate)
{
	enum certificate_fault fault;
	const char *name;
	if (certificate == NULL) {
		json_add_null(json, "certificate");
		return;
	}
	json_begin(json, "certificate", '{');
	json_add_texts(json, "names", certificate->names, certificate->n_names);
	json_add_text(json, "issuer", certificate->issuer);
	json_add_text(json, "key", certificate->key);
	json_add_instant(json, "not_before", certificate->not_before);
	json_add_instant(json, "not_after", certificate->not_after);
	json_begin(json, "faults", '[');
	for (unsigned i = 0; (name = certificate_fault_name(i, &fault)) != NULL; i++)
		if (certificate->faults & fault)
			json_add_text(json, NULL, name);
	json_end(json, ']');
	json_end(json, '}');
}

static void
put_address(struct json_writer *json, const struct check_address *address)
{
	json_begin(json, NULL, '{');
	json_add_text(json, "ip", address->ip);
	json_add_text(json, "status", check_status_name(address->status));
	if (address->outcome == PROBE_FINE || address->outcome == PROBE_NO_STARTTLS)
		json_add_bool(json, "starttls", address->outcome == PROBE_FINE);
	else
		json_add_null(json, "starttls");
	json_add_text(json, "tls_version", address->tls_version);
	put_certificate(json, address->certificate);
	json_add_text(json, "dane", check_dane_name(address->dane));
	json_add_text(json, "why", address->why);
	json_end(json, '}');
}

static void
put_host(struct json_writer *json, const struct check_host *host)
{
	json_begin(json, NULL, '{');
	json_add_text(json, "name", host->name);
	json_add_number(json, "preference", host->preference);
	json_add_text(json, "policy_match", host->policy_match);
	json_add_text(json, "status", check_status_name(host->status));
	json_add_text(json, "why", host->why);
	json_begin(json, "addresses", '[');
	for (size_t i = 0; i < host->n_addresses; i++)
		put_address(json, &host->addresses[i]);
	json_end(json, ']');
	json_begin(json, "tlsa", '[');
	for (size_t i = 0; i < host->n_tlsa; i++)
		json_add_text(json, NULL, host->tlsa[i].text);
	json_end(json, ']');
	json_end(json, '}');
}

static void
put_mx(struct json_writer *json, const struct check_mx *mx)
{
	json_begin(json, "mx", '{');
	json_add_text(json, "status", check_status_name(mx->status));
	json_add_text(json, "why", mx->why);
	json_begin(json, "hosts", '[');
	for (size_t i = 0; i < mx->n_hosts; i++)
		put_host(json, &mx->hosts[i]);
	json_end(json, ']');
	json_end(json, '}');
}

static void
put_sts_record(struct json_writer *json, const struct check_sts_record *found)
{
	const struct sts_record *record = found->record;
	json_begin(json, "sts_record", '{');
	json_add_text(json, "status", check_status_name(found->status));
	json_add_text(json, "txt",
		record != NULL && record->txt.bytes != NULL ? record->txt.bytes : NULL);
	json_add_text(json, "id", record != NULL ? record->id : NULL);
	json_add_texts(json, "cname", found->cnames, found->n_cnames);
	json_add_text(json, "why", found->why);
	json_end(json, '}');
}

static void
put_policy(struct json_writer *json, const struct check_policy *found)
{
	const struct sts_policy *policy = found->policy;
	json_begin(json, "policy", '{');
	json_add_text(json, "status", check_status_name(found->status));
	json_add_text(json, "text", found->text);
	json_add_text(json, "mode", policy != NULL ? sts_mode_name(policy->mode) : NULL);
	if (policy != NULL && policy->has_max_age)
		json_add_number(json, "max_age", (int64_t)policy->max_age);
	else
		json_add_null(json, "max_age");
	json_add_texts(
		json, "mx", policy != NULL ? policy->mx : NULL, policy != NULL ? policy->n_mx : 0);
	if (found->http_status != 0)
		json_add_number(json, "http_status", found->http_status);
	else
		json_add_null(json, "http_status");
	json_add_text(json, "content_type", found->content_type);
	put_certificate(json, found->certificate);
	json_add_texts(json, "cname", found->cnames, found->n_cnames);
	json_add_text(json, "why", found->why);
	json_end(json, '}');
}

static void
put_tlsrpt(struct json_writer *json, const struct check_tlsrpt *found)
{
	const struct tlsrpt_record *record = found->record;
	json_begin(json, "tlsrpt_record", '{');
	json_add_text(json, "status", check_status_name(found->status));
	json_add_text(json, "txt",
		record != NULL && record->txt.bytes != NULL ? record->txt.bytes : NULL);
	json_begin(json, "rua", '[');
	for (size_t i = 0; i < found->n_rua; i++) {
		json_begin(json, NULL, '{');
		json_add_text(json, "uri", found->rua[i].uri);
		json_add_text(json, "status", check_status_name(found->rua[i].status));
		json_add_text(json, "why", found->rua[i].why);
		json_add_bool(json, "own", found->rua[i].own);
		json_end(json, '}');
	}
	json_end(json, ']');
	json_add_text(json, "why", found->why);
	json_end(json, '}');
}

static void
put_findings(struct json_writer *json, const struct check *check)
{
	json_begin(json, "findings", '[');
	for (size_t i = 0; i < check->n_findings; i++) {
		const struct check_finding *finding = &check->findings[i];
		json_begin(json, NULL, '{');
		json_add_text(json, "code", finding->code);
		json_add_text(json, "severity", check_severity_name(finding->severity));
		json_add_text(json, "text", finding->text);
		json_add_text(json, "remedy", finding->remedy);
		json_add_text(json, "evidence", finding->evidence);
		json_end(json, '}');
	}
	json_end(json, ']');
}

/* "secure", "insecure", or null where nobody can tell. */
static const char *
dnssec_word(const struct check *check)
{
	return check->dnssec == CHECK_FINE     ? "secure"
	       : check->dnssec == CHECK_ABSENT ? "insecure"
					       : NULL;
}

void
check_json(const struct check *check, GString *out)
{
	struct json_writer json = { out, false };
	json_begin(&json, NULL, '{');
	json_add_text(&json, "domain", check->domain);
	json_add_instant(&json, "at", check->at);
	put_mx(&json, &check->mx);
	put_sts_record(&json, &check->sts_record);
	put_policy(&json, &check->policy);
	put_tlsrpt(&json, &check->tlsrpt);
	json_add_text(&json, "dnssec", dnssec_word(check));
	put_findings(&json, check);
	json_end(&json, '}');
}
