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

/* Whether text is what may stand behind an address: nothing, or a port. */
static bool
is_port(const char *text)
{
	size_t digits = text[0] == ':' ? strspn(text + 1, "0123456789") : 0;
	return text[0] == '\0' || (digits > 0 && digits <= 5 && text[1 + digits] == '\0');
}

/* The address in an element, without what stands around it; NULL: there is none.  text is cut. */
static const char *
unwrap(char *text)
{
	size_t length = strlen(text);
	if (length >= 2 && text[0] == '"' && text[length - 1] == '"') {
		text[length - 1] = '\0';
		text++;
	}
	if (text[0] == '[') {
		char *bracket = strchr(text, ']');
		if (bracket == NULL || !is_port(bracket + 1))
			return NULL;
		*bracket = '\0';
		return text + 1;
	}
	/* one colon is that of a port: IPv6 has two at least */
	char *colon = strchr(text, ':');
	bool port = colon != NULL && strchr(colon + 1, ':') == NULL;
	if (port && !is_port(colon))
		return NULL;
	if (port)
		*colon = '\0';
	return text;
}

/* Reads one element: an address, perhaps with a port ("192.0.2.1:80", "[2001:db8::1]:80"), perhaps
   in double quotes, as proxies write them. */
static bool
parse_element(const char *text, size_t length, struct address *address)
{
	char copy[ADDRESS_TEXT_BYTES + sizeof "\"[]:65535\""];
	while (length > 0 && g_ascii_isspace(text[0]))
		text++, length--;
	while (length > 0 && g_ascii_isspace(text[length - 1]))
		length--;
	if (length >= sizeof copy)
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';

	const char *inner = unwrap(copy);
	struct address parsed;
	if (inner == NULL || !address_parse(inner, &parsed) || parsed.local)
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
