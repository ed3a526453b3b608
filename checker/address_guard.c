/* The special-purpose address registries (RFC 6890 and IANA's lists). */
#include "checker/address_guard.h"

#include <string.h>

#include <arpa/inet.h>

struct network {
	uint8_t bytes[16];
	unsigned bits;
	const char *kind;
};

static const struct network networks4[] = {
	{ { 0 }, 8, "unspecified" },
	{ { 10 }, 8, "private" },
	{ { 100, 64 }, 10, "carrier's private" }, /* RFC 6598 */
	{ { 127 }, 8, "loopback" },
	{ { 169, 254 }, 16, "link-local" },
	{ { 172, 16 }, 12, "private" },
	{ { 192, 0, 0 }, 24, "reserved" },
	{ { 192, 0, 2 }, 24, "documentation" },
	{ { 192, 88, 99 }, 24, "reserved" }, /* RFC 7526 */
	{ { 192, 168 }, 16, "private" },
	{ { 198, 18 }, 15, "benchmarking" },
	{ { 198, 51, 100 }, 24, "documentation" },
	{ { 203, 0, 113 }, 24, "documentation" },
	{ { 224 }, 4, "multicast" },
	{ { 240 }, 4, "reserved" },
};

static const struct network networks6[] = {
	{ { 0 }, 128, "unspecified" },
	{ { [15] = 1 }, 128, "loopback" },
	{ { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01 }, 48, "private" }, /* RFC 8215 */
	{ { 0x01, 0x00 }, 64, "reserved" },                        /* RFC 6666: discard */
	{ { 0x20, 0x01, 0x00, 0x02 }, 48, "benchmarking" },
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32, "documentation" },
	{ { 0x20, 0x01, 0x00, 0x10 }, 28, "reserved" }, /* ORCHID */
	{ { 0x20, 0x01, 0x00, 0x20 }, 28, "reserved" }, /* ORCHIDv2 */
	{ { 0x3f, 0xff, 0x00 }, 20, "documentation" },  /* RFC 9637 */
	{ { 0x5f, 0x00 }, 16, "reserved" },             /* RFC 9602 */
	{ { 0xfc }, 7, "private" },
	{ { 0xfe, 0x80 }, 10, "link-local" },
	{ { 0xfe, 0xc0 }, 10, "private" }, /* RFC 3879: site-local */
	{ { 0xff }, 8, "multicast" },
};

/* The only space that unicast addresses are given out of (RFC 4291 2.4, IANA's registry). */
static const struct network global6 = { { 0x20 }, 3 };

/* Where an IPv6 address holds an IPv4 address that a router in between would go to. */
static const struct {
	uint8_t bytes[16];
	unsigned bits;
	size_t offset;
	uint8_t mask; /* the address is held inverted: Teredo's client (RFC 4380 4) */
} holders[] = {
	{ { [10] = 0xff, [11] = 0xff }, 96, 12, 0 },  /* IPv4-mapped */
	{ { 0x00, 0x64, 0xff, 0x9b }, 96, 12, 0 },    /* NAT64, RFC 6052 */
	{ { 0 }, 96, 12, 0 },                         /* IPv4-compatible */
	{ { [8] = 0xff, [9] = 0xff }, 96, 12, 0 },    /* IPv4-translated, RFC 2765 */
	{ { 0x20, 0x02 }, 16, 2, 0 },                 /* 6to4 */
	{ { 0x20, 0x01, 0x00, 0x00 }, 32, 4, 0 },     /* Teredo's server */
	{ { 0x20, 0x01, 0x00, 0x00 }, 32, 12, 0xff }, /* Teredo's client */
};

static bool
lies_in(const uint8_t *address, const uint8_t *network, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;
	if (memcmp(address, network, whole) != 0)
		return false;
	uint8_t mask = (uint8_t)(0xff << (8 - rest));
	return rest == 0 || ((address[whole] ^ network[whole]) & mask) == 0;
}

static const char *
find(const struct network *networks, size_t count, const uint8_t *address)
{
	for (size_t i = 0; i < count; i++)
		if (lies_in(address, networks[i].bytes, networks[i].bits))
			return networks[i].kind;
	return NULL;
}

static const char *
guard4(const uint8_t *address)
{
	return find(networks4, sizeof networks4 / sizeof *networks4, address);
}

/* The first two holders stand for the IPv4 address and nothing else. */
static bool
may_be_asked(const uint8_t *address)
{
	return lies_in(address, global6.bytes, global6.bits) ||
	       lies_in(address, holders[0].bytes, holders[0].bits) ||
	       lies_in(address, holders[1].bytes, holders[1].bits);
}

static const char *
guard6(const uint8_t *address)
{
	const char *kind = find(networks6, sizeof networks6 / sizeof *networks6, address);
	for (size_t i = 0; kind == NULL && i < sizeof holders / sizeof *holders; i++) {
		uint8_t held[4];
		if (!lies_in(address, holders[i].bytes, holders[i].bits))
			continue;
		for (size_t b = 0; b < sizeof held; b++)
			held[b] = address[holders[i].offset + b] ^ holders[i].mask;
		kind = guard4(held);
	}
	return kind != NULL || may_be_asked(address) ? kind : "reserved";
}

const char *
address_guard(const uint8_t *address, size_t length)
{
	if (length == 4)
		return guard4(address);
	return length == 16 ? guard6(address) : "no Internet address";
}

const char *
address_guard_text(const uint8_t *address, size_t length, char text[ADDRESS_GUARD_TEXT_BYTES])
{
	return inet_ntop(length == 4 ? AF_INET : AF_INET6, address, text, ADDRESS_GUARD_TEXT_BYTES);
}
