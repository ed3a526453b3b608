/* Options that every command which judges has: as of which time, by which checks beside the
 * store's. */
#pragma once

#include "analyze/evidence.h"

#include <glib.h>

#define REPLAY_OPTION_COUNT 2

/* Fills REPLAY_OPTION_COUNT entries. */
void replay_option_entries(GOptionEntry *entries);

/* *at: the time given; INT64_MIN: none was.  False after a complaint. */
bool replay_at_read(int64_t *at);

/* Reads the files of checks given.  False after a complaint. */
bool replay_checks_read(struct saved_checks *saved);
