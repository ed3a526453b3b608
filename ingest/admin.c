/* /metrics and /healthz. */
#include "ingest/admin.h"

#include <string.h>
#include <time.h>

#include <microhttpd.h>

/* A certificate that ends sooner than this is not well: Let's Encrypt renews 30 days before. */
#define CERTIFICATE_MARGIN (3 * 86400)

struct admin {
	struct admin_options options;
	struct MHD_Daemon *daemon;
};

/* ---- health ---- */

static bool
database_health(const struct admin_options *options, GString *out)
{
	g_autofree char *text = reach_text(options->reach);
	g_string_append_printf(out, "database: %s\n", text);
	return !reach_is_away(options->reach);
}

static bool
spool_health(const struct admin_options *options, GString *out)
{
	g_autoptr(GError) failure = NULL;
	bool fine = spool_probe(options->spool, &failure);
	g_string_append_printf(out, "spool: %s\n", fine ? "ok" : failure->message);
	return fine;
}

static bool
certificate_health(const struct admin_options *options, GString *out)
{
	if (options->tls_files == NULL) {
		g_string_append(out, "certificate: none, plain HTTP\n");
		return true;
	}
	int64_t left = tls_files_end(options->tls_files) - time(NULL);
	if (left <= 0)
		g_string_append(out, "certificate: has ended\n");
	else
		g_string_append_printf(out, "certificate: %s, %" G_GINT64_FORMAT " days left\n",
			left > CERTIFICATE_MARGIN ? "ok" : "ends soon", left / 86400);
	return left > CERTIFICATE_MARGIN;
}

bool
admin_health(const struct admin_options *options, GString *out)
{
	bool database = database_health(options, out);
	bool spool = spool_health(options, out);
	bool certificate = certificate_health(options, out);
	return database && spool && certificate;
}

/* ---- metrics ---- */

void
admin_metrics(const struct admin_options *options, GString *out)
{
	struct metrics *metrics = options->metrics;
	struct spool_level level = spool_look(options->spool);
	int64_t age = level.oldest > 0 ? g_get_real_time() - level.oldest : 0;

	metrics_set(metrics, METRICS_CONNECTIONS, guard_connections(options->guard));
	metrics_set(metrics, METRICS_BODIES_HELD, (int64_t)guard_held(options->guard));
	metrics_set(metrics, METRICS_SPOOL_FILES, (int64_t)level.files);
	metrics_set(metrics, METRICS_SPOOL_BYTES, (int64_t)level.bytes);
	metrics_set(metrics, METRICS_SPOOL_AGE, MAX(age, 0) / G_USEC_PER_SEC);
	metrics_set(metrics, METRICS_CERTIFICATE_SECONDS,
		options->tls_files != NULL ? tls_files_end(options->tls_files) - time(NULL) : 0);
	metrics_text(metrics, out);
}

/* ---- HTTP ---- */

static enum MHD_Result
answer(struct MHD_Connection *connection, unsigned status, const char *type, GString *text)
{
	gsize length = text->len;
	struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback(
		length, g_string_free(text, FALSE), g_free);
	MHD_add_response_header(response, "Content-Type", type);
	MHD_add_response_header(response, "Cache-Control", "no-store");
	enum MHD_Result queued = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return queued;
}

static enum MHD_Result
handle(void *user, struct MHD_Connection *connection, const char *url, const char *method,
	const char *version, const char *bytes, size_t *length, void **context)
{
	const struct admin_options *options = &((struct admin *)user)->options;
	const char *plain = "text/plain; charset=utf-8";
	GString *text = g_string_new(NULL);
	(void)version;
	(void)bytes;
	(void)length;
	(void)context;
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return answer(connection, 405, plain, g_string_append(text, "only GET\n"));
	if (strcmp(url, "/metrics") == 0) {
		admin_metrics(options, text);
		return answer(connection, 200, "text/plain; version=0.0.4; charset=utf-8", text);
	}
	if (strcmp(url, "/healthz") == 0) {
		bool well = admin_health(options, text);
		return answer(connection, well ? 200 : 503, plain, text);
	}
	return answer(connection, 404, plain, g_string_append(text, "/metrics or /healthz\n"));
}

struct admin *
admin_new(struct listener *listener, const struct admin_options *options, GError **error)
{
	struct admin *admin = g_new0(struct admin, 1);
	admin->options = *options;
	admin->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL,
		handle, admin, MHD_OPTION_LISTEN_SOCKET, listener->fd, MHD_OPTION_CONNECTION_LIMIT,
		16u, MHD_OPTION_CONNECTION_TIMEOUT, 30u, MHD_OPTION_END);
	if (admin->daemon == NULL) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
			"%s: cannot start the admin server", listener->name);
		g_free(admin);
		return NULL;
	}
	listener->fd = -1;
	return admin;
}

void
admin_free(struct admin *admin)
{
	if (admin == NULL)
		return;
	MHD_stop_daemon(admin->daemon);
	g_free(admin);
}
