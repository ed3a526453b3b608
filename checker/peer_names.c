/* Reverse names, confirmed. */
#include "checker/peer_names.h"

#include <string.h>

#include <arpa/inet.h>

#include "ingest/domain_name.h"

/* Names of one address that are looked at: an honest one has one. */
#define MOST_NAMES 5

/* Questions at once. */
#define MOST_AT_ONCE 100

struct ask {
	struct dns *dns;
	char *address;
	uint8_t bytes[16];
	size_t length;
	GPtrArray *names; /* char *: confirmed */
	unsigned missing; /* answers */
	bool failed;
	void (*done)(void *user, const char *address, char *const *names);
	void *user;
};

/* A name that is being asked about. */
struct claim {
	struct ask *ask;
	char *name;
};

/* 4 or 16 bytes; 0: no address. */
static size_t
parse_address(const char *address, uint8_t bytes[16])
{
	if (inet_pton(AF_INET, address, bytes) == 1)
		return 4;
	return inet_pton(AF_INET6, address, bytes) == 1 ? 16 : 0;
}

char *
peer_names_reverse(const char *address)
{
	uint8_t bytes[16];
	size_t length = parse_address(address, bytes);
	GString *name = g_string_new(NULL);
	for (size_t i = length; i-- > 0;)
		if (length == 4)
			g_string_append_printf(name, "%u.", bytes[i]);
		else
			g_string_append_printf(name, "%x.%x.", bytes[i] & 15, bytes[i] >> 4);
	g_string_append(name, length == 4 ? "in-addr.arpa" : "ip6.arpa");
	return g_string_free(name, length == 0);
}

static void
finish(struct ask *ask)
{
	/* where one answer is missing, another time may know more */
	bool known = ask->names->len > 0 || !ask->failed;
	g_ptr_array_add(ask->names, NULL);
	ask->done(ask->user, ask->address, known ? (char *const *)ask->names->pdata : NULL);
	g_ptr_array_unref(ask->names);
	g_free(ask->address);
	g_free(ask);
}

static bool
leads_back(const struct ask *ask, const struct dns_answer *answer)
{
	for (guint i = 0; i < answer->records->len; i++) {
		const struct dns_record *record = answer->records->pdata[i];
		if (record->length == ask->length &&
			memcmp(record->data, ask->bytes, ask->length) == 0)
			return true;
	}
	return false;
}

static void
claim_answered(void *user, struct dns_answer *answer)
{
	struct claim *claim = user;
	struct ask *ask = claim->ask;
	ask->failed = ask->failed || answer->status == DNS_FAILED;
	if (leads_back(ask, answer))
		g_ptr_array_add(ask->names, g_steal_pointer(&claim->name));
	g_free(claim->name);
	g_free(claim);
	if (--ask->missing == 0)
		finish(ask);
}

static void
confirm(struct ask *ask, const struct dns_record *record)
{
	char *name = domain_name_normalise(record->name, false);
	if (name == NULL)
		return;
	struct claim *claim = g_new(struct claim, 1);
	*claim = (struct claim){ ask, name };
	ask->missing++;
	dns_ask(ask->dns, name, ask->length == 4 ? DNS_A : DNS_AAAA, true, claim_answered, claim);
}

static void
names_answered(void *user, struct dns_answer *answer)
{
	struct ask *ask = user;
	ask->failed = answer->status == DNS_FAILED;
	for (guint i = 0; i < answer->records->len && i < MOST_NAMES; i++)
		confirm(ask, answer->records->pdata[i]);
	if (--ask->missing == 0)
		finish(ask);
}

void
peer_names_ask(struct dns *dns, const char *address,
	void (*done)(void *user, const char *address, char *const *names), void *user)
{
	struct ask *ask = g_new0(struct ask, 1);
	g_autofree char *name = peer_names_reverse(address);
	ask->dns = dns;
	ask->address = g_strdup(address);
	ask->length = parse_address(address, ask->bytes);
	ask->names = g_ptr_array_new_with_free_func(g_free);
	ask->missing = 1;
	ask->done = done;
	ask->user = user;
	dns_ask(dns, name != NULL ? name : "invalid", DNS_PTR, false, names_answered, ask);
}

struct run {
	struct loop *loop;
	guint left;
	void (*done)(void *user, const char *address, char *const *names);
	void *user;
};

static void
one_done(void *user, const char *address, char *const *names)
{
	struct run *run = user;
	run->done(run->user, address, names);
	if (--run->left == 0)
		loop_stop(run->loop);
}

bool
peer_names_run(const char *resolver, const GPtrArray *addresses,
	void (*done)(void *user, const char *address, char *const *names), void *user,
	GError **error)
{
	struct dns_options options = { resolver, MOST_AT_ONCE };
	struct run run = { loop_new(), addresses->len, done, user };
	struct dns *dns = dns_new(run.loop, &options, error);
	if (dns != NULL && addresses->len > 0) {
		for (guint i = 0; i < addresses->len; i++)
			peer_names_ask(dns, addresses->pdata[i], one_done, &run);
		loop_run(run.loop);
	}
	bool fine = dns != NULL;
	dns_free(dns);
	loop_free(run.loop);
	return fine;
}
