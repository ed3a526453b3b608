/* Names in Host and Origin. */
#include "analyze/web/origin.h"

#include <string.h>

#include <glib.h>

#include "ingest/address.h"

/* Without the port, in small letters. */
static char *
bare_name(const char *host)
{
	char *name = g_ascii_strdown(host, -1);
	char *bracket = strrchr(name, ']'), *colon = strrchr(name, ':');
	if (colon != NULL && (bracket == NULL || colon > bracket))
		*colon = '\0';
	return name;
}

static bool
is_among(const char *name, char *const *hosts)
{
	for (; hosts != NULL && *hosts != NULL; hosts++)
		if (g_ascii_strcasecmp(name, *hosts) == 0)
			return true;
	return false;
}

/* "127.0.0.1", "[::1]" */
static bool
is_loopback(char *name)
{
	struct address address;
	size_t length = strlen(name);
	bool bracketed = length > 2 && name[0] == '[' && name[length - 1] == ']';
	if (bracketed)
		name[length - 1] = '\0';
	return address_parse(name + bracketed, &address) && !address.local &&
	       address_is_loopback(&address);
}

bool
origin_is_own_name(const char *host, char *const *hosts)
{
	if (host == NULL)
		return false;
	g_autofree char *name = bare_name(host);
	return strcmp(name, "localhost") == 0 || is_among(name, hosts) || is_loopback(name);
}

bool
origin_is_own_form(const char *site, const char *origin, const char *host, char *const *hosts)
{
	if (site != NULL)
		return strcmp(site, "same-origin") == 0;
	if (origin == NULL)
		return true;
	const char *separator = strstr(origin, "://");
	if (separator == NULL)
		return false;
	const char *from = separator + strlen("://");
	g_autofree char *name = bare_name(from);
	return (host != NULL && g_ascii_strcasecmp(from, host) == 0) || is_among(name, hosts);
}
