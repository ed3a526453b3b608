/* X-Forwarded-For, read from its end. */
#include "ingest/proxy_address.h"

#include <string.h>

#include <glib.h>

bool
proxy_address_is_proxy(
	const struct network *proxies, size_t n_proxies, const struct address *address)
{
	for (size_t i = 0; i < n_proxies; i++)
		if (network_has(&proxies[i], address))
			return true;
	return false;
}

/* Reads one element: an address, perhaps with a port ("192.0.2.1:80", "[2001:db8::1]:80"), perhaps
   in double quotes, as proxies write them. */
static bool
parse_element(const char *text, size_t length, struct address *address)
{
	char copy[ADDRESS_TEXT_BYTES + sizeof "\"[]:65535\""];
	if (length >= sizeof copy)
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';

	char *start = g_strstrip(copy);
	size_t end = strlen(start);
	if (end >= 2 && start[0] == '"' && start[end - 1] == '"') {
		start[end - 1] = '\0';
		start++;
	}
	char *colon = strchr(start, ':');
	if (start[0] == '[') {
		start++;
		start[strcspn(start, "]")] = '\0';
	} else if (colon != NULL && strchr(colon + 1, ':') == NULL) {
		*colon = '\0'; /* one colon only: IPv4 with a port */
	}
	struct address parsed;
	if (!address_parse(start, &parsed) || parsed.local)
		return false;
	*address = parsed;
	return true;
}

struct address
proxy_address(const struct network *proxies, size_t n_proxies, const struct address *peer,
	const char *forwarded)
{
	struct address client = *peer;
	size_t end = forwarded != NULL ? strlen(forwarded) : 0;

	while (end > 0 && proxy_address_is_proxy(proxies, n_proxies, &client)) {
		size_t start = end;
		while (start > 0 && forwarded[start - 1] != ',')
			start--;
		if (!parse_element(forwarded + start, end - start, &client))
			break;
		end = start > 0 ? start - 1 : 0;
	}
	return client;
}
