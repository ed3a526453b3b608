/* libmicrohttpd, set up: one pool of threads for TLS, one for plain HTTP. */
#include "ingest/endpoint.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/proxy_address.h"
#include "ingest/request.h"

/* Memory of one connection for its header and the body as it comes in; it caps the header too. */
#define CONNECTION_MEMORY (16u << 10)

/* TLS 1.2 and 1.3, else as GnuTLS has it.  The client's order of preference holds: insisting on
   ours costs most clients a second round trip (HelloRetryRequest, RFC 8446 4.1.4). */
#define TLS_PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

#define MOST_THREADS 4

/* One daemon of libmicrohttpd: TLS or plain. */
struct half {
	struct endpoint *endpoint;
	bool tls;
	struct MHD_Daemon *daemon;
};

struct endpoint {
	struct endpoint_options options;
	struct requests *requests;
	struct clients *clients;
	struct acceptor *acceptor;
	struct half plain, secure;
};

/* ---- what libmicrohttpd tells ---- */

static void log_message(void *user, const char *format, va_list values)
	__attribute__((format(printf, 2, 0)));

/* Mostly of peers that do not speak HTTP, so of use only to who looks for them. */
static void
log_message(void *user, const char *format, va_list values)
{
	const struct log *log = user;
	GString *line = log_begin(log, LOG_LEVEL_DEBUG, "http");
	if (line == NULL)
		return;
	g_autofree char *text = g_strdup_vprintf(format, values);
	log_text(line, "what", g_strstrip(text));
	log_end(log, line);
}

static struct client *
new_client(struct half *half, struct MHD_Connection *connection)
{
	struct endpoint *endpoint = half->endpoint;
	struct client *client = g_new0(struct client, 1);
	client->fd =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	client->address =
		address_of(MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)
				   ->client_addr);
	client->known = proxy_address_is_proxy(
		endpoint->options.proxies, endpoint->options.n_proxies, &client->address);
	client->tls = half->tls;
	client->seat.files = endpoint->options.tls_files;
	atomic_init(&client->deadline,
		g_get_monotonic_time() +
			(int64_t)endpoint->options.header_seconds * G_USEC_PER_SEC);
	if (half->tls)
		tls_files_seat(&client->seat,
			MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION)
				->tls_session);
	return client;
}

static void
end_client(struct half *half, struct client *client)
{
	struct endpoint *endpoint = half->endpoint;
	if (client->tls && !atomic_load(&client->seat.secured))
		metrics_count(endpoint->options.metrics, METRICS_TLS_FAILURES, 1);
	guard_disconnect(endpoint->options.guard, &client->address, client->known);
	clients_remove(endpoint->clients, client);
}

static void
connection_changed(void *user, struct MHD_Connection *connection, void **context,
	enum MHD_ConnectionNotificationCode what)
{
	struct half *half = user;
	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		struct client *client = new_client(half, connection);
		clients_add(half->endpoint->clients, client);
		*context = client;
	} else if (*context != NULL) {
		end_client(half, *context);
		*context = NULL;
	}
}

/* ---- connections come in ---- */

static bool
add_connection(void *user, int fd, bool tls, const struct sockaddr *peer, socklen_t length)
{
	struct endpoint *endpoint = user;
	struct half *half = tls ? &endpoint->secure : &endpoint->plain;
	return MHD_add_connection(half->daemon, fd, peer, length) == MHD_YES;
}

/* ---- begin and end ---- */

static unsigned
count_threads(const struct endpoint *endpoint)
{
	if (endpoint->options.threads > 0)
		return endpoint->options.threads;
	return CLAMP(g_get_num_processors(), 1, MOST_THREADS);
}

