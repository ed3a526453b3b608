/* What every subcommand of stsready shares: its table entry, option parsing, errors, exit status.
 */
#pragma once

#include <glib.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "sql/db.h"

/* Exit statuses (sysexits.h names them; readiness and check add their own, see stsready(1)). */
enum {
	EXIT_OK = 0,
	EXIT_SOME = 1,   /* some of what was asked could not be done; each was told of */
	EXIT_USAGE = 64, /* the command line is wrong */
	EXIT_DATA = 65,  /* no input could be read as what it should be */
	EXIT_NODB = 69,  /* no database */
	EXIT_SOFTWARE = 70,
	EXIT_IO = 74, /* a disk is full, a write failed */
	EXIT_NOPERM = 77,
	EXIT_CONFIG = 78, /* a settings file is wrong */
	EXIT_INTERRUPTED = 130,
};

struct command {
	const char *name;
	const char *summary; /* for the list of `stsready --help` */
	int (*run)(int argc, char **argv);
};

extern const struct command command_init, command_import, command_reread, command_parse,
	command_domains, command_reports, command_failures, command_check, command_readiness,
	command_prune, command_web, command_watch, command_run;

/* Set by SIGINT and SIGTERM once command_catch_signals was called; a second signal ends the program
   at once. */
extern atomic_int command_stop;
void command_catch_signals(void);

/* Writes "stsready: WHAT: WHY" to standard error, made printable. */
void command_complain(const char *what, const char *why);

/* Parses argv with GOption: usage is what follows the command's name ("PATH..."), description
   paragraphs for --help.  entries may be NULL-ended; common settings (--database, --config) are
   added where with_database.  After it, argv[1..argc-1] are the operands.
   Returns -1 to go on, or an exit status: EXIT_USAGE with a complaint. */
int command_options(const struct command *command, const char *usage, const char *description,
	GOptionEntry *entries, bool with_database, int *argc, char ***argv);

/* Opens the database that the settings name.  NULL after a complaint; *status is then the exit
   status. */
struct db *command_open_database(int *status);

/* The exit status for a failure of the database: EXIT_IO where a disk is full, else EXIT_NODB. */
int command_database_status(const GError *error);

/* Flushes standard output.  EXIT_OK, or EXIT_IO after a complaint (a disk is full). */
int command_finish_output(void);
/* The same after output_end, which says whether all was written, or leaves errno. */
int command_output_status(bool written);
