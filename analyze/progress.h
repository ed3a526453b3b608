/* A line on a terminal that shows how long work gets on. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct progress;

/* Shows nothing where standard error is no terminal or quiet. */
struct progress *progress_new(bool quiet);

/* Shows text in place of what stood there, at most ten times a second. */
void progress_show(struct progress *progress, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same with a bar before it; without one where total is 0 or smaller than done. */
void progress_show_bar(struct progress *progress, uint64_t done, uint64_t total, const char *format,
	...) __attribute__((format(printf, 4, 5)));

bool progress_is_visible(const struct progress *progress);

/* Takes the line away, so that something else can be printed. */
void progress_clear(struct progress *progress);

/* Seconds since progress_new. */
double progress_seconds(const struct progress *progress);

void progress_free(struct progress *progress); /* clears it */
