/* Options of stsreadyd: one table, three places they come from. */
#include "ingest/daemon_options.h"

#include <stddef.h>
#include <string.h>

#define GROUP "stsreadyd"
#define SHARED_GROUP "stsready"

#define PREFIX "STSREADY_"

G_DEFINE_QUARK(stsready - daemon - options - error, daemon_options_error)

enum kind {
	KIND_TEXT,
	KIND_LIST,
	KIND_FLAG, /* command line only as a word, elsewhere "yes" or "no" */
	KIND_NUMBER,
	KIND_SIZE, /* a number, perhaps with K, M or G behind it */
	KIND_LEVEL,
};

/* offset is of the member of struct daemon_options. */
struct entry {
	const char *name;
	enum kind kind;
	size_t offset;
	const char *fallback; /* NULL: the member stays NULL or false */
	guint64 least, most;
	const char *argument, *help;
};

#define MEMBER(member) offsetof(struct daemon_options, member)

static const struct entry entries[] = {
	{ "listen", KIND_LIST, MEMBER(listen), "", 0, 0, "ADDR:PORT",
		"Take reports there: ADDR:PORT, [ADDR]:PORT, :PORT or unix:PATH (may repeat)" },
	{ "http", KIND_FLAG, MEMBER(http), NULL, 0, 0, NULL, "Speak plain HTTP, behind a proxy" },
	{ "behind-proxy", KIND_LIST, MEMBER(behind_proxy), "", 0, 0, "ADDR[/LEN]",
		"Believe X-Forwarded-For from there; \"unix\": from Unix sockets (may repeat)" },
	{ "tls-cert", KIND_TEXT, MEMBER(tls_cert), NULL, 0, 0, "FILE",
		"Certificate chain in PEM; read again on SIGHUP" },
	{ "tls-key", KIND_TEXT, MEMBER(tls_key), NULL, 0, 0, "FILE",
		"Its key; the same file if not given" },
	{ "database", KIND_TEXT, MEMBER(database), "", 0, 0, "URL",
		"PostgreSQL connection string" },
	{ "spool", KIND_TEXT, MEMBER(spool), NULL, 0, 0, "DIR",
		"Keep reports there while the database is away" },
	{ "spool-bytes", KIND_SIZE, MEMBER(spool_bytes), "1G", 1 << 20, G_MAXINT64, "SIZE",
		"At most so much in it" },
	{ "spool-files", KIND_NUMBER, MEMBER(spool_files), "100000", 10, 100000000, "N",
		"At most so many reports in it" },
	{ "admin", KIND_TEXT, MEMBER(admin), NULL, 0, 0, "ADDR:PORT",
		"Serve /metrics and /healthz there, on loopback or unix:PATH" },
	{ "writers", KIND_NUMBER, MEMBER(writers), "1", 1, 64, "N",
		"Database connections that write reports; more make smaller batches" },
	{ "threads", KIND_NUMBER, MEMBER(threads), "0", 0, 64, "N",
		"Threads that serve requests; 0: one a core, at most 4" },
	{ "connections", KIND_NUMBER, MEMBER(connections), "8192", 1, 60000, "N",
		"Open connections in all" },
	{ "connections-per-address", KIND_NUMBER, MEMBER(connections_per_address), "256", 1, 60000,
		"N", "Open connections of one address, or IPv6 /64" },
	{ "rate", KIND_NUMBER, MEMBER(rate), "100", 0, 1000000, "N",
		"Requests a second of one address, or IPv6 /64; 0: no limit" },
	{ "burst", KIND_NUMBER, MEMBER(burst), "2000", 1, 1000000, "N", "Requests of it at once" },
	{ "reports-per-domain", KIND_NUMBER, MEMBER(reports_per_domain), "10000", 1, 1000000000,
		"N", "Reports about one domain a day that count" },
	{ "memory", KIND_SIZE, MEMBER(memory), "256M", 16 << 20, G_MAXINT64, "SIZE",
		"Memory for bodies of requests" },
	{ "header-timeout", KIND_NUMBER, MEMBER(header_timeout), "30", 1, 3600, "SECONDS",
		"From a connection's begin to its first request's body" },
	{ "body-timeout", KIND_NUMBER, MEMBER(body_timeout), "30", 1, 3600, "SECONDS",
		"For a body, and a second more for every 16 KiB" },
	{ "idle-timeout", KIND_NUMBER, MEMBER(idle_timeout), "60", 1, 3600, "SECONDS",
		"From an answer to the next request's body" },
	{ "log-level", KIND_LEVEL, MEMBER(log_level), "info", 0, 0, "LEVEL",
		"error, warning, notice, info or debug" },
};

