/* Findings on records and policy, and their order.  Those on MX hosts: findings_mx.c. */
#include "checker/findings.h"

#include <string.h>

#include "checker/finding_list.h"
#include "checker/plain_words.h"
#include "ingest/arena.h"

/* RFC 8461 3.2 has no least max_age; below a day senders that fetch once a day keep no policy at
   all, and 10 asks for weeks. */
#define LOW_MAX_AGE 86400
#define SHORT_MAX_AGE 604800

#define MOST_FAULTS_TOLD 3

/* A new id in the customary form: a time, so that it differs from every earlier one. */
static char *
new_id(struct arena *arena, int64_t at)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(at);
	g_autofree char *text = g_date_time_format(time, "%Y%m%d%H%M%SZ");
	return arena_strdup(arena, text);
}

static char *
record_to_publish(const struct check *check)
{
	return arena_printf(check->arena, "_mta-sts.%s. IN TXT \"v=STSv1; id=%s;\"", check->domain,
		new_id(check->arena, check->at));
}

/* The first faults in words, "; " between them; NULL: there are none. */
static char *
join_faults(struct arena *arena, const struct faults *faults, enum fault_effect least)
{
	g_autoptr(GString) words = g_string_new(NULL);
	unsigned told = 0;
	for (size_t i = 0; i < faults->count && told < MOST_FAULTS_TOLD; i++) {
		const struct fault *fault = &faults->items[i];
		if (fault->effect < least)
			continue;
		g_string_append(words, told++ > 0 ? "  " : "");
		if (fault->line > 0)
			g_string_append_printf(words, "line %u: ", fault->line);
		g_string_append(words, fault->text);
	}
	return told > 0 ? arena_strdup(arena, words->str) : NULL;
}

/* ---- the _mta-sts record ---- */

static void
find_sts_record(struct finding_list *list)
{
	struct check *check = list->check;
	const struct check_sts_record *found = &check->sts_record;
	const struct sts_record *record = found->record;
	const char *remedy = record_to_publish(check);
	if (found->status == CHECK_UNKNOWN) {
		finding_add(list, "lookup-failed", CHECK_WARN,
			finding_text(list, "The record at _mta-sts.%s could not be looked up: %s.",
				check->domain, found->why),
			NULL, NULL);
	} else if (found->status == CHECK_ABSENT) {
		finding_add(list, "sts-record-missing", CHECK_BLOCK,
			finding_text(list,
				"There is no MTA-STS record at _mta-sts.%s: no sender looks for a "
				"policy.",
				check->domain),
			finding_text(list, "When the policy is in its place, publish: %s", remedy),
			NULL);
	} else if (record != NULL && record->status == TXT_MULTIPLE) {
		finding_add(list, "sts-record-multiple", CHECK_BLOCK,
			finding_text(list,
				"There is more than one MTA-STS record at _mta-sts.%s: senders "
				"take none.",
				check->domain),
			finding_text(list, "Leave one: %s", remedy),
			join_faults(check->arena, &record->faults, FAULT_REFUSED));
	} else if (found->status == CHECK_BAD) {
		finding_add(list, "sts-record-invalid", CHECK_BLOCK,
			finding_text(list,
				"The MTA-STS record at _mta-sts.%s is not as it must be: %s",
				check->domain,
				join_faults(check->arena, &record->faults, FAULT_DISPUTED)),
			finding_text(list, "Publish: %s", remedy),
			fault_quote(check->arena, record->txt.bytes, record->txt.length));
	} else if (record->faults.worst == FAULT_TRIPS) {
		finding_add(list, "sts-record-invalid", CHECK_WARN,
			finding_text(list,
				"Some senders stumble over the MTA-STS record at _mta-sts.%s: %s",
				check->domain,
				join_faults(check->arena, &record->faults, FAULT_TRIPS)),
			finding_text(list, "Publish: %s", remedy),
			fault_quote(check->arena, record->txt.bytes, record->txt.length));
	}
}

/* ---- the policy ---- */

static const char *
certificate_words(struct arena *arena, const struct check_certificate *certificate)
{
	return certificate != NULL ? finding_certificate(arena, certificate) : NULL;
}

