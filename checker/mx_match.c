/* MX patterns. */
#include "checker/mx_match.h"

#include <string.h>

bool
mx_match(const char *pattern, const char *host)
{
	if (strncmp(pattern, "*.", 2) != 0)
		return strcmp(pattern, host) == 0;
	const char *dot = strchr(host, '.');
	return dot != NULL && dot > host && strcmp(pattern + 1, dot) == 0;
}

const char *
mx_match_any(const char *const *patterns, size_t count, const char *host)
{
	for (size_t i = 0; i < count; i++)
		if (mx_match(patterns[i], host))
			return patterns[i];
	return NULL;
}