/* What the command line alone can say. */
struct command_line {
	char *values[G_N_ELEMENTS(entries)];
	char **lists[G_N_ELEMENTS(entries)];
	gboolean flags[G_N_ELEMENTS(entries)];
	char *config;
	gboolean check_config, version, help;
};

/* ---- one value ---- */

static bool
fail(const struct entry *entry, const char *value, const char *where, GError **error)
{
	g_set_error(error, DAEMON_OPTIONS_ERROR,
		where == NULL ? DAEMON_OPTIONS_ERROR_USAGE : DAEMON_OPTIONS_ERROR_CONFIG,
		"%s%s%s: bad value \"%s\"", where != NULL ? where : "--", where != NULL ? ": " : "",
		entry->name, value);
	return false;
}

static bool
parse_number(const struct entry *entry, const char *value, guint64 *number)
{
	static const char units[] = "KMG";
	g_autofree char *digits = g_strdup(value);
	size_t length = strlen(digits);
	const char *unit = length > 0 ? strchr(units, digits[length - 1]) : NULL;
	unsigned shift = 0;
	guint64 parsed;
	if (entry->kind == KIND_SIZE && unit != NULL) {
		shift = 10 * (unsigned)(unit - units + 1);
		digits[length - 1] = '\0';
	}
	if (!g_ascii_string_to_unsigned(digits, 10, 0, entry->most >> shift, &parsed, NULL) ||
		parsed << shift < entry->least)
		return false;
	*number = parsed << shift;
	return true;
}

static bool
parse_flag(const char *value, gboolean *flag)
{
	*flag = strcmp(value, "yes") == 0 || strcmp(value, "true") == 0 || strcmp(value, "1") == 0;
	return *flag || strcmp(value, "no") == 0 || strcmp(value, "false") == 0 ||
	       strcmp(value, "0") == 0;
}

static char **
parse_list(const char *value)
{
	g_auto(GStrv) pieces = g_strsplit_set(value, " ,;", -1);
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	for (char **piece = pieces; *piece != NULL; piece++)
		if (**piece != '\0')
			g_strv_builder_add(list, *piece);
	return g_strv_builder_end(list);
}

/* Sets a member from text; where is NULL for the command line. */
static bool
set(struct daemon_options *options, const struct entry *entry, const char *value, const char *where,
	GError **error)
{
	void *member = (char *)options + entry->offset;
	bool fine = true;
	switch (entry->kind) {
	case KIND_TEXT:
		g_free(*(char **)member);
		*(char **)member = g_strdup(value);
		break;
	case KIND_LIST:
		g_strfreev(*(char ***)member);
		*(char ***)member = parse_list(value);
		break;
	case KIND_FLAG:
		fine = parse_flag(value, member);
		break;
	case KIND_NUMBER:
	case KIND_SIZE:
		fine = parse_number(entry, value, member);
		break;
	case KIND_LEVEL:
		fine = log_level_parse(value, member);
		break;
	}
	return fine || fail(entry, value, where, error);
}

/* ---- the places ---- */

