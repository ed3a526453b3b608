/* The log: one line an event, "event=post peer=192.0.2.1 status=201", on a descriptor. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Numbers of syslog(3), which journald reads at the start of a line. */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

struct log {
	int fd;
	enum log_level most; /* lines above it are not written */
	bool journal;        /* lines begin "<6>" for journald, else with the time and the level */
};

/* "error", "warning", "notice", "info", "debug" */
bool log_level_parse(const char *name, enum log_level *level);

/* Whether standard error goes to the journal: systemd.exec(5), JOURNAL_STREAM. */
bool log_is_journal(void);

/* Begins a line; NULL where its level is not wanted, and then the functions below do nothing. */
GString *log_begin(const struct log *log, enum log_level level, const char *event);

/* Adds key=value.  The value is made printable, cut, and quoted where it is anything but a plain
   word; a NULL value adds nothing. */
void log_text(GString *line, const char *key, const char *value);
void log_number(GString *line, const char *key, int64_t value);

/* Writes the line, in one write so that lines of several threads never mix, and frees it. */
void log_end(const struct log *log, GString *line);

/* All of it at once for texts: pairs of key and value, ended by NULL. */
void log_say(const struct log *log, enum log_level level, const char *event, ...)
	__attribute__((sentinel));
