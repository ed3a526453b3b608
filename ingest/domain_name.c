/* Domain names as keys. */
#include "ingest/domain_name.h"

#include <arpa/inet.h>
#include <string.h>

#include <glib.h>
#include <idn2.h>
#include <libpsl.h>

/* RFC 1035 2.3.4, without the root's dot. */
#define MOST_NAME 253
#define MOST_LABEL 63

static bool
is_address(const char *name)
{
	uint8_t address[sizeof(struct in6_addr)];
	return inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
}

/* One label of letters, digits, hyphens and underscores, no hyphen at an end. */
static bool
label_is_good(const char *label, size_t length)
{
	if (length == 0 || length > MOST_LABEL || label[0] == '-' || label[length - 1] == '-')
		return false;
	for (size_t i = 0; i < length; i++)
		if (!g_ascii_isalnum(label[i]) && label[i] != '-' && label[i] != '_')
			return false;
	return true;
}

static bool
labels_are_good(const char *name)
{
	if (strlen(name) > MOST_NAME)
		return false;
	for (;;) {
		size_t length = strcspn(name, ".");
		if (!label_is_good(name, length))
			return false;
		if (name[length] == '\0')
			return true;
		name += length + 1;
	}
}

/* A-labels of a name that has characters beyond ASCII; NULL where IDNA refuses it. */
static char *
to_ascii(const char *name)
{
	char *ascii = NULL;
	if (!g_utf8_validate(name, -1, NULL) ||
		idn2_to_ascii_8z(name, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) != IDN2_OK)
		return NULL;
	char *copy = g_ascii_strdown(ascii, -1);
	idn2_free(ascii);
	return copy;
}

char *
domain_name_normalise(const char *name, bool wildcard)
{
	if (name == NULL || strlen(name) > 4 * MOST_NAME)
		return NULL;
	g_autofree char *trimmed = g_strstrip(g_strdup(name));
	size_t length = strlen(trimmed);
	if (length > 0 && trimmed[length - 1] == '.')
		trimmed[length - 1] = '\0';
	g_autofree char *lower =
		g_str_is_ascii(trimmed) ? g_ascii_strdown(trimmed, -1) : to_ascii(trimmed);
	if (lower == NULL || is_address(lower))
		return NULL;
	const char *labels = wildcard && g_str_has_prefix(lower, "*.") ? lower + 2 : lower;
	return labels_are_good(labels) ? g_steal_pointer(&lower) : NULL;
}

char *
domain_name_organizational(const char *name)
{
	const psl_ctx_t *list = psl_builtin();
	const char *registrable = list != NULL ? psl_registrable_domain(list, name) : NULL;
	return g_strdup(registrable != NULL ? registrable : name);
}

bool
domain_name_aligned(const char *a, const char *b)
{
	if (strcmp(a, b) == 0)
		return true;
	g_autofree char *one = domain_name_organizational(a);
	g_autofree char *other = domain_name_organizational(b);
	return strcmp(one, other) == 0;
}
