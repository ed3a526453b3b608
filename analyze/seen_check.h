/* Saved checks back into structs. */
#pragma once

#include "analyze/verdict_evidence.h"

#include <glib.h>

/* Reads what `stsready check --json` prints.  *domain: whom it is about.  False with error: it is
   no such text.  Strings come from the arena; json must live as long, and have passed json_scan. */
bool seen_check_read(struct arena *arena, const char *json, size_t length, struct seen_check *seen,
	const char **domain, GError **error);
