/* One domain's questions and answers. */
#include "checker/domain_look.h"

#include <string.h>

#include "checker/dane.h"
#include "checker/host_addresses.h"
#include "checker/mx_match.h"
#include "ingest/arena.h"
#include "ingest/domain_name.h"

/* MX hosts that are looked at, the preferred ones first: the largest domains have some ten. */
#define MOST_HOSTS 20

/* RFC 7672 2.1.3: TLSA records are asked for at the port that mail is sent to. */
#define TLSA_PREFIX "_25._tcp."

/* Names behind CNAMEs, and names in certificates, that are kept. */
#define MOST_NAMES 100

struct look;

/* What is known of one address before all of its host is. */
struct address_look {
	struct host_look *host;
	GPtrArray *chain; /* as sent; NULL: none */
};

struct host_look {
	struct look *look;
	struct check_host *host;
	GPtrArray *tlsa; /* GBytes *: rdata */
	struct address_look *addresses;
	size_t n_addresses;
};

struct look {
	struct domain_look_tools *tools;
	struct check *check; /* NULL: handed over, the time was over */
	unsigned pending;    /* answers that will come */
	struct timer *limit;
	struct host_look *hosts;
	size_t n_hosts;
	void (*done)(void *user, struct check *check);
	void *user;
};

static char *
keep(struct look *look, const char *text)
{
	return text != NULL ? arena_strdup(look->check->arena, text) : NULL;
}

static const char *const *
keep_names(struct look *look, const GPtrArray *names, size_t *count)
{
	*count = MIN(names->len, MOST_NAMES);
	const char **kept = arena_calloc(look->check->arena, *count + 1, sizeof *kept);
	for (size_t i = 0; i < *count; i++)
		kept[i] = keep(look, names->pdata[i]);
	return kept;
}

static const struct check_certificate *
keep_certificate(struct look *look, const struct certificate *seen)
{
	if (seen == NULL)
		return NULL;
	struct check_certificate *kept = arena_calloc(look->check->arena, 1, sizeof *kept);
	kept->names = keep_names(look, seen->names, &kept->n_names);
	kept->issuer = keep(look, seen->issuer);
	kept->key = keep(look, seen->key);
	kept->words = keep(look, seen->words);
	kept->not_before = seen->not_before;
	kept->not_after = seen->not_after;
	kept->faults = seen->faults;
	return kept;
}

/* ---- the end ---- */

static void
host_look_clear(struct host_look *host)
{
	g_ptr_array_unref(host->tlsa);
	for (size_t i = 0; i < host->n_addresses; i++)
		if (host->addresses[i].chain != NULL)
			g_ptr_array_unref(host->addresses[i].chain);
	g_free(host->addresses);
}

static void
look_free(struct look *look)
{
	for (size_t i = 0; i < look->n_hosts; i++)
		host_look_clear(&look->hosts[i]);
	g_free(look->hosts);
	timer_free(look->limit);
	struct domain_look_tools *tools = look->tools;
	g_free(look);
	if (--tools->alive == 0)
		tools->idle(tools->user);
}

static void judge_hosts(struct look *look);

static void
hand_over(struct look *look)
{
	judge_hosts(look);
	look->done(look->user, g_steal_pointer(&look->check));
}

/* One answer came; the last one ends the look. */
static void
release(struct look *look)
{
	if (--look->pending > 0)
		return;
	if (look->check != NULL)
		hand_over(look);
	look_free(look);
}

static void
time_is_over(void *user)
{
	struct look *look = user;
	look->check->cut_short = true;
	hand_over(look);
}

/* ---- records ---- */

static struct txt *
texts_of(struct look *look, const struct dns_answer *answer)
{
	struct arena *arena = look->check->arena;
	struct txt *texts = arena_calloc(arena, answer->records->len + 1, sizeof *texts);
	for (guint i = 0; i < answer->records->len; i++) {
		const struct dns_record *record = answer->records->pdata[i];
		texts[i].bytes = arena_strndup(arena, (const char *)record->data, record->length);
		texts[i].length = record->length;
	}
	return texts;
}

static enum check_status
status_of_record(enum txt_status status)
{
	return status == TXT_FINE ? CHECK_FINE : status == TXT_ABSENT ? CHECK_ABSENT : CHECK_BAD;
}

