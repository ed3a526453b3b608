/* Opening every listener. */
#include "ingest/listeners.h"

#include <string.h>

static bool
fail(GError **error, const char *what)
{
	g_set_error_literal(error, DAEMON_OPTIONS_ERROR, DAEMON_OPTIONS_ERROR_CONFIG, what);
	return false;
}

static bool
check(const struct daemon_options *options, const struct listener *listener, GError **error)
{
	if (listener->tls && options->tls_cert == NULL)
		return fail(error, "HTTPS needs tls-cert; or use http behind a proxy");
	if (!listener->tls && options->n_proxies == 0 && !listener_is_local(listener))
		return fail(error, "http is for loopback and Unix sockets; elsewhere say from "
				   "which proxy it comes with behind-proxy");
	return true;
}

static void
adopt(GArray *listeners, const struct daemon_options *options, int first, char *const *names,
	size_t n_names)
{
	for (size_t i = 0; i < n_names; i++) {
		struct listener listener;
		bool tls = !options->http && strcmp(names[i], "http") != 0;
		listener_adopt(first + (int)i, tls, &listener);
		g_array_append_val(listeners, listener);
	}
}

static bool
open_one(GArray *listeners, const struct daemon_options *options, const char *where, GError **error)
{
	struct listener listener;
	g_autoptr(GError) failure = NULL;
	if (listener_open(where, !options->http, &listener, &failure)) {
		g_array_append_val(listeners, listener);
		return true;
	}
	/* by a stsreadyd that runs already */
	if (options->check_config && g_error_matches(failure, LISTENER_ERROR, LISTENER_ERROR_BUSY))
		return true;
	g_propagate_error(error, g_steal_pointer(&failure));
	return false;
}

static bool
open_all(GArray *listeners, const struct daemon_options *options, GError **error)
{
	for (char **where = options->listen; *where != NULL; where++)
		if (!open_one(listeners, options, *where, error))
			return false;
	for (guint i = 0; i < listeners->len; i++)
		if (!check(options, &g_array_index(listeners, struct listener, i), error))
			return false;
	return listeners->len > 0 || options->listen[0] != NULL ||
	       fail(error, "nowhere to listen: see --listen");
}

GArray *
listeners_open(const struct daemon_options *options, int first, char *const *names, size_t n_names,
	GError **error)
{
	GArray *listeners = g_array_new(FALSE, FALSE, sizeof(struct listener));
	g_array_set_clear_func(listeners, (GDestroyNotify)listener_clear);
	adopt(listeners, options, first, names, n_names);
	if (open_all(listeners, options, error))
		return listeners;
	g_array_unref(listeners);
	return NULL;
}
