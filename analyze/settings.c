/* Settings: the command line, the environment, the key file. */
#include "analyze/settings.h"

#include <string.h>
#include <unistd.h>

#define GROUP "stsready"

/* Where a private PostgreSQL's socket is, below the state directory; contrib/localdb agrees. */
#define LOCAL_SOCKETS "postgres/run"

char *settings_database_option, *settings_config_option;

/* "authserv-id" as STSREADY_AUTHSERV_ID */
static const char *
from_environment(const char *key)
{
	g_autofree char *upper = g_ascii_strup(key, -1);
	g_autofree char *name = g_strconcat("STSREADY_", g_strdelimit(upper, "-", '_'), NULL);
	const char *value = g_getenv(name);
	return value != NULL && value[0] != '\0' ? value : NULL;
}

/* The key file that counts, and whether it must exist because somebody named it. */
static const char *
file_name(bool *named)
{
	const char *environment = g_getenv("STSREADY_CONFIG");
	*named = settings_config_option != NULL || environment != NULL;
	return settings_config_option != NULL ? settings_config_option
	       : environment != NULL          ? environment
					      : SETTINGS_FILE;
}

static bool
from_file(const char *key, char **value, GError **error)
{
	bool named;
	const char *path = file_name(&named);
	g_autoptr(GKeyFile) file = g_key_file_new();
	GError *failure = NULL;
	if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &failure)) {
		if (!named && g_error_matches(failure, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
			g_error_free(failure);
			return true;
		}
		g_propagate_prefixed_error(error, failure, "%s: ", path);
		return false;
	}
	*value = g_key_file_get_string(file, GROUP, key, NULL);
	return true;
}

bool
settings_get(const char *key, char **value, GError **error)
{
	const char *environment = from_environment(key);
	*value = g_strdup(environment);
	return environment != NULL || from_file(key, value, error);
}

char *
settings_state_directory(void)
{
	const char *state = g_getenv("STSREADY_STATE");
	if (state != NULL && state[0] != '\0')
		return g_strdup(state);
	if (geteuid() == 0)
		return g_strdup("/var/lib/stsready");
	return g_build_filename(g_get_user_state_dir(), "stsready", NULL);
}

/* Whether libpq's own variables say where to connect to. */
static bool
libpq_is_told(void)
{
	return g_getenv("PGHOST") != NULL || g_getenv("PGHOSTADDR") != NULL ||
	       g_getenv("PGSERVICE") != NULL || g_getenv("PGDATABASE") != NULL;
}

char *
settings_database(GError **error)
{
	char *url = NULL;
	if (settings_database_option != NULL)
		return g_strdup(settings_database_option);
	if (!settings_get("database", &url, error))
		return NULL;
	if (url != NULL)
		return url;
	g_autofree char *state = settings_state_directory();
	g_autofree char *sockets = g_build_filename(state, LOCAL_SOCKETS, NULL);
	if (!libpq_is_told() && g_file_test(sockets, G_FILE_TEST_IS_DIR))
		return g_strdup_printf("host=%s dbname=stsready user=stsready", sockets);
	return g_strdup("");
}
