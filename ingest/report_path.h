/* The path that reports are posted to, perhaps with a capability token behind it. */
#pragma once

#include <stdbool.h>

/* A token may follow as one more component. */
#define REPORT_PATH "/v1/tlsrpt"

/* Whether reports may be posted to the path, which is a stranger's word; an end in "/" is taken
   without a redirect.  Where it has a token, *token points to it inside the path; else NULL. */
bool report_path_read(const char *path, const char **token);
