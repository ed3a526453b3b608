/* Telling policies apart by what their senders applied. */
#include "ingest/policy_key.h"

#include <string.h>

#include <openssl/sha.h>

/* "Key :  Value" as "key:value"; lines without a colon are only lower-cased. */
static char *
canonical_sts(const char *line)
{
	const char *colon = strchr(line, ':');
	if (colon == NULL)
		return g_ascii_strdown(line, -1);
	g_autofree char *key = g_strstrip(g_strndup(line, (gsize)(colon - line)));
	g_autofree char *value = g_strstrip(g_strdup(colon + 1));
	g_autofree char *joined = g_strconcat(key, ":", value, NULL);
	return g_ascii_strdown(joined, -1);
}

/* TLSA records differ in case of hex and in white space only. */
static char *
canonical_tlsa(const char *line)
{
	char *upper = g_ascii_strup(line, -1), *to = upper;
	for (const char *at = upper; *at != '\0'; at++)
		if (!g_ascii_isspace(*at))
			*to++ = *at;
		else if (to > upper && to[-1] != ' ')
			*to++ = ' ';
	*to = '\0';
	return upper;
}

static int
compare_lines(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
policy_key(const struct report_policy *policy, uint8_t key[POLICY_KEY_BYTES])
{
	memset(key, 0, POLICY_KEY_BYTES);
	if (policy->policy_strings == 0)
		return;
	bool tlsa = strcmp(policy->type, "tlsa") == 0;
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	for (size_t i = 0; i < policy->policy_strings; i++)
		g_ptr_array_add(lines, tlsa ? canonical_tlsa(policy->policy_string[i])
					    : canonical_sts(policy->policy_string[i]));
	g_ptr_array_sort(lines, compare_lines);

	g_autoptr(GString) text = g_string_new(policy->type);
	for (guint i = 0; i < lines->len; i++) {
		g_string_append_c(text, '\n');
		g_string_append(text, g_ptr_array_index(lines, i));
	}
	uint8_t digest[SHA256_DIGEST_LENGTH];
	SHA256((const uint8_t *)text->str, text->len, digest);
	memcpy(key, digest, POLICY_KEY_BYTES);
}

const char *
policy_mode(const struct report_policy *policy)
{
	for (size_t i = 0; i < policy->policy_strings; i++) {
		const char *line = policy->policy_string[i];
		if (g_ascii_strncasecmp(line, "mode", 4) != 0)
			continue;
		line += 4 + strspn(line + 4, " \t");
		if (*line == ':')
			return line + 1 + strspn(line + 1, " \t");
	}
	return NULL;
}
