/* A line on a terminal that shows how long work gets on. */
#include "analyze/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <glib.h>

#define PERIOD (G_USEC_PER_SEC / 10)

/* Back to the start of the line, and erase it: ECMA-48 EL. */
#define ERASE "\r\033[K"

#define BAR_WIDTH 30

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

/* Whether it is time to show something again. */
static bool
is_due(struct progress *progress)
{
	gint64 now = g_get_monotonic_time();
	if (!progress->visible || now - progress->last < PERIOD)
		return false;
	progress->last = now;
	progress->shown = true;
	return true;
}

void
progress_show(struct progress *progress, const char *format, ...)
{
	va_list args;
	if (!is_due(progress))
		return;
	fputs(ERASE, stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fflush(stderr);
}

static void
draw_bar(uint64_t done, uint64_t total)
{
	char bar[BAR_WIDTH + 1];
	int filled = (int)(done * BAR_WIDTH / total);
	for (int i = 0; i < BAR_WIDTH; i++)
		bar[i] = i < filled ? '#' : '.';
	bar[BAR_WIDTH] = '\0';
	fprintf(stderr, "[%s] %3d%%  ", bar, (int)(done * 100 / total));
}

void
progress_show_bar(struct progress *progress, uint64_t done, uint64_t total, const char *format, ...)
{
	va_list args;
	if (!is_due(progress))
		return;
	fputs(ERASE, stderr);
	if (total > 0 && done <= total)
		draw_bar(done, total);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fflush(stderr);
}

bool
progress_is_visible(const struct progress *progress)
{
	return progress->visible;
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
