/* Looking up A and AAAA together. */
#include "checker/host_addresses.h"

#include "checker/address_guard.h"

/* Addresses that are looked at: the largest mail hosts have some dozen. */
#define MOST_ADDRESSES 16

struct ask {
	struct host_addresses found;
	unsigned missing; /* answers */
	bool allow_private;
	void (*done)(void *user, const struct host_addresses *found);
	void *user;
};

static void
address_free(gpointer data)
{
	struct host_address *address = data;
	g_free(address->ip);
	g_free(address);
}

static void
add(struct ask *ask, const struct dns_record *record)
{
	char text[ADDRESS_GUARD_TEXT_BYTES];
	if (ask->found.addresses->len >= MOST_ADDRESSES)
		return;
	struct host_address *address = g_new(struct host_address, 1);
	address->ip = g_strdup(address_guard_text(record->data, record->length, text));
	address->refused = ask->allow_private ? NULL : address_guard(record->data, record->length);
	g_ptr_array_add(ask->found.addresses, address);
}

static void
add_answer(struct ask *ask, const struct dns_answer *answer)
{
	struct host_addresses *found = &ask->found;
	found->authentic = found->authentic && answer->authentic;
	if (answer->status == DNS_FAILED && found->why == NULL)
		found->why = g_strdup(answer->why);
	if (answer->status == DNS_NO_NAME && found->status != DNS_FINE)
		found->status = DNS_NO_NAME;
	for (guint i = 0; i < answer->records->len; i++)
		add(ask, answer->records->pdata[i]);
	for (guint i = 0; found->cnames->len < answer->cnames->len && i < answer->cnames->len; i++)
		if (i >= found->cnames->len)
			g_ptr_array_add(found->cnames, g_strdup(answer->cnames->pdata[i]));
}

static void
answered(void *user, struct dns_answer *answer)
{
	struct ask *ask = user;
	struct host_addresses *found = &ask->found;
	add_answer(ask, answer);
	if (--ask->missing > 0)
		return;
	if (found->addresses->len > 0)
		found->status = DNS_FINE;
	else if (found->why != NULL)
		found->status = DNS_FAILED;
	ask->done(ask->user, found);
	g_free(found->why);
	g_ptr_array_unref(found->addresses);
	g_ptr_array_unref(found->cnames);
	g_free(ask);
}

void
host_addresses_ask(struct dns *dns, const char *name, bool shared, bool allow_private,
	void (*done)(void *user, const struct host_addresses *found), void *user)
{
	struct ask *ask = g_new0(struct ask, 1);
	ask->found.status = DNS_NO_DATA;
	ask->found.authentic = true;
	ask->found.addresses = g_ptr_array_new_with_free_func(address_free);
	ask->found.cnames = g_ptr_array_new_with_free_func(g_free);
	ask->missing = 2;
	ask->allow_private = allow_private;
	ask->done = done;
	ask->user = user;
	dns_ask(dns, name, DNS_A, shared, answered, ask);
	dns_ask(dns, name, DNS_AAAA, shared, answered, ask);
}

const struct host_address *
host_addresses_refused(const struct host_addresses *found)
{
	for (guint i = 0; i < found->addresses->len; i++) {
		const struct host_address *address = found->addresses->pdata[i];
		if (address->refused != NULL)
			return address;
	}
	return NULL;
}

char **
host_addresses_allowed(const struct host_addresses *found)
{
	GPtrArray *allowed = g_ptr_array_new();
	for (guint i = 0; i < found->addresses->len; i++) {
		const struct host_address *address = found->addresses->pdata[i];
		if (address->refused == NULL)
			g_ptr_array_add(allowed, address->ip);
	}
	g_ptr_array_add(allowed, NULL);
	return (char **)g_ptr_array_free(allowed, FALSE);
}
