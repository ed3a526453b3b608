/* A line on a terminal that shows how long work gets on. */
#include "analyze/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <glib.h>

#define PERIOD (G_USEC_PER_SEC / 10)

/* Back to the start of the line, and erase it: ECMA-48 EL. */
#define ERASE "\r\033[K"

struct progress {
	bool visible, shown;
	gint64 started, last;
};

struct progress *
progress_new(bool quiet)
{
	struct progress *progress = g_new0(struct progress, 1);
	progress->visible = !quiet && isatty(STDERR_FILENO);
	progress->started = g_get_monotonic_time();
	return progress;
}

void
progress_show(struct progress *progress, const char *format, ...)
{
	gint64 now = g_get_monotonic_time();
	if (!progress->visible || now - progress->last < PERIOD)
		return;
	progress->last = now;
	progress->shown = true;
	va_list args;
	va_start(args, format);
	fputs(ERASE, stderr);
	vfprintf(stderr, format, args);
	va_end(args);
	fflush(stderr);
}

void
progress_clear(struct progress *progress)
{
	if (progress->shown)
		fputs(ERASE, stderr);
	progress->shown = false;
}

double
progress_seconds(const struct progress *progress)
{
	return (double)(g_get_monotonic_time() - progress->started) / G_USEC_PER_SEC;
}

void
progress_free(struct progress *progress)
{
	progress_clear(progress);
	g_free(progress);
}
