/* Forward-confirmed reverse names of addresses: a name counts only if it leads back to the address,
   since whoever owns an address can let its reverse name say anything. */
#pragma once

#include "checker/dns.h"

/* Looks up the names of one address (text); done is called once, later.  names ends with NULL and
   lives for the call; NULL: nobody could tell. */
void peer_names_ask(struct dns *dns, const char *address,
	void (*done)(void *user, const char *address, char *const *names), void *user);

/* Looks up many, and returns when all are done.  resolver as in struct dns_options.  False with
   error: the resolver cannot be used. */
bool peer_names_run(const char *resolver, const GPtrArray *addresses,
	void (*done)(void *user, const char *address, char *const *names), void *user,
	GError **error);

/* "1.2.0.192.in-addr.arpa", or of IPv6 (RFC 1035 3.5, RFC 3596 2.5); NULL: no address.  g_free it.
 */
char *peer_names_reverse(const char *address);
