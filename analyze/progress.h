/* A line on a terminal that shows how long work gets on. */
#pragma once

#include <stdbool.h>

struct progress;

/* Shows nothing where standard error is no terminal or quiet. */
struct progress *progress_new(bool quiet);

/* Shows text in place of what stood there, at most ten times a second. */
void progress_show(struct progress *progress, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Takes the line away, so that something else can be printed. */
void progress_clear(struct progress *progress);

/* Seconds since progress_new. */
double progress_seconds(const struct progress *progress);

void progress_free(struct progress *progress); /* clears it */
