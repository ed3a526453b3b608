/* The watch: of several programs on one database, one has it and works, the others stand by. */
#pragma once

#include "analyze/alert/teller.h"
#include "analyze/alert/watcher.h"

struct vigil_options {
	const char *database;
	struct watcher *watcher;
	const struct teller_options *teller;
	const struct log *log;
};

struct vigil;

struct vigil *vigil_new(const struct vigil_options *options);
/* Lets the watch go. */
void vigil_free(struct vigil *vigil);

/* Takes the watch, if nobody has it, goes a round, and rests until the next is due, or the program
   is to stop.  Trouble is logged. */
void vigil_go(struct vigil *vigil);

/* Something is there to be told: it goes now. */
void vigil_stored(const struct vigil *vigil);
