/* Fuzz target: X-Forwarded-For behind a proxy.  The first line of an input is the address of the
   peer, what follows is the header's value. */
#include "ingest/proxy_address.h"

#include <string.h>

#include <glib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const proxy_texts[] = { "127.0.0.1", "10.0.0.0/9", "2001:db8::/61", "unix" };
static struct network proxies[G_N_ELEMENTS(proxy_texts)];

static void
make_proxies(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(proxy_texts); i++)
		g_assert_true(network_parse(proxy_texts[i], &proxies[i]));
}

static bool
is_proxy(const struct address *address)
{
	return proxy_address_is_proxy(proxies, G_N_ELEMENTS(proxies), address);
}

static bool
is_same(const struct address *one, const struct address *other)
{
	return one->local == other->local && memcmp(&one->ip, &other->ip, sizeof one->ip) == 0;
}

/* Its text reads back as itself, and is one that the spool's reader takes. */
static void
assert_text(const struct address *address)
{
	char text[ADDRESS_TEXT_BYTES];
	struct address again;
	address_text(address, text);
	g_assert_true(address_parse(text, &again) && is_same(address, &again));
	g_assert_true(address->local || g_hostname_is_ip_address(text));
	g_assert_true(!address->local || address_is_loopback(address));
}

static struct address
client_of(const struct address *peer, const char *forwarded)
{
	return proxy_address(proxies, G_N_ELEMENTS(proxies), peer, forwarded);
}

/* Whatever the client says of itself stands before what proxies add, and moves nothing. */
static void
assert_claims_are_nothing(
	const struct address *peer, const struct address *client, const char *forwarded)
{
	static const char *const claims[] = { "198.51.100.9,", "127.0.0.1,", ",", "unix,", "x, " };
	for (size_t i = 0; i < G_N_ELEMENTS(claims); i++) {
		g_autofree char *longer = g_strconcat(claims[i], forwarded, NULL);
		struct address again = client_of(peer, longer);
		g_assert_true(is_same(client, &again));
	}
}

/* A further proxy, one that is known, tells of the same client. */
static void
assert_hop(const struct address *peer, const struct address *client, const char *forwarded)
{
	char text[ADDRESS_TEXT_BYTES];
	if (peer->local)
		return; /* a header cannot claim one */
	g_autofree char *longer = g_strdup_printf("%s, %s", forwarded, address_text(peer, text));
	struct address again = client_of(&proxies[0].base, longer);
	g_assert_true(is_same(client, &again));
}

static void
assert_client(const struct address *peer, const char *forwarded)
{
	struct address client = client_of(peer, forwarded);
	assert_text(&client);
	if (!is_proxy(peer))
		g_assert_true(is_same(&client, peer));
	g_assert_true(!client.local || peer->local);
	if (!is_proxy(&client))
		assert_claims_are_nothing(peer, &client, forwarded);
	assert_hop(peer, &client, forwarded);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const peers[] = { "127.0.0.1", "unix" };
	g_autofree char *text = g_strndup((const char *)data, size);
	make_proxies();

	char *forwarded = strchr(text, '\n');
	if (forwarded == NULL)
		return 0;
	*forwarded++ = '\0';
	struct address peer;
	if (address_parse(text, &peer))
		assert_client(&peer, forwarded);
	for (size_t i = 0; i < G_N_ELEMENTS(peers); i++) {
		g_assert_true(address_parse(peers[i], &peer));
		assert_client(&peer, forwarded);
	}
	return 0;
}
