/* Caps on connections, rates, memory and reports. */
#include "ingest/guard.h"

#include <string.h>

#include <glib.h>

#define SECOND G_USEC_PER_SEC

static struct address
address(const char *text)
{
	struct address parsed;
	g_assert_true(address_parse(text, &parsed));
	return parsed;
}

static struct guard *
new_guard(void)
{
	struct guard_options options = {
		.connections = 8,
		.connections_per_address = 3,
		.rate = 10,
		.burst = 5,
		.bytes = 400 << 10,
		.bytes_per_address = 200 << 10,
		.reports_per_domain = 2,
	};
	return guard_new(&options);
}

static void
test_connections(void)
{
	struct guard *guard = new_guard();
	struct address a = address("192.0.2.1"), b = address("2001:db8::1"),
		       b2 = address("2001:db8::2"), proxy = address("127.0.0.1");
	for (int i = 0; i < 3; i++)
		g_assert_cmpint(guard_connect(guard, &a, false, 0), ==, GUARD_FINE);
	g_assert_cmpint(guard_connect(guard, &a, false, 0), ==, GUARD_ADDRESS_FULL);
	guard_disconnect(guard, &a, false);
	g_assert_cmpint(guard_connect(guard, &a, false, 0), ==, GUARD_FINE);

	/* one /64 is one address */
	g_assert_cmpint(guard_connect(guard, &b, false, 0), ==, GUARD_FINE);
	g_assert_cmpint(guard_connect(guard, &b2, false, 0), ==, GUARD_FINE);
	g_assert_cmpint(guard_connect(guard, &b, false, 0), ==, GUARD_FINE);
	g_assert_cmpint(guard_connect(guard, &b2, false, 0), ==, GUARD_ADDRESS_FULL);

	/* a proxy counts in all only */
	g_assert_false(guard_is_full(guard));
	for (int i = 0; i < 2; i++)
		g_assert_cmpint(guard_connect(guard, &proxy, true, 0), ==, GUARD_FINE);
	g_assert_true(guard_is_full(guard));
	g_assert_true(guard_crowded(guard));
	g_assert_cmpint(guard_connect(guard, &proxy, true, 0), ==, GUARD_FULL);
	guard_disconnect(guard, &proxy, true);
	g_assert_cmpuint(guard_connections(guard), ==, 7);
	g_assert_true(guard_crowded(guard));
	guard_disconnect(guard, &proxy, true);
	g_assert_false(guard_crowded(guard));
	guard_free(guard);
}

static int
admitted(struct guard *guard, const struct address *peer, int64_t now, int tries)
{
	int fine = 0;
	for (int i = 0; i < tries; i++)
		fine += guard_admit(guard, peer, now);
	return fine;
}

static void
test_rate(void)
{
	struct guard *guard = new_guard();
	struct address a = address("192.0.2.1"), b = address("192.0.2.2");
	g_assert_cmpint(admitted(guard, &a, 0, 9), ==, 5); /* the burst */
	g_assert_cmpint(admitted(guard, &b, 0, 1), ==, 1); /* others are not held back */
	g_assert_cmpint(admitted(guard, &a, SECOND / 2, 9), ==, 5);
	g_assert_cmpint(admitted(guard, &a, SECOND / 2 + SECOND / 5, 9), ==, 2);
	g_assert_cmpint(admitted(guard, &a, 100 * SECOND, 9), ==, 5); /* and no more than it */
	guard_free(guard);
}

static void
test_no_rate(void)
{
	struct guard_options options = { .connections = 1, .rate = 0, .burst = 1 };
	struct guard *guard = guard_new(&options);
	struct address a = address("192.0.2.1");
	g_assert_cmpint(admitted(guard, &a, 0, 1000), ==, 1000);
	guard_charge(guard, &a, 0, 1e9);
	g_assert_cmpint(admitted(guard, &a, 0, 1000), ==, 1000);
	guard_free(guard);
}