static void
find_fetch(struct finding_list *list)
{
	struct check *check = list->check;
	const struct check_policy *policy = &check->policy;
	const char *url = finding_text(list, "https://%s/.well-known/mta-sts.txt", policy->host);
	switch (policy->outcome) {
	case FETCH_FINE:
		break;
	case FETCH_CERTIFICATE:
		finding_add(list, "policy-certificate", CHECK_BLOCK,
			finding_text(list,
				"The certificate of %s does not hold, so that no sender reads the "
				"policy: %s.",
				policy->host,
				finding_faults(check->arena, policy->certificate, policy->host)),
			finding_text(list,
				"Give that host a certificate for exactly %s, from a "
				"public authority, with its chain.",
				policy->host),
			certificate_words(check->arena, policy->certificate));
		break;
	case FETCH_REDIRECT:
		finding_add(list, "policy-redirect", CHECK_BLOCK,
			finding_text(list,
				"%s answers with a redirect, which senders must not follow (RFC "
				"8461 3.3).",
				url),
			"Serve the policy itself at that address, with status 200.",
			policy->location);
		break;
	case FETCH_STATUS:
		finding_add(list, "policy-http-status",
			policy->status == CHECK_UNKNOWN ? CHECK_WARN : CHECK_BLOCK,
			finding_text(list, "%s answers with status %ld; only 200 counts.", url,
				policy->http_status),
			"Serve the policy at that address with status 200.", NULL);
		break;
	case FETCH_TOO_LARGE:
		finding_add(list, "policy-too-large", CHECK_BLOCK,
			finding_text(list, "%s sends more than 64 KiB; senders stop reading.", url),
			"Serve the policy alone: some lines of plain text.", NULL);
		break;
	case FETCH_UNREACHABLE:
	case FETCH_TIMED_OUT:
	case FETCH_BROKEN:
	case FETCH_NO_HTTP:
	case FETCH_TLS:
		/* what may pass by itself blocks nothing: nobody could tell */
		finding_add(list, "policy-unreachable",
			policy->status == CHECK_UNKNOWN ? CHECK_WARN : CHECK_BLOCK,
			finding_text(
				list, "The policy at %s cannot be fetched: %s.", url, policy->why),
			"Let the host answer by HTTPS (TLS 1.2 or better) on all of its addresses.",
			policy->refused);
		break;
	}
}

static void
find_policy_text(struct finding_list *list)
{
	struct check *check = list->check;
	const struct sts_policy *policy = check->policy.policy;
	const char *type = check->policy.content_type;
	if (!policy->usable)
		finding_add(list, "policy-invalid", CHECK_BLOCK,
			finding_text(list, "The policy cannot be used: %s",
				join_faults(check->arena, &policy->faults, FAULT_DISPUTED)),
			"Mend these lines; the whole file should look like: version: STSv1 / mode: "
			"testing / mx: HOST / max_age: 604800, each on a line of its own.",
			NULL);
	else if (policy->faults.worst >= FAULT_IGNORED)
		finding_add(list, "policy-invalid",
			policy->faults.worst >= FAULT_TRIPS ? CHECK_WARN : CHECK_INFO,
			finding_text(list,
				"The policy has lines that senders pass over or stumble "
				"at: %s",
				join_faults(check->arena, &policy->faults, FAULT_IGNORED)),
			"Mend these lines.", NULL);
	if (type == NULL || g_ascii_strncasecmp(type, "text/plain", 10) != 0)
		finding_add(list, "policy-content-type", CHECK_WARN,
			finding_text(list,
				"The policy is served as %s; it should be text/plain (RFC 8461 "
				"3.2), and some senders insist.",
				type != NULL ? type : "no type at all"),
			"Let the server send \"Content-Type: text/plain\".", NULL);
}

static void
find_policy_settings(struct finding_list *list)
{
	const struct sts_policy *policy = list->check->policy.policy;
	g_autofree char *age = NULL;
	if (!policy->usable)
		return;
	if (policy->mode == STS_MODE_NONE)
		finding_add(list, "policy-mode-none", CHECK_WARN,
			"The policy's mode is none: senders protect nothing and report nothing.",
			"If this is not the end of MTA-STS here, publish mode: testing, then a new "
			"id.",
			NULL);
	age = plain_duration(policy->max_age);
	if (policy->max_age < LOW_MAX_AGE)
		finding_add(list, "max-age-low", CHECK_WARN,
			finding_text(list,
				"max_age is %" G_GUINT64_FORMAT
				" (%s): senders forget the policy before they look again.",
				policy->max_age, age),
			"Publish max_age: 86400 or more while testing, 604800 or more with "
			"enforce.",
			NULL);
	else if (policy->mode == STS_MODE_ENFORCE && policy->max_age < SHORT_MAX_AGE)
		finding_add(list, "max-age-short", CHECK_INFO,
			finding_text(list,
				"max_age is %" G_GUINT64_FORMAT
				" (%s): an attacker who blocks the policy for that long undoes it "
				"(RFC 8461 10.2 asks for weeks).",
				policy->max_age, age),
			"Publish max_age: 604800, later 1209600 or more.", NULL);
}

