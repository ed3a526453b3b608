/* The options by which commands that read mail learn whose word on signatures to take. */
#pragma once

#include <glib.h>

#include "ingest/trust.h"

/* Option entries to put before a command's own: --authserv-id, --no-verify, --resolver. */
#define TRUST_OPTION_COUNT 3
void trust_options_entries(GOptionEntry entries[TRUST_OPTION_COUNT]);

/* A judge made from the options and the setting "authserv-id" (several, separated by white space).
   NULL with error. */
struct trust_judge *trust_options_judge(GError **error);