static void
sts_record_found(void *user, struct dns_answer *answer)
{
	struct look *look = user;
	if (look->check != NULL) {
		struct check_sts_record *found = &look->check->sts_record;
		found->cnames = keep_names(look, answer->cnames, &found->n_cnames);
		found->why = keep(look, answer->why);
		if (answer->status != DNS_FAILED) {
			found->record = sts_record_read(
				look->check->arena, texts_of(look, answer), answer->records->len);
			found->status = status_of_record(found->record->status);
		}
	}
	release(look);
}

/* ---- report addresses ---- */

struct rua_ask {
	struct look *look;
	size_t index;
};

static void
rua_looked_at(void *user, enum check_status status, const char *why)
{
	struct rua_ask *ask = user;
	struct look *look = ask->look;
	if (look->check != NULL) {
		struct check_rua *rua = &look->check->tlsrpt.rua[ask->index];
		rua->status = status;
		rua->why = keep(look, why);
	}
	g_free(ask);
	release(look);
}

static void
look_at_rua(struct look *look, const struct tlsrpt_record *record)
{
	struct check_tlsrpt *found = &look->check->tlsrpt;
	found->n_rua = record->n_rua;
	found->rua = arena_calloc(look->check->arena, record->n_rua + 1, sizeof *found->rua);
	for (size_t i = 0; i < record->n_rua; i++) {
		const struct tlsrpt_rua *rua = &record->rua[i];
		found->rua[i] = (struct check_rua){ rua->uri, CHECK_UNKNOWN,
			"it was not looked at in time" };
		if (!rua->usable) {
			found->rua[i].status = CHECK_BAD;
			found->rua[i].why = rua->fault != NULL ? rua->fault->text : NULL;
			continue;
		}
		struct rua_ask *ask = g_new(struct rua_ask, 1);
		*ask = (struct rua_ask){ look, i };
		look->pending++;
		rua_looks_ask(look->tools->rua_looks, rua, rua_looked_at, ask);
	}
}

static void
tlsrpt_record_found(void *user, struct dns_answer *answer)
{
	struct look *look = user;
	if (look->check != NULL) {
		struct check_tlsrpt *found = &look->check->tlsrpt;
		found->why = keep(look, answer->why);
		if (answer->status != DNS_FAILED) {
			found->record = tlsrpt_record_read(
				look->check->arena, texts_of(look, answer), answer->records->len);
			found->status = status_of_record(found->record->status);
			look_at_rua(look, found->record);
		}
	}
	release(look);
}

/* ---- the policy ---- */

static enum check_status
status_of_fetch(enum fetch_outcome outcome, long http_status)
{
	switch (outcome) {
	case FETCH_FINE:
		return CHECK_FINE;
	case FETCH_UNREACHABLE:
	case FETCH_TIMED_OUT:
	case FETCH_BROKEN:
		return CHECK_UNKNOWN;
	case FETCH_STATUS:
		/* the server's own word for trouble that may pass; 404 and 410 are answers */
		if (http_status >= 500 || http_status == 429 || http_status == 408)
			return CHECK_UNKNOWN;
		return http_status == 404 || http_status == 410 ? CHECK_ABSENT : CHECK_BAD;
	case FETCH_NO_HTTP:
	case FETCH_TLS:
	case FETCH_CERTIFICATE:
	case FETCH_REDIRECT:
	case FETCH_TOO_LARGE:
		break;
	}
	return CHECK_BAD;
}

static void
read_policy(struct look *look, const GByteArray *body)
{
	struct check_policy *found = &look->check->policy;
	struct arena *arena = look->check->arena;
	found->text = arena_strndup(arena, (const char *)body->data, body->len);
	found->text_length = body->len;
	found->policy = sts_policy_read(arena, found->text, found->text_length);
	if (!found->policy->usable)
		found->status = CHECK_BAD;
}

static void
policy_fetched(void *user, struct fetch_result *result)
{
	struct look *look = user;
	if (look->check != NULL) {
		struct check_policy *found = &look->check->policy;
		found->outcome = result->outcome;
		found->status = status_of_fetch(result->outcome, result->http_status);
		found->why = keep(look, result->why);
		found->http_status = result->http_status;
		found->content_type = keep(look, result->content_type);
		found->location = keep(look, result->location);
		found->certificate = keep_certificate(look, result->certificate);
		if (result->outcome == FETCH_FINE)
			read_policy(look, result->body);
	}
	release(look);
}

