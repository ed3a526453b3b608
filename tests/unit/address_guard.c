/* Which addresses are not asked: the first and last of every network, and their neighbours. */
#include "checker/address_guard.h"

#include <arpa/inet.h>

#include "tests/unit/row.h"

static const struct {
	const char *address, *want; /* NULL: may be asked */
} rows[] = {
	{ "0.0.0.0", "unspecified" },
	{ "0.255.255.255", "unspecified" },
	{ "1.0.0.0", NULL },
	{ "9.255.255.255", NULL },
	{ "10.0.0.0", "private" },
	{ "10.255.255.255", "private" },
	{ "11.0.0.0", NULL },
	{ "100.63.255.255", NULL },
	{ "100.64.0.0", "carrier's private" },
	{ "100.127.255.255", "carrier's private" },
	{ "100.128.0.0", NULL },
	{ "126.255.255.255", NULL },
	{ "127.0.0.1", "loopback" },
	{ "127.255.255.255", "loopback" },
	{ "128.0.0.0", NULL },
	{ "169.253.255.255", NULL },
	{ "169.254.169.254", "link-local" },
	{ "169.255.0.0", NULL },
	{ "172.15.255.255", NULL },
	{ "172.16.0.0", "private" },
	{ "172.31.255.255", "private" },
	{ "172.32.0.0", NULL },
	{ "192.0.0.8", "reserved" },
	{ "192.0.1.0", NULL },
	{ "192.0.2.1", "documentation" },
	{ "192.0.3.0", NULL },
	{ "192.88.99.1", "reserved" },
	{ "192.88.98.1", NULL },
	{ "192.167.255.255", NULL },
	{ "192.168.0.0", "private" },
	{ "192.168.255.255", "private" },
	{ "192.169.0.0", NULL },
	{ "198.17.255.255", NULL },
	{ "198.18.0.0", "benchmarking" },
	{ "198.19.255.255", "benchmarking" },
	{ "198.20.0.0", NULL },
	{ "198.51.100.1", "documentation" },
	{ "198.51.101.1", NULL },
	{ "203.0.113.1", "documentation" },
	{ "203.0.112.1", NULL },
	{ "223.255.255.255", NULL },
	{ "224.0.0.1", "multicast" },
	{ "239.255.255.255", "multicast" },
	{ "240.0.0.0", "reserved" },
	{ "255.255.255.255", "reserved" },
	{ "::", "unspecified" },
	{ "::1", "loopback" },
	{ "::2", "unspecified" }, /* IPv4-compatible: 0.0.0.2 */
	{ "::127.0.0.1", "loopback" },
	{ "::8.8.8.8", "reserved" },
	{ "::ffff:127.0.0.1", "loopback" },
	{ "::ffff:10.1.2.3", "private" },
	{ "::ffff:8.8.8.8", NULL },
	{ "::ffff:0:169.254.169.254", "link-local" }, /* IPv4-translated */
	{ "::ffff:0:8.8.8.8", "reserved" },
	{ "64:ff9b::192.168.1.1", "private" },
	{ "64:ff9b::8.8.8.8", NULL },
	{ "64:ff9b:0:1::8.8.8.8", "reserved" },
	{ "64:ff9b:1::8.8.8.8", "private" },
	{ "100::1", "reserved" },
	{ "100:0:0:1::1", "reserved" },
	{ "1fff:ffff::1", "reserved" },
	{ "2000::1", NULL },
	{ "2001:4860:4860::8888", NULL },
	{ "2001::1", "unspecified" },                /* Teredo, server 0.0.0.0 */
	{ "2001:0:7f00:1::f7f7:f7f7", "loopback" },  /* its server 127.0.0.1 */
	{ "2001:0:808:808::80ff:fffe", "loopback" }, /* its client 127.0.0.1, inverted */
	{ "2001:0:808:808::f7f7:f7f7", NULL },
	{ "2001:2::1", "benchmarking" },
	{ "2001:2:1::1", NULL },
	{ "2001:10::1", "reserved" },
	{ "2001:20::1", "reserved" },
	{ "2001:db8::1", "documentation" },
	{ "2001:db9::1", NULL },
	{ "2002:7f00:1::1", "loopback" },
	{ "2002:a9fe:a9fe::1", "link-local" },
	{ "2002:808:808::1", NULL },
	{ "3ffe::1", NULL },
	{ "3fff::1", "documentation" },
	{ "3fff:fff:ffff::1", "documentation" },
	{ "3fff:1000::1", NULL },
	{ "4000::1", "reserved" },
	{ "5f00::1", "reserved" },
	{ "fbff::1", "reserved" },
	{ "fc00::1", "private" },
	{ "fdff:ffff::1", "private" },
	{ "fe00::1", "reserved" },
	{ "fe80::1", "link-local" },
	{ "febf::1", "link-local" },
	{ "fec0::1", "private" },
	{ "ff02::1", "multicast" },
	{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "multicast" },
};

static void
test_addresses(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		uint8_t bytes[16];
		char text[ADDRESS_GUARD_TEXT_BYTES];
		bool is4 = strchr(rows[i].address, ':') == NULL;
		size_t length = is4 ? 4 : 16;
		g_assert_cmpint(inet_pton(is4 ? AF_INET : AF_INET6, rows[i].address, bytes), ==, 1);
		const char *got = address_guard(bytes, length);
		if (g_strcmp0(got, rows[i].want) != 0)
			FAIL("%s: %s", rows[i].address, got);
		if (address_guard_text(bytes, length, text) == NULL)
			FAIL("%s: no text", rows[i].address);
	}
}

static void
test_lengths(void)
{
	static const uint8_t bytes[16] = { 8, 8, 8, 8 };
	char text[ADDRESS_GUARD_TEXT_BYTES];
	g_assert_null(address_guard(bytes, 4));
	g_assert_cmpstr(address_guard(bytes, 0), ==, "no Internet address");
	g_assert_cmpstr(address_guard(bytes, 5), ==, "no Internet address");
	g_assert_cmpstr(address_guard_text(bytes, 4, text), ==, "8.8.8.8");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/address-guard/addresses", test_addresses);
	g_test_add_func("/address-guard/lengths", test_lengths);
	return g_test_run();
}
