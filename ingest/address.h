/* Addresses of peers, and networks of them. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#define ADDRESS_TEXT_BYTES INET6_ADDRSTRLEN

/* IPv4 is kept as ::ffff:a.b.c.d, so that a dual-stack socket and an IPv4 one tell the same. */
struct address {
	struct in6_addr ip;
	bool local; /* came over a Unix socket: ip is all zero */
};

struct network {
	struct address base;
	unsigned bits; /* of the 128 */
};

/* The address of a socket's peer; one that is neither IPv4 nor IPv6 is local. */
struct address address_of(const struct sockaddr *peer);

/* Reads "192.0.2.1", "2001:db8::1" or "unix". */
bool address_parse(const char *text, struct address *address);

/* "192.0.2.1", "2001:db8::1", "unix" */
const char *address_text(const struct address *address, char buffer[ADDRESS_TEXT_BYTES]);

/* What rates and counts go by: an IPv4 address, or the /64 of an IPv6 one, since that is what one
   customer gets. */
uint64_t address_group(const struct address *address);

/* Whether nobody but this machine can have it: 127.0.0.0/8, ::1, a Unix socket. */
bool address_is_loopback(const struct address *address);

/* Reads an address, or one with "/LENGTH". */
bool network_parse(const char *text, struct network *network);
bool network_has(const struct network *network, const struct address *address);
