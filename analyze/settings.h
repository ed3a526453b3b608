/* Settings: the command line, then STSREADY_* in the environment, then the key file. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Where the key file is read from when --config and STSREADY_CONFIG name no other. */
#define SETTINGS_FILE "/etc/stsready/stsready.conf"

/* Values of --database and --config, filled by command_options. */
extern char *settings_database_option, *settings_config_option;

/* A setting by its key-file name ("database", "authserv-id"): STSREADY_DATABASE,
   STSREADY_AUTHSERV_ID, then [stsready] in the key file.  *value is a new string or NULL where it
   is not set anywhere.  False with error where the key file cannot be read. */
bool settings_get(const char *key, char **value, GError **error);

/* The database's connection string: --database, STSREADY_DATABASE, the key file; with none of them
   and PGHOST, PGSERVICE, PGDATABASE unset, the private PostgreSQL that contrib/localdb keeps; else
   "" (libpq's own PG* variables).  g_free it; NULL with error. */
char *settings_database(GError **error);

/* The directory for what this user keeps: STSREADY_STATE, else /var/lib/stsready for root, else
   $XDG_STATE_HOME/stsready or ~/.local/state/stsready.  contrib/localdb agrees.  g_free it. */
char *settings_state_directory(void);