static bool
start_half(struct endpoint *endpoint, struct half *half, bool tls, GError **error)
{
	unsigned threads = count_threads(endpoint);
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME |
			 MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG;
	/* TLS options mean nothing to the plain half, and a pool of one is none */
	struct MHD_OptionItem threading[] = {
		{ threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, threads, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};
	struct MHD_OptionItem securing[] = {
		{ tls ? MHD_OPTION_HTTPS_CERT_CALLBACK : MHD_OPTION_END, 0, tls_files_retrieve() },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)TLS_PRIORITY },
		{ MHD_OPTION_END, 0, NULL },
	};
	*half = (struct half){ .endpoint = endpoint, .tls = tls };
	/* The guard keeps the number of connections.  libmicrohttpd divides its own limit among its
	   threads, and a thread must not run out before the others do. */
	half->daemon = MHD_start_daemon(flags | (tls ? MHD_USE_TLS : 0), 0, NULL, NULL,
		request_handle, endpoint->requests, MHD_OPTION_EXTERNAL_LOGGER, log_message,
		(void *)endpoint->options.log, MHD_OPTION_NOTIFY_COMPLETED, request_completed,
		endpoint->requests, MHD_OPTION_NOTIFY_CONNECTION, connection_changed, half,
		MHD_OPTION_CONNECTION_LIMIT, (endpoint->options.connections + 1) * threads,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_ARRAY,
		threading, MHD_OPTION_ARRAY, securing, MHD_OPTION_END);
	if (half->daemon == NULL)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
			"cannot start the %s server; --log-level debug says why",
			tls ? "HTTPS" : "HTTP");
	return half->daemon != NULL;
}

static bool
start_halves(struct endpoint *endpoint, GError **error)
{
	bool tls = false, plain = false;
	for (size_t i = 0; i < endpoint->options.n_listeners; i++)
		*(endpoint->options.listeners[i].tls ? &tls : &plain) = true;
	return (!plain || start_half(endpoint, &endpoint->plain, false, error)) &&
	       (!tls || start_half(endpoint, &endpoint->secure, true, error));
}

static struct requests *
new_requests(const struct endpoint_options *options)
{
	struct request_options request_options = {
		.intake = options->intake,
		.guard = options->guard,
		.log = options->log,
		.metrics = options->metrics,
		.proxies = options->proxies,
		.n_proxies = options->n_proxies,
		.body_seconds = options->body_seconds,
		.idle_seconds = options->idle_seconds,
	};
	return requests_new(&request_options);
}

static struct acceptor *
new_acceptor(struct endpoint *endpoint, GError **error)
{
	struct acceptor_options options = {
		.listeners = endpoint->options.listeners,
		.n_listeners = endpoint->options.n_listeners,
		.proxies = endpoint->options.proxies,
		.n_proxies = endpoint->options.n_proxies,
		.guard = endpoint->options.guard,
		.clients = endpoint->clients,
		.log = endpoint->options.log,
		.metrics = endpoint->options.metrics,
		.add = add_connection,
		.user = endpoint,
	};
	return acceptor_new(&options, error);
}

struct endpoint *
endpoint_new(const struct endpoint_options *options, GError **error)
{
	struct endpoint *endpoint = g_new0(struct endpoint, 1);
	endpoint->options = *options;
	endpoint->requests = new_requests(options);
	endpoint->clients = clients_new();
	if (start_halves(endpoint, error) &&
		(endpoint->acceptor = new_acceptor(endpoint, error)) != NULL)
		return endpoint;
	endpoint_free(endpoint);
	return NULL;
}

bool
endpoint_drain(struct endpoint *endpoint)
{
	requests_drain(endpoint->requests);
	g_clear_pointer(&endpoint->acceptor, acceptor_free);
	clients_cut(endpoint->clients, CLIENT_IDLE);
	return requests_busy(endpoint->requests) == 0;
}

bool
endpoint_cut(struct endpoint *endpoint)
{
	requests_stop(endpoint->requests);
	clients_cut(endpoint->clients, CLIENT_READING);
	return requests_waiting(endpoint->requests) == 0;
}

void
endpoint_free(struct endpoint *endpoint)
{
	if (endpoint == NULL)
		return;
	acceptor_free(endpoint->acceptor);
	MHD_stop_daemon(endpoint->plain.daemon);
	MHD_stop_daemon(endpoint->secure.daemon);
	clients_free(endpoint->clients);
	requests_free(endpoint->requests);
	g_free(endpoint);
}
