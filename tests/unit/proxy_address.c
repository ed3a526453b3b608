/* Addresses, networks, and the client behind a proxy. */
#include "ingest/proxy_address.h"

#include <string.h>

#include <glib.h>

static const struct {
	const char *name, *text, *want; /* want NULL: refused */
} addresses[] = {
	{ "IPv4", "192.0.2.1", "192.0.2.1" },
	{ "IPv6", "2001:db8::1", "2001:db8::1" },
	{ "mapped is IPv4", "::ffff:192.0.2.1", "192.0.2.1" },
	{ "Unix socket", "unix", "unix" },
	{ "empty", "", NULL },
	{ "with a port", "192.0.2.1:80", NULL },
	{ "a name", "localhost", NULL },
	{ "too many parts", "192.0.2.1.1", NULL },
};

static void
test_addresses(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
		struct address address;
		char text[ADDRESS_TEXT_BYTES];
		g_test_message("%s", addresses[i].name);
		bool parsed = address_parse(addresses[i].text, &address);
		g_assert_cmpint(parsed, ==, addresses[i].want != NULL);
		if (parsed)
			g_assert_cmpstr(address_text(&address, text), ==, addresses[i].want);
	}
}

static const struct {
	const char *name, *a, *b;
	bool same;
} groups[] = {
	{ "one IPv4 address", "192.0.2.1", "192.0.2.1", true },
	{ "mapped and plain", "192.0.2.1", "::ffff:192.0.2.1", true },
	{ "two IPv4 addresses", "192.0.2.1", "192.0.2.2", false },
	{ "one /64", "2001:db8::1", "2001:db8::ffff:1", true },
	{ "two /64", "2001:db8::1", "2001:db8:0:1::1", false },
	{ "IPv4 is not ::/64", "0.0.0.1", "::1", false },
	{ "a Unix socket is nobody else", "unix", "192.0.2.1", false },
};

static void
test_groups(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(groups); i++) {
		struct address a, b;
		g_test_message("%s", groups[i].name);
		g_assert_true(address_parse(groups[i].a, &a) && address_parse(groups[i].b, &b));
		g_assert_cmpint(address_group(&a) == address_group(&b), ==, groups[i].same);
	}
}

static const struct {
	const char *name, *network, *address;
	int want; /* -1: no network */
} networks[] = {
	{ "the address alone", "192.0.2.1", "192.0.2.1", 1 },
	{ "another address", "192.0.2.1", "192.0.2.2", 0 },
	{ "first of a /24", "192.0.2.0/24", "192.0.2.0", 1 },
	{ "last of a /24", "192.0.2.0/24", "192.0.2.255", 1 },
	{ "behind a /24", "192.0.2.0/24", "192.0.3.0", 0 },
	{ "inside a /25", "192.0.2.128/25", "192.0.2.200", 1 },
	{ "before a /25", "192.0.2.128/25", "192.0.2.127", 0 },
	{ "all of IPv4", "0.0.0.0/0", "198.51.100.1", 1 },
	{ "IPv4 is not IPv6", "0.0.0.0/0", "2001:db8::1", 0 },
	{ "inside a /32", "2001:db8::/32", "2001:db8:ffff::1", 1 },
	{ "outside a /32", "2001:db8::/32", "2001:db9::1", 0 },
	{ "all of IPv6", "::/0", "2001:db8::1", 1 },
	{ "Unix sockets", "unix", "unix", 1 },
	{ "Unix sockets are no address", "::/0", "unix", 0 },
	{ "an address is no Unix socket", "unix", "::1", 0 },
	{ "length too long", "192.0.2.0/33", "192.0.2.0", -1 },
	{ "length empty", "192.0.2.0/", "192.0.2.0", -1 },
	{ "length no number", "192.0.2.0/x", "192.0.2.0", -1 },
	{ "length of a Unix socket", "unix/8", "unix", -1 },
};

static void
test_networks(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(networks); i++) {
		struct network network;
		struct address address;
		g_test_message("%s", networks[i].name);
		g_assert_true(address_parse(networks[i].address, &address));
		if (networks[i].want < 0)
			g_assert_false(network_parse(networks[i].network, &network));
		else {
			g_assert_true(network_parse(networks[i].network, &network));
			g_assert_cmpint(network_has(&network, &address), ==, networks[i].want);
		}
	}
}

