/* A check as one JSON object: what `stsready check --json` prints and the store keeps. */
#pragma once

#include "checker/check.h"

/* Appends it, without a line feed.  Members are documented in stsready(1). */
void check_json(const struct check *check, GString *out);