static void
fetch_policy(struct look *look, char **addresses)
{
	struct fetch_options options = {
		.host = look->check->policy.host,
		.port = look->tools->policy_port,
		.path = "/.well-known/mta-sts.txt",
		.addresses = addresses,
		.seconds = look->tools->policy_seconds,
	};
	look->pending++;
	fetch_start(look->tools->transfers, &options, policy_fetched, look);
}

static void
policy_host_found(void *user, const struct host_addresses *found)
{
	struct look *look = user;
	if (look->check != NULL) {
		struct check_policy *policy = &look->check->policy;
		const struct host_address *refused = host_addresses_refused(found);
		g_autofree char **allowed = host_addresses_allowed(found);
		policy->cnames = keep_names(look, found->cnames, &policy->n_cnames);
		if (refused != NULL)
			policy->refused = arena_printf(
				look->check->arena, "%s, %s", refused->ip, refused->refused);
		if (found->status == DNS_FAILED) {
			policy->lookup_failed = true;
			policy->why = keep(look, found->why);
		} else if (found->status != DNS_FINE) {
			policy->status = CHECK_ABSENT;
			policy->why =
				arena_printf(look->check->arena, "%s has no address", policy->host);
		} else if (allowed[0] == NULL) {
			policy->status = CHECK_BAD;
			policy->why = arena_printf(look->check->arena,
				"%s has an address that nobody outside reaches (%s)", policy->host,
				policy->refused);
		} else {
			fetch_policy(look, allowed);
		}
	}
	release(look);
}

/* ---- MX hosts ---- */

struct probe_ask {
	struct host_look *host;
	size_t index;
};

static enum check_status
status_of_probe(const struct probe_result *result)
{
	switch (result->outcome) {
	case PROBE_FINE:
		return result->certificate == NULL || result->certificate->faults != 0 ? CHECK_BAD
										       : CHECK_FINE;
	case PROBE_NO_STARTTLS:
	case PROBE_TLS:
		return CHECK_BAD;
	case PROBE_UNREACHABLE:
	case PROBE_TIMED_OUT:
	case PROBE_REFUSED:
	case PROBE_LATER:
		break;
	}
	return CHECK_UNKNOWN;
}

static void
address_probed(void *user, const struct probe_result *result)
{
	struct probe_ask *ask = user;
	struct host_look *host = ask->host;
	struct look *look = host->look;
	if (look->check != NULL) {
		struct check_address *address = &host->host->addresses[ask->index];
		address->outcome = result->outcome;
		address->status = status_of_probe(result);
		address->why = keep(look, result->why);
		address->tls_version = keep(look, result->tls_version);
		address->certificate = keep_certificate(look, result->certificate);
		if (result->certificate != NULL)
			host->addresses[ask->index].chain =
				g_ptr_array_ref(result->certificate->chain);
	}
	g_free(ask);
	release(look);
}

static void
probe_address(struct host_look *host, size_t index, const char *ip)
{
	struct look *look = host->look;
	struct probe_ask *ask = g_new(struct probe_ask, 1);
	*ask = (struct probe_ask){ host, index };
	look->pending++;
	prober_ask(look->tools->prober, host->host->name, ip, address_probed, ask);
}

static void
take_addresses(struct host_look *host, const struct host_addresses *found)
{
	struct look *look = host->look;
	struct check_host *to = host->host;
	to->n_addresses = host->n_addresses = found->addresses->len;
	to->addresses = arena_calloc(look->check->arena, to->n_addresses, sizeof *to->addresses);
	host->addresses = g_new0(struct address_look, host->n_addresses);
	for (guint i = 0; i < found->addresses->len; i++) {
		const struct host_address *address = found->addresses->pdata[i];
		to->addresses[i] = (struct check_address){
			.ip = keep(look, address->ip),
			.refused = address->refused,
			.status = address->refused != NULL ? CHECK_BAD : CHECK_UNKNOWN,
			.outcome = PROBE_TIMED_OUT,
			.why = "it was not looked at",
		};
		if (address->refused != NULL)
			to->addresses[i].why = arena_printf(look->check->arena,
				"a %s address, that nobody outside reaches", address->refused);
		else if (!look->tools->no_probe)
			probe_address(host, i, address->ip);
	}
}

