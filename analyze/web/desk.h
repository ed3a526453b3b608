/* Threads for what may take long, so that those which serve never wait: only so many errands wait
   for them, and none for longer than a while. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct errand {
	void (*run)(struct errand *errand);  /* in a thread of the desk */
	void (*done)(struct errand *errand); /* once, in any thread; the errand may be gone then */
	bool refused;                        /* it waited too long, or the desk closed: not run */
	int64_t since;                       /* the desk's */
};

struct desk_options {
	const char *name; /* of its threads */
	unsigned threads;
	unsigned most_waiting; /* for a thread */
	unsigned seconds;      /* that an errand waits at most; 0: for ever */
};

struct desk;

struct desk *desk_new(const struct desk_options *options);

/* False: too many wait, or the desk is closed; nothing was kept. */
bool desk_give(struct desk *desk, struct errand *errand);

/* Call it every second or so: refuses what has waited too long. */
void desk_tend(struct desk *desk);

/* Takes no more errands and refuses those that wait. */
void desk_close(struct desk *desk);

/* How many errands wait or run. */
unsigned desk_load(struct desk *desk);

/* Closes it and waits for what runs. */
void desk_free(struct desk *desk);