static const struct {
	const char *name, *peer, *forwarded, *want;
} clients[] = {
	{ "no proxy: its word is not believed", "192.0.2.9", "198.51.100.1", "192.0.2.9" },
	{ "a proxy without the header", "127.0.0.1", NULL, "127.0.0.1" },
	{ "a proxy with an empty header", "127.0.0.1", "", "127.0.0.1" },
	{ "one client", "127.0.0.1", "198.51.100.1", "198.51.100.1" },
	{ "what the client claims comes first", "127.0.0.1", "10.9.9.9, 198.51.100.1",
		"198.51.100.1" },
	{ "two proxies", "127.0.0.1", "198.51.100.1, 10.0.0.7", "198.51.100.1" },
	{ "proxies only", "127.0.0.1", "10.0.0.8, 10.0.0.7", "10.0.0.8" },
	{ "IPv6", "127.0.0.1", "2001:db8::7", "2001:db8::7" },
	{ "with a port", "127.0.0.1", "198.51.100.1:4711", "198.51.100.1" },
	{ "IPv6 with a port", "127.0.0.1", "\"[2001:db8::7]:4711\"", "2001:db8::7" },
	{ "IPv6 in brackets", "127.0.0.1", "[2001:db8::7]", "2001:db8::7" },
	{ "much white space", "127.0.0.1",
		"                                                            198.51.100.1\t",
		"198.51.100.1" },
	{ "no port behind the colon", "127.0.0.1", "198.51.100.1:", "127.0.0.1" },
	{ "a port that is none", "127.0.0.1", "198.51.100.1:http", "127.0.0.1" },
	{ "a port that is too long", "127.0.0.1", "198.51.100.1:123456", "127.0.0.1" },
	{ "more behind brackets", "127.0.0.1", "[2001:db8::7]x:80", "127.0.0.1" },
	{ "a bracket only", "127.0.0.1", "[2001:db8::7", "127.0.0.1" },
	{ "a quote only", "127.0.0.1", "\"198.51.100.1", "127.0.0.1" },
	{ "an element that is no address", "127.0.0.1", "198.51.100.1, unknown, 10.0.0.7",
		"10.0.0.7" },
	{ "no Unix socket by claim", "127.0.0.1", "unix", "127.0.0.1" },
	{ "an endless element", "127.0.0.1",
		"1111111111111111111111111111111111111111111111111111111111111111111111111111111",
		"127.0.0.1" },
	{ "from a Unix socket", "unix", "198.51.100.1", "198.51.100.1" },
	{ "commas only", "127.0.0.1", ",,,", "127.0.0.1" },
};

static void
test_clients(void)
{
	struct network proxies[3];
	g_assert_true(network_parse("127.0.0.1", &proxies[0]) &&
		      network_parse("10.0.0.0/8", &proxies[1]) &&
		      network_parse("unix", &proxies[2]));
	for (size_t i = 0; i < G_N_ELEMENTS(clients); i++) {
		struct address peer, client;
		char text[ADDRESS_TEXT_BYTES];
		g_test_message("%s", clients[i].name);
		g_assert_true(address_parse(clients[i].peer, &peer));
		client = proxy_address(proxies, 3, &peer, clients[i].forwarded);
		g_assert_cmpstr(address_text(&client, text), ==, clients[i].want);
	}
}

static void
test_loopback(void)
{
	static const struct {
		const char *text;
		bool want;
	} cases[] = { { "127.0.0.1", true }, { "127.9.9.9", true }, { "::1", true },
		{ "unix", true }, { "0.0.0.0", false }, { "::", false }, { "192.0.2.1", false } };
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct address address;
		g_test_message("%s", cases[i].text);
		g_assert_true(address_parse(cases[i].text, &address));
		g_assert_cmpint(address_is_loopback(&address), ==, cases[i].want);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/address/text", test_addresses);
	g_test_add_func("/address/group", test_groups);
	g_test_add_func("/address/network", test_networks);
	g_test_add_func("/address/loopback", test_loopback);
	g_test_add_func("/proxy-address/client", test_clients);
	return g_test_run();
}