static void
host_found(void *user, const struct host_addresses *found)
{
	struct host_look *host = user;
	struct look *look = host->look;
	if (look->check != NULL) {
		struct check_host *to = host->host;
		to->why = keep(look, found->why);
		to->status = found->status == DNS_FINE     ? CHECK_FINE
			     : found->status == DNS_FAILED ? CHECK_UNKNOWN
							   : CHECK_ABSENT;
		to->tlsa_secure = to->tlsa_secure && found->authentic;
		if (found->cnames->len > 0)
			to->cname = keep(look, found->cnames->pdata[found->cnames->len - 1]);
		take_addresses(host, found);
		/* without MX record and without address, no mail is received */
		if (to->implicit && to->status == CHECK_ABSENT) {
			look->check->mx.status = CHECK_ABSENT;
			look->check->mx.n_hosts = 0;
		}
	}
	release(look);
}

static void
tlsa_found(void *user, struct dns_answer *answer)
{
	struct host_look *host = user;
	struct look *look = host->look;
	if (look->check != NULL) {
		host->host->tlsa_secure = host->host->tlsa_secure && answer->authentic;
		host->host->tlsa_failed = keep(look, answer->why);
		for (guint i = 0; i < answer->records->len; i++) {
			const struct dns_record *record = answer->records->pdata[i];
			g_ptr_array_add(host->tlsa, g_bytes_new(record->data, record->length));
		}
	}
	release(look);
}

static void
look_at_host(struct host_look *host)
{
	struct look *look = host->look;
	const struct domain_look_tools *tools = look->tools;
	g_autofree char *tlsa_name = g_strconcat(TLSA_PREFIX, host->host->name, NULL);
	look->pending += 2;
	host_addresses_ask(
		tools->dns, host->host->name, true, tools->allow_private, host_found, host);
	dns_ask(tools->dns, tlsa_name, DNS_TLSA, true, tlsa_found, host);
}

static gint
compare_preference(gconstpointer a, gconstpointer b)
{
	const struct dns_record *one = *(struct dns_record *const *)a,
				*other = *(struct dns_record *const *)b;
	if (one->preference != other->preference)
		return (gint)one->preference - (gint)other->preference;
	return strcmp(one->name, other->name);
}

static void
add_host(struct look *look, const char *name, unsigned preference, bool implicit)
{
	struct check_mx *mx = &look->check->mx;
	g_autofree char *normalised = domain_name_normalise(name, false);
	struct check_host *host = &mx->hosts[mx->n_hosts++];
	*host = (struct check_host){
		.name = keep(look, normalised != NULL ? normalised : name),
		.preference = preference,
		.implicit = implicit,
		.status = normalised != NULL ? CHECK_UNKNOWN : CHECK_BAD,
		.why = normalised != NULL ? "it was not looked at in time" : "it is no host name",
		.tlsa_secure = implicit || mx->secure,
	};
	struct host_look *with = &look->hosts[look->n_hosts++];
	with->look = look;
	with->host = host;
	with->tlsa = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
}

/* Looks at what was added, after all were: answers need the arrays to stay where they are. */
static void
look_at_hosts(struct look *look)
{
	for (size_t i = 0; i < look->n_hosts; i++)
		if (look->hosts[i].host->status != CHECK_BAD)
			look_at_host(&look->hosts[i]);
}

static void
make_room(struct look *look, size_t hosts)
{
	look->check->mx.hosts =
		arena_calloc(look->check->arena, hosts, sizeof *look->check->mx.hosts);
	look->hosts = g_new0(struct host_look, hosts);
}

static void
take_mx(struct look *look, const struct dns_answer *answer)
{
	struct check_mx *mx = &look->check->mx;
	const GPtrArray *records = answer->records;
	const struct dns_record *first = records->pdata[0];
	if (records->len == 1 && first->name[0] == '\0') {
		mx->status = CHECK_ABSENT;
		mx->null_mx = true;
		return;
	}
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();
	for (guint i = 0; i < records->len; i++)
		g_ptr_array_add(sorted, records->pdata[i]);
	g_ptr_array_sort(sorted, compare_preference);
	mx->status = CHECK_FINE;
	make_room(look, MIN(sorted->len, MOST_HOSTS));
	mx->left_out = sorted->len > MOST_HOSTS ? sorted->len - MOST_HOSTS : 0;
	for (guint i = 0; i < sorted->len && i < MOST_HOSTS; i++) {
		const struct dns_record *record = sorted->pdata[i];
		add_host(look, record->name, record->preference, false);
	}
	look_at_hosts(look);
}

