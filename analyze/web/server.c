/* libmicrohttpd, set up for pages: a few threads that never wait, and threads for what must. */
#include "analyze/web/server.h"

#include <sys/resource.h>
#include <unistd.h>

#include "analyze/web/exchange.h"
#include "analyze/web/wire.h"
#include "ingest/acceptor.h"
#include "ingest/proxy_address.h"
#include "ingest/worker.h"

#define MOST_CONNECTIONS 4096
#define LEAST_CONNECTIONS 16
/* Of one address that is not this machine's nor a proxy's. */
#define MOST_AN_ADDRESS 256
/* Files that are no connections: of the database, of live checks. */
#define OTHER_FILES 256

/* For a request's header, of one connection. */
#define CONNECTION_MEMORY (16u << 10)
/* Of answers that their clients have not taken yet. */
#define ANSWER_MEMORY ((size_t)256 << 20)

#define MOST_THREADS 4

/* Pages that wait for a thread, and for how many seconds at most: then they are refused, so that a
   database which hangs makes nobody wait for minutes. */
#define MOST_WAITING 256
#define WAITING_SECONDS 5

/* Passwords checked at a time: each takes a core for a tenth of a second. */
#define KEY_THREADS 2
#define MOST_KEYS 64
/* Wrong ones of an address: so many at once, then one every so often. */
#define FAILURES 20
#define FAILURES_A_SECOND 0.2

#define COMPLAINT_PERIOD (60 * G_USEC_PER_SEC)

#define TLS_PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct lane {
	struct server *server;
	struct worker *worker;
};

struct server {
	struct server_options options;
	struct guard *guard, *failures;
	struct clients *clients;
	struct metrics *metrics; /* which nobody reads: the acceptor wants to count */
	struct desk *keys, *pages;
	struct replies *replies;
	struct exchanges *exchanges;
	struct acceptor *acceptor;
	/* this machine's addresses, which need no cap */
	struct network known[3];
	struct lane lanes[MOST_THREADS];
	unsigned n_lanes;
	unsigned next; /* the lane of the next connection; the acceptor's */
	int64_t complained_at;
};

/* ---- connections ---- */

static const struct network *
known(const struct server *server, size_t *n)
{
	bool proxies = server->options.n_proxies > 0;
	*n = proxies ? server->options.n_proxies : G_N_ELEMENTS(server->known);
	return proxies ? server->options.proxies : server->known;
}

static bool
is_known(const struct server *server, const struct address *address)
{
	size_t n;
	const struct network *networks = known(server, &n);
	return proxy_address_is_proxy(networks, n, address);
}

static struct client *
new_client(struct lane *lane, struct MHD_Connection *connection)
{
	struct server *server = lane->server;
	struct client *client = g_new0(struct client, 1);
	client->fd =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	client->address =
		address_of(MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)
				   ->client_addr);
	client->known = is_known(server, &client->address);
	client->worker = lane->worker;
	client->seat.files = server->options.tls_files;
	client->tls = server->options.listener->tls;
	atomic_init(&client->deadline,
		g_get_monotonic_time() + EXCHANGE_REQUEST_SECONDS * G_USEC_PER_SEC);
	if (client->tls)
		tls_files_seat(&client->seat,
			MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION)
				->tls_session);
	return client;
}

static void
connection_changed(void *user, struct MHD_Connection *connection, void **context,
	enum MHD_ConnectionNotificationCode what)
{
	struct lane *lane = user;
	struct server *server = lane->server;
	struct client *client = *context;
	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		*context = client = new_client(lane, connection);
		clients_add(server->clients, client);
	} else if (client != NULL) {
		*context = NULL;
		guard_disconnect(server->guard, &client->address, client->known);
		clients_remove(server->clients, client);
	}
}

static void
forget(struct server *server, const struct sockaddr *peer)
{
	struct address address = address_of(peer);
	guard_disconnect(server->guard, &address, is_known(server, &address));
}

/* libmicrohttpd would not have it. */
static void
connection_dropped(void *user, const struct sockaddr *peer)
{
	struct lane *lane = user;
	forget(lane->server, peer);
}

static void
add_connection(void *user, int fd, bool tls, const struct sockaddr *peer, socklen_t length)
{
	struct server *server = user;
	struct address address = address_of(peer);
	(void)tls;
	if (server->options.n_proxies > 0 && !is_known(server, &address)) {
		forget(server, peer);
		close(fd);
		return;
	}
	worker_add(server->lanes[server->next].worker, fd, peer, length);
	server->next = (server->next + 1) % server->n_lanes;
}

/* ---- begin ---- */

/* How many connections there may be, so that files are left for the rest. */
static unsigned
most_connections(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return LEAST_CONNECTIONS;
	limit.rlim_cur = MIN(limit.rlim_max, MAX(limit.rlim_cur, MOST_CONNECTIONS + OTHER_FILES));
	setrlimit(RLIMIT_NOFILE, &limit);
	return limit.rlim_cur > OTHER_FILES + LEAST_CONNECTIONS
		       ? (unsigned)MIN(limit.rlim_cur - OTHER_FILES, MOST_CONNECTIONS)
		       : LEAST_CONNECTIONS;
}

