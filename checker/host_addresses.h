/* The addresses of a host, A and AAAA, sorted into those that may be asked and those that may not.
 */
#pragma once

#include "checker/dns.h"

struct host_address {
	char *ip;
	const char *refused; /* a word for why not; NULL: it may be asked */
};

struct host_addresses {
	enum dns_status status; /* DNS_FINE: there are some; DNS_FAILED: nobody could tell */
	char *why;              /* what failed, of one family at least; NULL: nothing */
	bool authentic;         /* all answers were */
	GPtrArray *addresses;   /* struct host_address * */
	GPtrArray *cnames;      /* char *: the names that the host is an alias of */
};

/* Asks for both; done is called once, later, with what lives for the call. */
void host_addresses_ask(struct dns *dns, const char *name, bool shared, bool allow_private,
	void (*done)(void *user, const struct host_addresses *found), void *user);

/* The first that may not be asked; NULL: none. */
const struct host_address *host_addresses_refused(const struct host_addresses *found);

/* Those that may be asked, NULL at the end; g_free it, not its elements. */
char **host_addresses_allowed(const struct host_addresses *found);