static void
mx_found(void *user, struct dns_answer *answer)
{
	struct look *look = user;
	if (look->check != NULL) {
		struct check_mx *mx = &look->check->mx;
		mx->why = keep(look, answer->why);
		mx->secure = answer->authentic;
		if (answer->status != DNS_FAILED && dns_is_trusted(look->tools->dns))
			look->check->dnssec = answer->authentic ? CHECK_FINE : CHECK_ABSENT;
		if (answer->status == DNS_FINE) {
			take_mx(look, answer);
		} else if (answer->status == DNS_NO_NAME) {
			mx->status = CHECK_ABSENT;
			mx->why = "there is no such domain";
		} else if (answer->status == DNS_NO_DATA) {
			mx->status = CHECK_FINE;
			make_room(look, 1);
			add_host(look, look->check->domain, 0, true);
			look_at_hosts(look);
		}
	}
	release(look);
}

/* ---- what the parts come to, once all are there ---- */

static void
judge_host(struct look *look, struct host_look *with)
{
	struct check_host *host = with->host;
	struct arena *arena = look->check->arena;
	const struct sts_policy *policy = look->check->policy.policy;
	if (policy != NULL && policy->usable)
		host->policy_match = mx_match_any(policy->mx, policy->n_mx, host->name);
	host->n_tlsa = with->tlsa->len;
	host->tlsa = arena_calloc(arena, host->n_tlsa + 1, sizeof *host->tlsa);
	for (size_t i = 0; i < host->n_tlsa; i++)
		dane_describe(arena, with->tlsa->pdata[i], &host->tlsa[i]);
	for (size_t i = 0; i < host->n_addresses; i++)
		dane_judge(arena, host, &host->addresses[i], with->tlsa, with->addresses[i].chain);
}

static void
judge_hosts(struct look *look)
{
	for (size_t i = 0; i < look->n_hosts; i++)
		judge_host(look, &look->hosts[i]);
}

/* ---- the beginning ---- */

static struct check *
new_check(const char *domain, int64_t at)
{
	static const char late[] = "no answer within the time for the domain";
	struct arena *arena = arena_new();
	struct check *check = arena_calloc(arena, 1, sizeof *check);
	check->arena = arena;
	check->domain = arena_strdup(arena, domain);
	check->at = at;
	check->mx.status = check->sts_record.status = check->policy.status = check->tlsrpt.status =
		check->dnssec = CHECK_UNKNOWN;
	check->mx.why = check->sts_record.why = check->policy.why = check->tlsrpt.why = late;
	check->policy.host = arena_printf(arena, "mta-sts.%s", domain);
	check->policy.outcome = FETCH_UNREACHABLE;
	return check;
}

static void
ask_text(struct look *look, const char *prefix, void (*done)(void *, struct dns_answer *))
{
	g_autofree char *name = g_strconcat(prefix, look->check->domain, NULL);
	dns_ask(look->tools->dns, name, DNS_TXT, false, done, look);
}

void
domain_look_start(struct domain_look_tools *tools, const char *domain, int64_t at,
	void (*done)(void *user, struct check *check), void *user)
{
	struct look *look = g_new0(struct look, 1);
	tools->alive++;
	look->tools = tools;
	look->check = new_check(domain, at);
	look->check->unprobed = tools->no_probe;
	look->done = done;
	look->user = user;
	look->limit = timer_new(tools->loop, time_is_over, look);
	timer_set(look->limit, (uint64_t)tools->seconds * 1000);
	look->pending = 4;
	ask_text(look, "_mta-sts.", sts_record_found);
	ask_text(look, "_smtp._tls.", tlsrpt_record_found);
	dns_ask(tools->dns, domain, DNS_MX, false, mx_found, look);
	host_addresses_ask(tools->dns, look->check->policy.host, false, tools->allow_private,
		policy_host_found, look);
}
