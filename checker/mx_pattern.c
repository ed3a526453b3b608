/* One "mx:" of a policy. */
#include "checker/mx_pattern.h"

#include <string.h>

#include <arpa/inet.h>
#include <glib.h>

#include "ingest/domain_name.h"

static const struct {
	enum sts_policy_code code;
	enum fault_effect effect;
	const char *what;
} kinds[] = {
	{ STS_POLICY_MX_EMPTY, FAULT_DISPUTED, "names no host" },
	{ STS_POLICY_MX_CASE, FAULT_TOLERATED, "has upper-case letters" },
	{ STS_POLICY_MX_DOT, FAULT_DISPUTED, "ends in a dot" },
	{ STS_POLICY_MX_ULABEL, FAULT_DISPUTED, "is not in ASCII: A-labels (xn--...) are wanted" },
	{ STS_POLICY_MX_UNDERSCORE, FAULT_DISPUTED, "has an underscore, which no host name has" },
	{ STS_POLICY_MX_WILDCARD, FAULT_DISPUTED,
		"has a \"*\" that is not the whole first label of a name" },
	{ STS_POLICY_MX_ADDRESS, FAULT_DISPUTED, "is an IP address, not a host name" },
	{ STS_POLICY_MX_PORT, FAULT_DISPUTED, "has a port or another colon" },
	{ STS_POLICY_MX_URL, FAULT_DISPUTED, "is a URL, not a host name" },
	{ STS_POLICY_MX_EMAIL, FAULT_DISPUTED, "has an \"@\", which no host name has" },
	{ STS_POLICY_MX_LIST, FAULT_DISPUTED,
		"has more than one name: each needs a line of its own" },
	{ STS_POLICY_MX_NAME, FAULT_DISPUTED, "is no host name" },
};

static struct mx_pattern
pattern(enum sts_policy_code code, char *name)
{
	struct mx_pattern made = { .code = code, .name = name };
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (kinds[i].code == code) {
			made.effect = kinds[i].effect;
			made.what = kinds[i].what;
		}
	return made;
}

/* An IP address, perhaps in the brackets of an address literal (RFC 5321 4.1.3). */
static bool
is_address(const char *text)
{
	uint8_t address[sizeof(struct in6_addr)];
	g_autofree char *copy = g_strdup(text[0] == '[' ? text + 1 : text);
	copy[strcspn(copy, "]")] = '\0';
	const char *bare = g_ascii_strncasecmp(copy, "IPv6:", 5) == 0 ? copy + 5 : copy;
	return inet_pton(AF_INET, bare, address) == 1 || inet_pton(AF_INET6, bare, address) == 1;
}

/* "*" stands for the left-most label, as a whole (RFC 8461 4.1). */
static bool
is_wildcard_misplaced(const char *text)
{
	const char *star = strrchr(text, '*');
	return star != NULL && (star != text || text[1] != '.' || text[2] == '\0');
}

/* What a value is that cannot be a name; 0: it may be one. */
static enum sts_policy_code
classify(const char *text)
{
	if (text[0] == '\0')
		return STS_POLICY_MX_EMPTY;
	if (strpbrk(text, ",; \t") != NULL)
		return STS_POLICY_MX_LIST;
	if (is_address(text))
		return STS_POLICY_MX_ADDRESS;
	if (strchr(text, '/') != NULL)
		return STS_POLICY_MX_URL;
	if (strchr(text, '@') != NULL)
		return STS_POLICY_MX_EMAIL;
	if (strchr(text, ':') != NULL)
		return STS_POLICY_MX_PORT;
	if (is_wildcard_misplaced(text))
		return STS_POLICY_MX_WILDCARD;
	return 0;
}

/* What is to be said of a name that is one. */
static enum sts_policy_code
look_at_spelling(const char *text)
{
	if (!g_str_is_ascii(text))
		return STS_POLICY_MX_ULABEL;
	if (g_str_has_suffix(text, "."))
		return STS_POLICY_MX_DOT;
	if (strchr(text, '_') != NULL)
		return STS_POLICY_MX_UNDERSCORE;
	for (const char *at = text; *at != '\0'; at++)
		if (g_ascii_isupper(*at))
			return STS_POLICY_MX_CASE;
	return 0;
}

struct mx_pattern
mx_pattern_read(const struct txt *value)
{
	if (memchr(value->bytes, '\0', value->length) != NULL)
		return pattern(STS_POLICY_MX_NAME, NULL);
	g_autofree char *text = g_strndup(value->bytes, value->length);
	enum sts_policy_code code = classify(text);
	if (code != 0)
		return pattern(code, NULL);
	char *name = domain_name_normalise(text, true);
	return pattern(name != NULL ? look_at_spelling(text) : STS_POLICY_MX_NAME, name);
}
