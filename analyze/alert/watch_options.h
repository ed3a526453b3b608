/* Options and settings of what tells: where word goes, how often is looked. */
#pragma once

#include "analyze/alert/outlet.h"

#define WATCH_OPTION_COUNT 12

/* Fills WATCH_OPTION_COUNT entries. */
void watch_option_entries(GOptionEntry *entries);

struct watch_options {
	struct outlet_options outlets;
	char *pages;    /* where `stsready web` is, without a slash at the end; NULL: nowhere */
	int digest_day; /* 1 Monday ... 7 Sunday; 0: never */
	unsigned many;  /* notices that go as one */
};

/* What was given on the command line, in the environment and in the settings file.  False after a
   complaint, with an exit status.  Texts live as long as the program. */
bool watch_options_read(struct watch_options *options, int *status);
