/* Options that every command which looks at domains live has. */
#pragma once

#include "checker/checker.h"

#include <glib.h>

#define CHECK_OPTION_COUNT 8

/* Fills CHECK_OPTION_COUNT entries; the array then ends with an empty one of the caller's. */
void check_option_entries(GOptionEntry *entries);

/* The options as given.  False after a complaint. */
bool check_options_read(struct checker_options *options);