static void
make_guards(struct server *server)
{
	const struct guard_options guard = { .connections = most_connections(),
		.connections_per_address = MOST_AN_ADDRESS };
	const struct guard_options failures = { .rate = FAILURES_A_SECOND, .burst = FAILURES };
	server->guard = guard_new(&guard);
	server->failures = guard_new(&failures);
	network_parse("127.0.0.0/8", &server->known[0]);
	network_parse("::1", &server->known[1]);
	network_parse("unix", &server->known[2]);
}

static void
make_desks(struct server *server)
{
	const struct desk_options keys = { "keys", KEY_THREADS, MOST_KEYS, WAITING_SECONDS };
	const struct desk_options pages = { "pages", server->options.page_threads, MOST_WAITING,
		WAITING_SECONDS };
	server->keys = desk_new(&keys);
	server->pages = desk_new(&pages);
}

static void
make_exchanges(struct server *server)
{
	const struct server_options *options = &server->options;
	server->replies = replies_new(ANSWER_MEMORY);
	const struct exchange_options exchange_options = { .web = options->web,
		.hosts = options->hosts,
		.any_host = options->any_host,
		.passwords = options->passwords,
		.failures = server->failures,
		.proxied = options->n_proxies > 0,
		.keys = server->keys,
		.pages = server->pages,
		.replies = server->replies,
		.log = options->log };
	server->exchanges = exchanges_new(&exchange_options);
}

static struct MHD_Daemon *
start_daemon(struct lane *lane)
{
	struct server *server = lane->server;
	bool tls = server->options.listener->tls;
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET |
			 (tls ? MHD_USE_TLS : 0);
	struct MHD_OptionItem securing[] = {
		{ tls ? MHD_OPTION_HTTPS_CERT_CALLBACK : MHD_OPTION_END, 0, tls_files_retrieve() },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)TLS_PRIORITY },
		{ MHD_OPTION_END, 0, NULL },
	};
	/* the guard keeps the number of connections */
	return MHD_start_daemon(flags, 0, NULL, NULL, exchange_handle, server->exchanges,
		MHD_OPTION_NOTIFY_COMPLETED, exchange_completed, server->exchanges,
		MHD_OPTION_NOTIFY_CONNECTION, connection_changed, lane,
		MHD_OPTION_UNESCAPE_CALLBACK, wire_unescape, NULL, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)MOST_CONNECTIONS + 1, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)CONNECTION_MEMORY, MHD_OPTION_ARRAY, securing, MHD_OPTION_END);
}

static bool
start_lane(struct server *server, GError **error)
{
	struct lane *lane = &server->lanes[server->n_lanes];
	lane->server = server;
	struct MHD_Daemon *daemon = start_daemon(lane);
	if (daemon == NULL) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: cannot serve pages",
			server->options.listener->name);
		return false;
	}
	lane->worker = worker_new(daemon, connection_dropped, lane, error);
	server->n_lanes += lane->worker != NULL;
	return lane->worker != NULL;
}

static bool
start_lanes(struct server *server, GError **error)
{
	unsigned n = CLAMP(g_get_num_processors(), 1, MOST_THREADS);
	while (server->n_lanes < n)
		if (!start_lane(server, error))
			return false;
	return true;
}

static struct acceptor *
start_acceptor(struct server *server, GError **error)
{
	struct acceptor_options options = { .listeners = server->options.listener,
		.n_listeners = 1,
		.guard = server->guard,
		.clients = server->clients,
		.log = server->options.log,
		.metrics = server->metrics,
		.add = add_connection,
		.user = server };
	options.proxies = known(server, &options.n_proxies);
	return acceptor_new(&options, error);
}

struct server *
server_new(const struct server_options *options, GError **error)
{
	struct server *server = g_new0(struct server, 1);
	server->options = *options;
	server->clients = clients_new();
	server->metrics = metrics_new();
	make_guards(server);
	make_desks(server);
	make_exchanges(server);
	if (start_lanes(server, error) &&
		(server->acceptor = start_acceptor(server, error)) != NULL)
		return server;
	server_free(server);
	return NULL;
}

/* ---- while it serves ---- */

void
server_tend(struct server *server)
{
	int64_t now = g_get_monotonic_time();
	desk_tend(server->keys);
	desk_tend(server->pages);
	if (!guard_is_full(server->guard) || now - server->complained_at < COMPLAINT_PERIOD)
		return;
	server->complained_at = now;
	log_say(server->options.log, LOG_LEVEL_WARNING, "connections-full", NULL);
}

/* ---- end ---- */

bool
server_drain(struct server *server)
{
	exchanges_stop(server->exchanges);
	g_clear_pointer(&server->acceptor, acceptor_free);
	desk_close(server->keys);
	desk_close(server->pages);
	clients_cut(server->clients, CLIENT_NEW);
	clients_cut(server->clients, CLIENT_IDLE);
	clients_cut(server->clients, CLIENT_READING);
	return guard_connections(server->guard) == 0;
}

void
server_free(struct server *server)
{
	if (server == NULL)
		return;
	acceptor_free(server->acceptor);
	desk_free(server->keys);
	desk_free(server->pages);
	for (unsigned i = 0; i < server->n_lanes; i++)
		worker_free(server->lanes[i].worker);
	exchanges_free(server->exchanges);
	replies_free(server->replies);
	clients_free(server->clients);
	guard_free(server->guard);
	guard_free(server->failures);
	metrics_free(server->metrics);
	g_free(server);
}
