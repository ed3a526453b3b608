/* Findings on MX hosts. */
#include "checker/finding_list.h"

#include <string.h>

#include "checker/mx_match.h"
#include "ingest/arena.h"
#include "ingest/instant.h"

/* A certificate with so little time left is told of: renewals come at a third of 90 days, or, with
   those of 47 days, at about this. */
#define EXPIRING_SECONDS (14 * INT64_C(86400))

void
find_mx(struct finding_list *list)
{
	const struct check *check = list->check;
	const struct check_mx *mx = &check->mx;
	if (mx->status == CHECK_UNKNOWN)
		finding_add(list, "lookup-failed", CHECK_WARN,
			finding_text(list, "The MX records of %s could not be looked up: %s.",
				check->domain, mx->why),
			NULL, NULL);
	else if (mx->null_mx)
		finding_add(list, "null-mx", CHECK_INFO,
			finding_text(list,
				"%s says that it takes no mail (null MX, RFC 7505): there is "
				"nothing to protect.",
				check->domain),
			NULL, NULL);
	else if (mx->status == CHECK_ABSENT)
		finding_add(list, "no-mx", CHECK_INFO,
			finding_text(list, "%s takes no mail (%s): there is nothing to protect.",
				check->domain,
				mx->why != NULL ? mx->why : "it has neither MX nor address"),
			NULL, NULL);
}

/* ---- against the policy ---- */

static bool
can_match(const struct check *check)
{
	const struct sts_policy *policy = check->policy.policy;
	return policy != NULL && policy->usable && policy->mode != STS_MODE_NONE;
}

static void
find_unmatched(struct finding_list *list, const struct check_host *host)
{
	const struct sts_policy *policy = list->check->policy.policy;
	const char *dot = strchr(host->name, '.');
	const char *note = "";
	/* the mistake that is met most */
	for (size_t i = 0; dot != NULL && i < policy->n_mx; i++)
		if (g_str_has_prefix(policy->mx[i], "*.") &&
			g_str_has_suffix(host->name, policy->mx[i] + 1))
			note = finding_text(list,
				"  The pattern %s stands for one label, and the "
				"host has more before it.",
				policy->mx[i]);
	finding_add(list, "mx-not-in-policy", CHECK_BLOCK,
		finding_text(list,
			"No mx line of the policy matches the MX host %s: under enforce no mail is "
			"delivered to it.%s",
			host->name, note),
		finding_text(list, "Add to the policy: mx: %s (then change the record's id).",
			host->name),
		NULL);
}

static void
find_unused(struct finding_list *list)
{
	const struct check *check = list->check;
	const struct sts_policy *policy = check->policy.policy;
	if (check->mx.status != CHECK_FINE || check->mx.left_out > 0)
		return;
	for (size_t i = 0; i < policy->n_mx; i++) {
		bool used = false;
		for (size_t h = 0; h < check->mx.n_hosts; h++)
			used = used || mx_match(policy->mx[i], check->mx.hosts[h].name);
		if (!used)
			finding_add(list, "policy-mx-unused", CHECK_INFO,
				finding_text(list,
					"The policy's line mx: %s matches none of the MX hosts.",
					policy->mx[i]),
				"Take it out unless it is for a host to come.", NULL);
	}
}

/* ---- what the hosts show ---- */

static void
find_tls(struct finding_list *list, const struct check_host *host,
	const struct check_address *address)
{
	switch (address->outcome) {
	case PROBE_FINE:
		if (g_strcmp0(address->tls_version, "TLSv1") == 0 ||
			g_strcmp0(address->tls_version, "TLSv1.1") == 0)
			finding_add(list, "mx-tls-old", CHECK_BLOCK,
				finding_text(list,
					"%s [%s] speaks no TLS newer than %s; MTA-STS needs 1.2.",
					host->name, address->ip, address->tls_version),
				"Let the server speak TLS 1.2 and 1.3.", NULL);
		break;
	case PROBE_NO_STARTTLS:
		finding_add(list, "mx-no-starttls", CHECK_BLOCK,
			finding_text(list, "%s [%s] takes no encrypted mail: %s.", host->name,
				address->ip, address->why),
			"Let the server offer STARTTLS with a certificate for its name.", NULL);
		break;
	case PROBE_TLS:
		finding_add(list, "mx-tls-failed", CHECK_BLOCK,
			finding_text(list, "%s [%s] offers STARTTLS, but no TLS comes of it: %s.",
				host->name, address->ip, address->why),
			"Look at the server's TLS settings and its log.", NULL);
		break;
	case PROBE_UNREACHABLE:
	case PROBE_TIMED_OUT:
	case PROBE_REFUSED:
	case PROBE_LATER:
		finding_add(list, "mx-unreachable", CHECK_WARN,
			finding_text(list, "%s [%s] could not be looked at: %s.", host->name,
				address->ip, address->why),
			"If it is so for others too, mend the server or take the address out of "
			"the DNS.",
			NULL);
		break;
	}
}