static GKeyFile *
open_config(const struct command_line *line, GError **error)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(GError) failure = NULL;
	const char *named = line->config != NULL ? line->config : g_getenv(PREFIX "CONFIG");
	const char *path = named != NULL ? named : DAEMON_OPTIONS_FILE;
	if (g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &failure) ||
		(named == NULL && g_error_matches(failure, G_FILE_ERROR, G_FILE_ERROR_NOENT)))
		return g_steal_pointer(&file);
	g_set_error(error, DAEMON_OPTIONS_ERROR, DAEMON_OPTIONS_ERROR_CONFIG, "%s: %s", path,
		failure->message);
	return NULL;
}

/* A misspelt key would otherwise leave its default in force unseen. */
static bool
check_keys(GKeyFile *file, GError **error)
{
	g_auto(GStrv) keys = g_key_file_get_keys(file, GROUP, NULL, NULL);
	for (char **key = keys; key != NULL && *key != NULL; key++) {
		bool known = false;
		for (size_t i = 0; i < G_N_ELEMENTS(entries); i++)
			known = known || strcmp(entries[i].name, *key) == 0;
		if (!known) {
			g_set_error(error, DAEMON_OPTIONS_ERROR, DAEMON_OPTIONS_ERROR_CONFIG,
				"[" GROUP "]: no such key \"%s\"", *key);
			return false;
		}
	}
	return true;
}

static char *
variable_name(const char *name)
{
	g_autofree char *upper = g_ascii_strup(name, -1);
	return g_strconcat(PREFIX, g_strdelimit(upper, "-", '_'), NULL);
}

/* From the key file: [stsreadyd], and for what both programs have in common [stsready]. */
static char *
file_value(GKeyFile *file, const char *name)
{
	char *value = g_key_file_get_string(file, GROUP, name, NULL);
	if (value == NULL && strcmp(name, "database") == 0)
		value = g_key_file_get_string(file, SHARED_GROUP, name, NULL);
	return value;
}

static bool
set_from_places(struct daemon_options *options, size_t index, const struct command_line *line,
	GKeyFile *file, GError **error)
{
	const struct entry *entry = &entries[index];
	if (line->flags[index])
		return set(options, entry, "yes", NULL, error);
	if (line->values[index] != NULL)
		return set(options, entry, line->values[index], NULL, error);
	if (line->lists[index] != NULL) {
		*(char ***)((char *)options + entry->offset) = g_strdupv(line->lists[index]);
		return true;
	}
	g_autofree char *variable = variable_name(entry->name);
	if (g_getenv(variable) != NULL)
		return set(options, entry, g_getenv(variable), variable, error);
	g_autofree char *value = file_value(file, entry->name);
	if (value != NULL)
		return set(options, entry, g_strstrip(value), "[" GROUP "]", error);
	return entry->fallback == NULL || set(options, entry, entry->fallback, NULL, error);
}

static GOptionContext *
new_context(struct command_line *line)
{
	GOptionEntry all[G_N_ELEMENTS(entries) + 5] = {
		{ "config", 'c', 0, G_OPTION_ARG_STRING, &line->config,
			"Read [" GROUP "] there instead of " DAEMON_OPTIONS_FILE, "FILE" },
		{ "check-config", 0, 0, G_OPTION_ARG_NONE, &line->check_config,
			"Say whether everything is in order, and end", NULL },
		{ "version", 'V', 0, G_OPTION_ARG_NONE, &line->version, "Print the version", NULL },
		{ "help", 'h', 0, G_OPTION_ARG_NONE, &line->help, "Print this", NULL },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(entries); i++) {
		GOptionEntry entry = { .long_name = entries[i].name,
			.description = entries[i].help,
			.arg_description = entries[i].argument };
		entry.arg = entries[i].kind == KIND_FLAG   ? G_OPTION_ARG_NONE
			    : entries[i].kind == KIND_LIST ? G_OPTION_ARG_STRING_ARRAY
							   : G_OPTION_ARG_STRING;
		entry.arg_data = entries[i].kind == KIND_FLAG   ? (gpointer)&line->flags[i]
				 : entries[i].kind == KIND_LIST ? (gpointer)&line->lists[i]
								: (gpointer)&line->values[i];
		all[4 + i] = entry;
	}
	GOptionContext *context = g_option_context_new("- take TLS reports over HTTPS");
	g_option_context_set_help_enabled(context, FALSE);
	g_option_context_add_main_entries(context, all, NULL);
	return context;
}