static void
find_policy(struct finding_list *list)
{
	struct check *check = list->check;
	const struct check_policy *policy = &check->policy;
	if (policy->policy != NULL) {
		find_policy_text(list);
		find_policy_settings(list);
		return;
	}
	/* a domain that does not do MTA-STS: its missing record is told already */
	if (policy->status == CHECK_ABSENT && check->sts_record.status == CHECK_ABSENT)
		return;
	if (policy->lookup_failed)
		finding_add(list, "lookup-failed", CHECK_WARN,
			finding_text(list, "The address of %s could not be looked up: %s.",
				policy->host, policy->why),
			NULL, NULL);
	else
		find_fetch(list);
}

/* ---- reporting ---- */

static void
find_tlsrpt(struct finding_list *list)
{
	struct check *check = list->check;
	const struct check_tlsrpt *found = &check->tlsrpt;
	const char *remedy = finding_text(list,
		"Publish: _smtp._tls.%s. IN TXT \"v=TLSRPTv1; rua=mailto:ADDRESS\" (or "
		"rua=https://...)",
		check->domain);
	if (found->status == CHECK_UNKNOWN)
		finding_add(list, "lookup-failed", CHECK_WARN,
			finding_text(list,
				"The record at _smtp._tls.%s could not be looked up: %s.",
				check->domain, found->why),
			NULL, NULL);
	else if (found->status == CHECK_ABSENT)
		finding_add(list, "tlsrpt-record-missing", CHECK_WARN,
			finding_text(list,
				"There is no TLS-RPT record at _smtp._tls.%s: nobody reports "
				"failures.",
				check->domain),
			remedy, NULL);
	else if (found->status == CHECK_BAD || found->record->faults.worst >= FAULT_TRIPS)
		finding_add(list, "tlsrpt-record-invalid", CHECK_WARN,
			finding_text(list, "The TLS-RPT record at _smtp._tls.%s %s: %s",
				check->domain,
				found->status == CHECK_BAD ? "is not as it must be"
							   : "makes some senders stumble",
				join_faults(check->arena, &found->record->faults, FAULT_TRIPS)),
			remedy,
			fault_quote(
				check->arena, found->record->txt.bytes, found->record->txt.length));
	for (size_t i = 0; i < found->n_rua; i++) {
		const struct check_rua *rua = &found->rua[i];
		if (rua->status != CHECK_FINE && found->record->rua[i].usable)
			finding_add(list, "tlsrpt-rua-unreachable", CHECK_WARN,
				finding_text(list, "Reports to %s %s: %s.", rua->uri,
					rua->status == CHECK_UNKNOWN ? "may not arrive"
								     : "do not arrive",
					rua->why),
				"Name an address that takes them.", NULL);
	}
}

/* ---- all ---- */

static gint
compare(gconstpointer a, gconstpointer b)
{
	const struct check_finding *one = a, *other = b;
	return (gint)other->severity - (gint)one->severity;
}

void
findings_add(struct check *check)
{
	g_autoptr(GArray) items = g_array_new(FALSE, FALSE, sizeof(struct check_finding));
	struct finding_list list = { check, items };
	find_mx(&list);
	/* where no mail is received there is nothing to protect, unless it says that it does */
	if (check->mx.status != CHECK_ABSENT || check->sts_record.status != CHECK_ABSENT) {
		find_sts_record(&list);
		find_policy(&list);
	}
	if (check->mx.status != CHECK_ABSENT || check->tlsrpt.status != CHECK_ABSENT)
		find_tlsrpt(&list);
	find_hosts(&list);
	g_array_sort(items, compare); /* stable: see g_array_sort() */
	check->n_findings = items->len;
	check->findings = arena_calloc(check->arena, items->len + 1, sizeof *check->findings);
	for (guint i = 0; i < items->len; i++)
		check->findings[i] = g_array_index(items, struct check_finding, i);
}

void
findings_insert(struct check *check, const struct check_finding *finding)
{
	struct check_finding *all = arena_calloc(check->arena, check->n_findings + 1, sizeof *all);
	size_t at = 0, n = 0;
	while (at < check->n_findings && check->findings[at].severity >= finding->severity)
		all[n++] = check->findings[at++];
	all[n++] = *finding;
	while (at < check->n_findings)
		all[n++] = check->findings[at++];
	check->findings = all;
	check->n_findings = n;
}
