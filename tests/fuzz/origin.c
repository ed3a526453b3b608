/* Fuzz target: Host and Origin of a request.  Whatever is taken for this machine's own name is
   "localhost", one of the names that were given, or made of an address's characters alone. */
#include "analyze/web/origin.h"

#include <stdint.h>
#include <string.h>

#include <glib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *hosts[] = { (char *)"pages.example", NULL };

/* The value up to its last colon, where no bracket follows that. */
static char *
without_port(const char *value)
{
	const char *colon = strrchr(value, ':'), *bracket = strrchr(value, ']');
	return colon == NULL || (bracket != NULL && bracket > colon)
		       ? g_strdup(value)
		       : g_strndup(value, (gsize)(colon - value));
}

static void
assert_own(const char *value)
{
	g_autofree char *name = without_port(value);
	if (g_ascii_strcasecmp(name, "localhost") == 0 || g_ascii_strcasecmp(name, hosts[0]) == 0)
		return;
	g_assert_cmpuint(strspn(name, "0123456789abcdefABCDEF:.[]"), ==, strlen(name));
	g_assert_cmpuint(strlen(name), <, 50);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *value = g_strndup((const char *)data, size);
	g_autofree char *origin = g_strconcat("http://", value, NULL);
	if (origin_is_own_name(value, hosts))
		assert_own(value);
	/* a form of the very host is ours; one that another site tells of never is */
	g_assert_true(origin_is_own_form(NULL, origin, value, NULL));
	g_assert_false(origin_is_own_form("cross-site", origin, value, hosts));
	if (origin_is_own_form(NULL, value, "pages.example", hosts))
		g_assert_nonnull(strstr(value, "://"));
	return 0;
}
