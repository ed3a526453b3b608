/* Reading the JSON of checks. */
#include "analyze/seen_check.h"

#include <string.h>

#include "ingest/instant.h"
#include "ingest/json_scan.h"
#include "ingest/json_tree.h"

static const cJSON *
member(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

static const char *
text(struct arena *arena, const cJSON *object, const char *name)
{
	const char *value = cJSON_GetStringValue(member(object, name));
	return value != NULL ? arena_strdup(arena, value) : NULL;
}

static int64_t
instant(const cJSON *object, const char *name)
{
	const char *value = cJSON_GetStringValue(member(object, name));
	int64_t at = 0;
	if (value != NULL)
		instant_parse(value, &at, NULL);
	return at;
}

/* A word that is none of the four tells nothing. */
static enum seen
status(const cJSON *object)
{
	const char *word = cJSON_GetStringValue(member(object, "status"));
	static const char *const words[] = { "fine", "absent", "unknown", "bad" };
	for (size_t i = 0; word != NULL && i < G_N_ELEMENTS(words); i++)
		if (strcmp(word, words[i]) == 0)
			return (enum seen)i;
	return SEEN_UNKNOWN;
}

static void
read_address(struct arena *arena, const cJSON *item, struct seen_address *address)
{
	const cJSON *certificate = member(item, "certificate"),
		    *starttls = member(item, "starttls");
	address->ip = text(arena, item, "ip");
	address->status = status(item);
	address->told_starttls = cJSON_IsBool(starttls);
	address->starttls = cJSON_IsTrue(starttls);
	address->tls_version = text(arena, item, "tls_version");
	address->has_certificate = cJSON_IsObject(certificate);
	address->certificate_bad = cJSON_GetArraySize(member(certificate, "faults")) > 0;
	address->not_before = instant(certificate, "not_before");
	address->not_after = instant(certificate, "not_after");
	address->dane = text(arena, item, "dane");
}

static void
read_host(struct arena *arena, const cJSON *item, struct seen_host *host)
{
	const cJSON *addresses = member(item, "addresses"), *address;
	host->name = text(arena, item, "name");
	host->policy_match = text(arena, item, "policy_match");
	host->status = status(item);
	host->addresses =
		arena_calloc(arena, (size_t)cJSON_GetArraySize(addresses), sizeof *host->addresses);
	cJSON_ArrayForEach(address, addresses)
	{
		struct seen_address *read = &host->addresses[host->n_addresses];
		read_address(arena, address, read);
		host->n_addresses += read->ip != NULL;
	}
}

static void
read_hosts(struct arena *arena, const cJSON *mx, struct seen_check *seen)
{
	const cJSON *hosts = member(mx, "hosts"), *host;
	seen->hosts = arena_calloc(arena, (size_t)cJSON_GetArraySize(hosts), sizeof *seen->hosts);
	cJSON_ArrayForEach(host, hosts)
	{
		struct seen_host *read = &seen->hosts[seen->n_hosts];
		*read = (struct seen_host){ .name = NULL };
		read_host(arena, host, read);
		seen->n_hosts += read->name != NULL;
	}
}

static enum seen_severity
severity(const cJSON *finding)
{
	const char *word = cJSON_GetStringValue(member(finding, "severity"));
	if (word != NULL && strcmp(word, "info") == 0)
		return SEEN_INFO;
	return word != NULL && strcmp(word, "warn") == 0 ? SEEN_WARN : SEEN_BLOCK;
}

static void
read_findings(struct arena *arena, const cJSON *check, struct seen_check *seen)
{
	const cJSON *findings = member(check, "findings"), *finding;
	seen->findings =
		arena_calloc(arena, (size_t)cJSON_GetArraySize(findings), sizeof *seen->findings);
	cJSON_ArrayForEach(finding, findings)
	{
		struct seen_finding *read = &seen->findings[seen->n_findings];
		read->code = text(arena, finding, "code");
		read->severity = severity(finding);
		read->text = text(arena, finding, "text");
		read->remedy = text(arena, finding, "remedy");
		read->evidence = text(arena, finding, "evidence");
		seen->n_findings += read->code != NULL && read->text != NULL;
	}
}

static void
read_policy(struct arena *arena, const cJSON *policy, struct seen_check *seen)
{
	seen->policy = status(policy);
	seen->policy_text = text(arena, policy, "text");
	if (seen->policy_text != NULL)
		seen->sts = sts_policy_read(arena, seen->policy_text, strlen(seen->policy_text));
}

bool
seen_check_read(struct arena *arena, const char *json, size_t length, struct seen_check *seen,
	const char **domain, GError **error)
{
	const cJSON *check = json_tree_parse(json, length);
	*seen = (struct seen_check){ .first_at = instant(check, "at") };
	*domain = text(arena, check, "domain");
	seen->last_at = seen->first_at;
	seen->json = json;
	if (*domain == NULL || seen->first_at == 0 || !cJSON_IsObject(member(check, "mx"))) {
		json_tree_forget();
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
			"not a check as `stsready check --json` prints it");
		return false;
	}
	seen->mx = status(member(check, "mx"));
	seen->record = status(member(check, "sts_record"));
	seen->record_id = text(arena, member(check, "sts_record"), "id");
	seen->tlsrpt = status(member(check, "tlsrpt_record"));
	read_hosts(arena, member(check, "mx"), seen);
	read_policy(arena, member(check, "policy"), seen);
	read_findings(arena, check, seen);
	json_tree_forget();
	return true;
}
