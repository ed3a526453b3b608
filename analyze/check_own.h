/* Report addresses that are our own endpoint's: known by the capability token in their path. */
#pragma once

#include "checker/check.h"

#include <glib.h>

/* Marks those with the domain's token; adds a finding where the token is another domain's.  tokens:
   from token to domain, see sql/capability.h. */
void check_own(struct check *check, GHashTable *tokens);
