/* One-line structured log. */
#include "ingest/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ingest/instant.h"
#include "ingest/printable.h"

/* One value in bytes, and one line: journald and syslog cut at 2 KiB at the least. */
#define MOST_VALUE 256
#define MOST_LINE 2000

static const struct {
	enum log_level level;
	const char *name;
} levels[] = {
	{ LOG_LEVEL_ERROR, "error" },
	{ LOG_LEVEL_WARNING, "warning" },
	{ LOG_LEVEL_NOTICE, "notice" },
	{ LOG_LEVEL_INFO, "info" },
	{ LOG_LEVEL_DEBUG, "debug" },
};

bool
log_level_parse(const char *name, enum log_level *level)
{
	for (size_t i = 0; i < G_N_ELEMENTS(levels); i++)
		if (strcmp(levels[i].name, name) == 0) {
			*level = levels[i].level;
			return true;
		}
	return false;
}

bool
log_is_journal(void)
{
	unsigned long long device, inode;
	struct stat about;
	const char *stream = g_getenv("JOURNAL_STREAM");
	return stream != NULL && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &about) == 0 && about.st_dev == device && about.st_ino == inode;
}

static const char *
level_name(enum log_level level)
{
	for (size_t i = 0; i < G_N_ELEMENTS(levels); i++)
		if (levels[i].level == level)
			return levels[i].name;
	return "info";
}

GString *
log_begin(const struct log *log, enum log_level level, const char *event)
{
	char now[INSTANT_TEXT_BYTES];
	if (level > log->most)
		return NULL;
	GString *line = g_string_sized_new(256);
	if (log->journal)
		g_string_append_printf(line, "<%d>", (int)level);
	else
		g_string_append_printf(
			line, "%s level=%s ", instant_text(time(NULL), now), level_name(level));
	g_string_append_printf(line, "event=%s", event);
	return line;
}

/* Most values are names and addresses, and fit for the line as they are. */
static bool
is_plain(const char *value)
{
	size_t length = 0;
	for (; value[length] != '\0' && length <= MOST_VALUE; length++)
		if (!g_ascii_isgraph(value[length]) || strchr("\"=\\", value[length]) != NULL)
			return false;
	return length > 0 && length <= MOST_VALUE;
}

static void
append_quoted(GString *line, const char *value)
{
	g_autofree char *text = printable(value, MOST_VALUE);
	g_string_append_c(line, '"');
	for (const char *at = text; *at != '\0'; at++) {
		if (*at == '"')
			g_string_append_c(line, '\\');
		g_string_append_c(line, *at);
	}
	g_string_append_c(line, '"');
}

void
log_text(GString *line, const char *key, const char *value)
{
	if (line == NULL || value == NULL)
		return;
	g_string_append_c(line, ' ');
	g_string_append(line, key);
	g_string_append_c(line, '=');
	if (is_plain(value))
		g_string_append(line, value);
	else
		append_quoted(line, value);
}

void
log_number(GString *line, const char *key, int64_t value)
{
	if (line != NULL)
		g_string_append_printf(line, " %s=%" G_GINT64_FORMAT, key, value);
}

void
log_end(const struct log *log, GString *line)
{
	if (line == NULL)
		return;
	if (line->len > MOST_LINE)
		g_string_truncate(line, MOST_LINE);
	g_string_append_c(line, '\n');
	ssize_t written;
	do
		written = write(log->fd, line->str, line->len);
	while (written < 0 && errno == EINTR);
	g_string_free(line, TRUE);
}

void
log_say(const struct log *log, enum log_level level, const char *event, ...)
{
	GString *line = log_begin(log, level, event);
	va_list pairs;
	va_start(pairs, event);
	for (const char *key; line != NULL && (key = va_arg(pairs, const char *)) != NULL;)
		log_text(line, key, va_arg(pairs, const char *));
	va_end(pairs);
	log_end(log, line);
}
