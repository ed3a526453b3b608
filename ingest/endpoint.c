/* libmicrohttpd, set up: workers for TLS, workers for plain HTTP. */
#include "ingest/endpoint.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/proxy_address.h"
#include "ingest/request.h"
#include "ingest/worker.h"

/* Memory of one connection for its header and the body as it comes in; it caps the header too. */
#define CONNECTION_MEMORY (16u << 10)

/* TLS 1.2 and 1.3, else as GnuTLS has it.  The client's order of preference holds: insisting on
   ours costs most clients a second round trip (HelloRetryRequest, RFC 8446 4.1.4). */
#define TLS_PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/* What is taken where nothing is said, and what may be. */
#define USUAL_THREADS 4
#define MOST_THREADS 64

/* One worker of a half. */
struct lane {
	struct half *half;
	struct worker *worker;
};

/* What speaks TLS, or what does not. */
struct half {
	struct endpoint *endpoint;
	bool tls;
	struct lane lanes[MOST_THREADS];
	unsigned n_lanes;
	unsigned next; /* the lane of the next connection; the acceptor's */
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

static bool
is_proxy(const struct endpoint *endpoint, const struct address *address)
{
	return proxy_address_is_proxy(
		endpoint->options.proxies, endpoint->options.n_proxies, address);
}

static struct client *
new_client(struct lane *lane, struct MHD_Connection *connection)
{
	struct half *half = lane->half;
	struct endpoint *endpoint = half->endpoint;
	struct client *client = g_new0(struct client, 1);
	client->fd =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	client->address =
		address_of(MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)
				   ->client_addr);
	client->known = is_proxy(endpoint, &client->address);
	client->tls = half->tls;
	client->worker = lane->worker;
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
end_client(struct endpoint *endpoint, struct client *client)
{
	if (client->tls && !atomic_load(&client->seat.secured))
		metrics_count(endpoint->options.metrics, METRICS_TLS_FAILURES, 1);
	guard_disconnect(endpoint->options.guard, &client->address, client->known);
	clients_remove(endpoint->clients, client);
}

static void
connection_changed(void *user, struct MHD_Connection *connection, void **context,
	enum MHD_ConnectionNotificationCode what)
{
	struct lane *lane = user;
	struct endpoint *endpoint = lane->half->endpoint;
	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		struct client *client = new_client(lane, connection);
		clients_add(endpoint->clients, client);
		*context = client;
	} else if (*context != NULL) {
		end_client(endpoint, *context);
		*context = NULL;
	}
}

/* ---- connections come in ---- */

static void
add_connection(void *user, int fd, bool tls, const struct sockaddr *peer, socklen_t length)
{
	struct endpoint *endpoint = user;
	struct half *half = tls ? &endpoint->secure : &endpoint->plain;
	worker_add(half->lanes[half->next].worker, fd, peer, length);
	half->next = (half->next + 1) % half->n_lanes;
}

/* libmicrohttpd would not have it: no memory, most likely. */
static void
connection_dropped(void *user, const struct sockaddr *peer)
{
	struct lane *lane = user;
	struct endpoint *endpoint = lane->half->endpoint;
	struct address address = address_of(peer);
	guard_disconnect(endpoint->options.guard, &address, is_proxy(endpoint, &address));
}

/* ---- begin and end ---- */

static unsigned
count_threads(const struct endpoint *endpoint)
{
	if (endpoint->options.threads > 0)
		return MIN(endpoint->options.threads, MOST_THREADS);
	return CLAMP(g_get_num_processors(), 1, USUAL_THREADS);
}

static struct MHD_Daemon *
start_daemon(struct lane *lane)
{
	struct endpoint *endpoint = lane->half->endpoint;
	bool tls = lane->half->tls;
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET |
			 MHD_USE_ERROR_LOG | (tls ? MHD_USE_TLS : 0);
	/* TLS options mean nothing to the plain half */
	struct MHD_OptionItem securing[] = {
		{ tls ? MHD_OPTION_HTTPS_CERT_CALLBACK : MHD_OPTION_END, 0, tls_files_retrieve() },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)TLS_PRIORITY },
		{ MHD_OPTION_END, 0, NULL },
	};
	/* the guard keeps the number of connections */
	return MHD_start_daemon(flags, 0, NULL, NULL, request_handle, endpoint->requests,
		MHD_OPTION_EXTERNAL_LOGGER, log_message, (void *)endpoint->options.log,
		MHD_OPTION_NOTIFY_COMPLETED, request_completed, endpoint->requests,
		MHD_OPTION_NOTIFY_CONNECTION, connection_changed, lane, MHD_OPTION_CONNECTION_LIMIT,
		endpoint->options.connections + 1, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)CONNECTION_MEMORY, MHD_OPTION_ARRAY, securing, MHD_OPTION_END);
}

static bool
start_lane(struct lane *lane, struct half *half, GError **error)
{
	lane->half = half;
	struct MHD_Daemon *daemon = start_daemon(lane);
	if (daemon == NULL) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
			"cannot start the %s server; --log-level debug says why",
			half->tls ? "HTTPS" : "HTTP");
		return false;
	}
	lane->worker = worker_new(daemon, connection_dropped, lane, error);
	return lane->worker != NULL;
}

static bool
start_half(struct endpoint *endpoint, struct half *half, bool tls, GError **error)
{
	*half = (struct half){ .endpoint = endpoint, .tls = tls };
	for (unsigned n = count_threads(endpoint); half->n_lanes < n; half->n_lanes++)
		if (!start_lane(&half->lanes[half->n_lanes], half, error))
			return false;
	return true;
}

static void
end_half(struct half *half)
{
	for (unsigned i = 0; i < half->n_lanes; i++)
		worker_free(half->lanes[i].worker);
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
	return guard_connections(endpoint->options.guard) == 0;
}

bool
endpoint_cut(struct endpoint *endpoint)
{
	requests_stop(endpoint->requests);
	clients_cut(endpoint->clients, CLIENT_NEW);
	clients_cut(endpoint->clients, CLIENT_READING);
	return requests_waiting(endpoint->requests) == 0;
}

void
endpoint_free(struct endpoint *endpoint)
{
	if (endpoint == NULL)
		return;
	acceptor_free(endpoint->acceptor);
	end_half(&endpoint->plain);
	end_half(&endpoint->secure);
	clients_free(endpoint->clients);
	requests_free(endpoint->requests);
	g_free(endpoint);
}