static void
command_line_clear(struct command_line *line)
{
	for (size_t i = 0; i < G_N_ELEMENTS(entries); i++) {
		g_free(line->values[i]);
		g_strfreev(line->lists[i]);
	}
	g_free(line->config);
}

/* ---- what they say together ---- */

static bool
fail_together(const char *what, GError **error)
{
	g_set_error_literal(error, DAEMON_OPTIONS_ERROR, DAEMON_OPTIONS_ERROR_CONFIG, what);
	return false;
}

static bool
read_proxies(struct daemon_options *options, GError **error)
{
	options->proxies = g_new0(struct network, g_strv_length(options->behind_proxy));
	for (char **proxy = options->behind_proxy; *proxy != NULL; proxy++)
		if (!network_parse(*proxy, &options->proxies[options->n_proxies++])) {
			g_set_error(error, DAEMON_OPTIONS_ERROR, DAEMON_OPTIONS_ERROR_CONFIG,
				"behind-proxy: \"%s\" is no address or network", *proxy);
			return false;
		}
	return true;
}

/* systemd names the state directory of a unit. */
static char *
default_spool(void)
{
	const char *state = g_getenv(PREFIX "STATE");
	if (state == NULL)
		state = g_getenv("STATE_DIRECTORY");
	return g_build_filename(state != NULL ? state : "/var/lib/stsready", "spool", NULL);
}

static bool
settle(struct daemon_options *options, GError **error)
{
	if (options->spool == NULL)
		options->spool = default_spool();
	if (options->tls_key != NULL && options->tls_cert == NULL)
		return fail_together("tls-key without tls-cert", error);
	if (options->tls_key == NULL)
		options->tls_key = g_strdup(options->tls_cert);
	if (options->http && options->tls_cert != NULL)
		return fail_together("http and tls-cert: choose one", error);
	return read_proxies(options, error);
}

static bool
read_all(struct daemon_options *options, struct command_line *line, int argc, char **argv,
	GError **error)
{
	g_autoptr(GOptionContext) context = new_context(line);
	g_autoptr(GError) failure = NULL;
	if (!g_option_context_parse(context, &argc, &argv, &failure) || argc > 1) {
		g_set_error(error, DAEMON_OPTIONS_ERROR, DAEMON_OPTIONS_ERROR_USAGE, "%s",
			failure != NULL ? failure->message : "takes options only");
		return false;
	}
	options->check_config = line->check_config;
	options->version = line->version;
	if (line->help)
		options->help = g_option_context_get_help(context, TRUE, NULL);
	if (line->help || line->version)
		return true;

	g_autoptr(GKeyFile) file = open_config(line, error);
	if (file == NULL || !check_keys(file, error))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(entries); i++)
		if (!set_from_places(options, i, line, file, error))
			return false;
	return settle(options, error);
}

struct daemon_options *
daemon_options_read(int argc, char **argv, GError **error)
{
	struct daemon_options *options = g_new0(struct daemon_options, 1);
	struct command_line line = { 0 };
	/* GOption takes out what it has read, so it gets an array of its own */
	g_autofree char **words = g_memdup2(argv, sizeof *argv * ((size_t)argc + 1));
	bool fine = read_all(options, &line, argc, words, error);
	command_line_clear(&line);
	if (fine)
		return options;
	daemon_options_free(options);
	return NULL;
}

void
daemon_options_free(struct daemon_options *options)
{
	if (options == NULL)
		return;
	g_strfreev(options->listen);
	g_strfreev(options->behind_proxy);
	g_free(options->proxies);
	g_free(options->tls_cert);
	g_free(options->tls_key);
	g_free(options->database);
	g_free(options->spool);
	g_free(options->admin);
	g_free(options->help);
	g_free(options);
}
