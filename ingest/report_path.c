/* The path that reports are posted to. */
#include "ingest/report_path.h"

#include <string.h>

#include "ingest/tokens.h"

bool
report_path_read(const char *path, const char **token)
{
	size_t length = strlen(REPORT_PATH);
	if (strncmp(path, REPORT_PATH, length) != 0)
		return false;
	const char *rest = path + length;
	bool bare = rest[0] == '\0' || strcmp(rest, "/") == 0;
	if (!bare && (rest[0] != '/' || !tokens_is_token(rest + 1)))
		return false;
	*token = bare ? NULL : rest + 1;
	return true;
}
