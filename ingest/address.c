/* Addresses of peers, and networks of them. */
#include "ingest/address.h"

#include <arpa/inet.h>
#include <string.h>

#include <glib.h>

/* How many of the 128 bits stand before an IPv4 address. */
#define MAPPED_BITS 96

static struct in6_addr
mapped(struct in_addr ip4)
{
	struct in6_addr ip = { .s6_addr = { [10] = 0xff, [11] = 0xff } };
	memcpy(&ip.s6_addr[12], &ip4, sizeof ip4);
	return ip;
}

struct address
address_of(const struct sockaddr *peer)
{
	struct address address = { .local = true };
	if (peer == NULL)
		return address;
	if (peer->sa_family == AF_INET) {
		struct sockaddr_in in;
		memcpy(&in, peer, sizeof in);
		address = (struct address){ .ip = mapped(in.sin_addr) };
	} else if (peer->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;
		memcpy(&in6, peer, sizeof in6);
		address = (struct address){ .ip = in6.sin6_addr };
	}
	return address;
}

bool
address_parse(const char *text, struct address *address)
{
	struct in_addr ip4;
	struct in6_addr ip;
	if (strcmp(text, "unix") == 0)
		*address = (struct address){ .local = true };
	else if (inet_pton(AF_INET, text, &ip4) == 1)
		*address = (struct address){ .ip = mapped(ip4) };
	else if (inet_pton(AF_INET6, text, &ip) == 1)
		*address = (struct address){ .ip = ip };
	else
		return false;
	return true;
}

const char *
address_text(const struct address *address, char buffer[ADDRESS_TEXT_BYTES])
{
	if (address->local)
		g_strlcpy(buffer, "unix", ADDRESS_TEXT_BYTES);
	else if (IN6_IS_ADDR_V4MAPPED(&address->ip))
		inet_ntop(AF_INET, &address->ip.s6_addr[12], buffer, ADDRESS_TEXT_BYTES);
	else
		inet_ntop(AF_INET6, &address->ip, buffer, ADDRESS_TEXT_BYTES);
	return buffer;
}

uint64_t
address_group(const struct address *address)
{
	/* ::/64 holds no address of a peer but the mapped ones, whose last half tells them apart */
	uint64_t half;
	const uint8_t *from = IN6_IS_ADDR_V4MAPPED(&address->ip) ? &address->ip.s6_addr[8]
								 : &address->ip.s6_addr[0];
	memcpy(&half, from, sizeof half);
	return GUINT64_FROM_BE(half);
}

bool
address_is_loopback(const struct address *address)
{
	return address->local || IN6_IS_ADDR_LOOPBACK(&address->ip) ||
	       (IN6_IS_ADDR_V4MAPPED(&address->ip) && address->ip.s6_addr[12] == 127);
}

bool
network_parse(const char *text, struct network *network)
{
	g_auto(GStrv) pieces = g_strsplit(text, "/", 2);
	struct network parsed = { .bits = 128 };
	if (pieces[0] == NULL || !address_parse(pieces[0], &parsed.base))
		return false;
	if (pieces[1] != NULL) {
		guint64 length;
		unsigned before = IN6_IS_ADDR_V4MAPPED(&parsed.base.ip) ? MAPPED_BITS : 0;
		if (parsed.base.local ||
			!g_ascii_string_to_unsigned(pieces[1], 10, 0, 128 - before, &length, NULL))
			return false;
		parsed.bits = before + (unsigned)length;
	}
	*network = parsed;
	return true;
}

bool
network_has(const struct network *network, const struct address *address)
{
	if (network->base.local || address->local)
		return network->base.local && address->local;
	unsigned whole = network->bits / 8, rest = network->bits % 8;
	if (memcmp(&network->base.ip, &address->ip, whole) != 0)
		return false;
	uint8_t mask = (uint8_t)(0xff00 >> rest);
	return rest == 0 ||
	       ((network->base.ip.s6_addr[whole] ^ address->ip.s6_addr[whole]) & mask) == 0;
}