static void
find_certificate(struct finding_list *list, const struct check_host *host,
	const struct check_address *address)
{
	struct arena *arena = list->check->arena;
	const struct check_certificate *certificate = address->certificate;
	const char *evidence = finding_certificate(arena, certificate);
	unsigned faults = certificate->faults;
	char time[INSTANT_TEXT_BYTES];
	if (faults & (CERTIFICATE_EXPIRED | CERTIFICATE_NOT_YET))
		finding_add(list, "mx-certificate-expired", CHECK_BLOCK,
			finding_text(list, "The certificate of %s [%s] %s %s.", host->name,
				address->ip,
				faults & CERTIFICATE_EXPIRED ? "ended on" : "holds only from",
				instant_text(faults & CERTIFICATE_EXPIRED ? certificate->not_after
									  : certificate->not_before,
					time)),
			"Renew it, and reload the mail server.", evidence);
	if (faults & CERTIFICATE_NAME)
		finding_add(list, "mx-certificate-name", CHECK_BLOCK,
			finding_text(list, "The certificate of %s [%s] is not for that name.",
				host->name, address->ip),
			finding_text(list,
				"Get one with %s among its DNS names, or let the MX "
				"record name a host that it is for.",
				host->name),
			evidence);
	if (faults & CERTIFICATE_TRUST_FAULTS)
		finding_add(list, "mx-certificate-untrusted", CHECK_BLOCK,
			finding_text(list, "The certificate of %s [%s] is not trusted: %s.",
				host->name, address->ip,
				finding_faults(arena,
					&(struct check_certificate){ .words = certificate->words,
						.faults = faults & CERTIFICATE_TRUST_FAULTS },
					host->name)),
			"Use one of a public authority, and send it with all intermediate "
			"certificates.",
			evidence);
	if (faults == 0 && certificate->not_after - list->check->at < EXPIRING_SECONDS)
		finding_add(list, "mx-certificate-expiring", CHECK_WARN,
			finding_text(list, "The certificate of %s [%s] ends on %s.", host->name,
				address->ip, instant_text(certificate->not_after, time)),
			"See that it is renewed, and that the mail server is reloaded then.", NULL);
}

static void
find_address(struct finding_list *list, const struct check_host *host,
	const struct check_address *address)
{
	if (address->refused != NULL) {
		finding_add(list, "mx-unreachable", CHECK_WARN,
			finding_text(list,
				"%s has the address %s (%s), which nobody outside reaches.",
				host->name, address->ip, address->refused),
			"Take the address out of the public DNS.", NULL);
		return;
	}
	find_tls(list, host, address);
	if (address->certificate != NULL)
		find_certificate(list, host, address);
	if (address->dane == CHECK_DANE_MISMATCH)
		finding_add(list, "dane-mismatch", CHECK_BLOCK,
			finding_text(list,
				"No TLSA record of %s matches what %s [%s] presents: senders that "
				"do DANE refuse it today, whatever the policy.",
				host->name, host->name, address->ip),
			address->dane_record != NULL
				? finding_text(list, "Publish: _25._tcp.%s. IN TLSA %s", host->name,
					  address->dane_record)
				: "Mend STARTTLS, or take the TLSA records out.",
			host->n_tlsa > 0 ? host->tlsa[0].text : NULL);
}

static void
find_dane(struct finding_list *list, const struct check_host *host)
{
	if (host->tlsa_failed != NULL)
		finding_add(list, "lookup-failed", CHECK_WARN,
			finding_text(list,
				"The TLSA records of %s could not be looked up (%s): senders that "
				"do DANE hold mail back meanwhile.",
				host->name, host->tlsa_failed),
			"Let the name servers of the zone answer questions of type TLSA.", NULL);
	else if (host->n_tlsa > 0 && !host->tlsa_secure)
		finding_add(list, "dane-insecure", CHECK_INFO,
			finding_text(list,
				"%s has TLSA records, but they are not secured by DNSSEC all the "
				"way: no sender uses them.",
				host->name),
			"Sign the zones of the domain and of the MX host, or take the records out.",
			NULL);
	for (size_t i = 0; i < host->n_tlsa; i++)
		if (host->tlsa[i].fault != NULL)
			finding_add(list, "dane-unusable", CHECK_INFO,
				finding_text(list,
					"SMTP makes no use of the TLSA record %s of %s: %s.",
					host->tlsa[i].text, host->name, host->tlsa[i].fault),
				"Publish records of usage 3 (or 2).", NULL);
}

static void
find_host(struct finding_list *list, const struct check_host *host)
{
	if (host->status == CHECK_UNKNOWN)
		finding_add(list, "lookup-failed", CHECK_WARN,
			finding_text(list,
				"The addresses of the MX host %s could not be looked up: "
				"%s.",
				host->name, host->why),
			NULL, NULL);
	else if (host->status == CHECK_ABSENT || host->status == CHECK_BAD)
		finding_add(list, "mx-unresolvable", CHECK_WARN,
			finding_text(list, "The MX host %s has no address%s%s.", host->name,
				host->why != NULL ? ": " : "", host->why != NULL ? host->why : ""),
			"Mend the MX record, or the host's address records.", NULL);
	if (can_match(list->check) && host->policy_match == NULL)
		find_unmatched(list, host);
	for (size_t i = 0; i < host->n_addresses; i++)
		if (!list->check->unprobed || host->addresses[i].refused != NULL)
			find_address(list, host, &host->addresses[i]);
	find_dane(list, host);
}

void
find_hosts(struct finding_list *list)
{
	const struct check *check = list->check;
	for (size_t i = 0; i < check->mx.n_hosts; i++)
		find_host(list, &check->mx.hosts[i]);
	if (can_match(check))
		find_unused(list);
}