static void
test_charge(void)
{
	struct guard *guard = new_guard();
	struct address a = address("192.0.2.1");
	guard_charge(guard, &a, 0, 3);
	g_assert_cmpint(admitted(guard, &a, 0, 9), ==, 2);
	/* a debt, but of one burst at the most: gone after 5 tokens, one more for a request */
	guard_charge(guard, &a, 0, 1e6);
	g_assert_cmpint(admitted(guard, &a, SECOND / 2, 9), ==, 0);
	g_assert_cmpint(admitted(guard, &a, SECOND / 2 + SECOND / 10, 9), ==, 1);
	guard_free(guard);
}

static void
test_memory(void)
{
	struct guard *guard = new_guard();
	struct address a = address("192.0.2.1"), b = address("192.0.2.2"), c = address("192.0.2.3");
	const size_t k = 1 << 10;
	g_assert_cmpint(guard_hold(guard, &a, 0, 200 * k, 0), ==, GUARD_FINE);
	g_assert_cmpint(guard_hold(guard, &a, 200 * k, 1, 0), ==, GUARD_ADDRESS_FULL);
	g_assert_cmpint(guard_hold(guard, &b, 0, 100 * k, 0), ==, GUARD_FINE);
	/* three quarters are taken: large bodies find no room, small ones do */
	g_assert_cmpint(guard_hold(guard, &c, 0, 65 * k, 0), ==, GUARD_FULL);
	g_assert_cmpint(guard_hold(guard, &c, 60 * k, 5 * k, 0), ==, GUARD_FULL);
	g_assert_cmpint(guard_hold(guard, &c, 0, 64 * k, 0), ==, GUARD_FINE);
	g_assert_cmpint(guard_hold(guard, &c, 0, 36 * k, 0), ==, GUARD_FINE);
	g_assert_cmpint(guard_hold(guard, &c, 0, 1, 0), ==, GUARD_FULL);
	g_assert_cmpuint(guard_held(guard), ==, 400 * k);
	guard_release(guard, &a, 200 * k);
	guard_release(guard, &b, 100 * k);
	guard_release(guard, &c, 100 * k);
	g_assert_cmpuint(guard_held(guard), ==, 0);
	g_assert_cmpint(guard_hold(guard, &a, 0, 200 * k, 0), ==, GUARD_FINE);
	guard_free(guard);
}

static void
test_domain(void)
{
	struct guard *guard = new_guard();
	g_assert_cmpuint(guard_domain(guard, "a.example", 7), ==, 0);
	g_assert_cmpuint(guard_domain(guard, "a.example", 7), ==, 0);
	g_assert_cmpuint(guard_domain(guard, "a.example", 7), ==, 1);
	g_assert_cmpuint(guard_domain(guard, "a.example", 7), ==, 2);
	g_assert_cmpuint(guard_domain(guard, "b.example", 7), ==, 0);
	g_assert_cmpuint(guard_domain(guard, "a.example", 8), ==, 0); /* another day */
	guard_free(guard);
}

/* More addresses than are remembered: nobody is refused for it, and who is owed nothing is as one
   never seen, while one with a connection stays counted. */
static void
test_many_addresses(void)
{
	struct guard *guard = new_guard();
	struct address held = address("198.51.100.1"), other = held;
	for (int i = 0; i < 3; i++)
		guard_connect(guard, &held, false, 0);
	for (uint32_t i = 0; i < 300000; i++) {
		uint32_t ip = g_htonl(0x0a000000 + i);
		memcpy(&other.ip.s6_addr[12], &ip, sizeof ip);
		g_assert_true(guard_admit(guard, &other, i));
	}
	g_assert_cmpint(guard_connect(guard, &held, false, 0), ==, GUARD_ADDRESS_FULL);
	guard_free(guard);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/guard/connections", test_connections);
	g_test_add_func("/guard/rate", test_rate);
	g_test_add_func("/guard/no-rate", test_no_rate);
	g_test_add_func("/guard/charge", test_charge);
	g_test_add_func("/guard/memory", test_memory);
	g_test_add_func("/guard/domain", test_domain);
	g_test_add_func("/guard/many-addresses", test_many_addresses);
	return g_test_run();
}
