/* libmicrohttpd, set up for pages: a few threads, strict headers, short patience. */
#include "analyze/web/server.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <microhttpd.h>

#include "analyze/html_style.h"
#include "ingest/domain_name.h"

#define MOST_CONNECTIONS 4096
/* For a request's header, of one connection. */
#define CONNECTION_MEMORY (16u << 10)
/* domain=NAME */
#define MOST_BODY 1024
/* Seconds for a request to come in, from the begin of the connection or the end of the one before;
   and for its answer to be taken. */
#define REQUEST_SECONDS 30
#define ANSWER_SECONDS 60

#define TLS_PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/* What a connection is at. */
enum phase { PHASE_REQUEST, PHASE_LOOK, PHASE_ANSWER };

struct seat {
	int fd;
	enum phase phase;
	int64_t since;
};

struct server {
	struct server_options options;
	struct MHD_Daemon *daemon;
	char *policy; /* Content-Security-Policy */
	GMutex mutex;
	GHashTable *seats; /* of struct seat */
};

/* A request and what becomes of it. */
struct exchange {
	struct server *server;
	struct MHD_Connection *connection;
	GString *body;
	bool too_long;
	struct look *look; /* asked for; done when the handler is called again */
};

/* ---- patience ---- */

static void
set_phase(struct server *server, struct MHD_Connection *connection, enum phase phase)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct seat *seat = info != NULL ? info->socket_context : NULL;
	if (seat == NULL)
		return;
	g_mutex_lock(&server->mutex);
	seat->phase = phase;
	seat->since = g_get_monotonic_time();
	g_mutex_unlock(&server->mutex);
}

static void
connection_changed(void *user, struct MHD_Connection *connection, void **context,
	enum MHD_ConnectionNotificationCode what)
{
	struct server *server = user;
	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		struct seat *seat = g_new0(struct seat, 1);
		seat->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)
				   ->connect_fd;
		seat->since = g_get_monotonic_time();
		g_mutex_lock(&server->mutex);
		g_hash_table_add(server->seats, seat);
		g_mutex_unlock(&server->mutex);
		*context = seat;
	} else if (*context != NULL) {
		g_mutex_lock(&server->mutex);
		g_hash_table_remove(server->seats, *context); /* frees it */
		g_mutex_unlock(&server->mutex);
		*context = NULL;
	}
}

void
server_tend(struct server *server)
{
	GHashTableIter at;
	struct seat *seat;
	int64_t now = g_get_monotonic_time();
	g_mutex_lock(&server->mutex);
	g_hash_table_iter_init(&at, server->seats);
	while (g_hash_table_iter_next(&at, (gpointer *)&seat, NULL)) {
		int seconds = seat->phase == PHASE_REQUEST ? REQUEST_SECONDS : ANSWER_SECONDS;
		if (seat->phase != PHASE_LOOK && now - seat->since > seconds * G_USEC_PER_SEC)
			shutdown(seat->fd, SHUT_RDWR);
	}
	g_mutex_unlock(&server->mutex);
}

/* ---- answers ---- */

static void
put_headers(const struct server *server, struct MHD_Response *response)
{
	static const char *const headers[][2] = {
		{ "X-Content-Type-Options", "nosniff" },
		{ "X-Frame-Options", "DENY" },
		/* with no-referrer a form would be sent with "Origin: null" */
		{ "Referrer-Policy", "same-origin" },
		{ "Cross-Origin-Opener-Policy", "same-origin" },
		{ "Cross-Origin-Resource-Policy", "same-origin" },
		{ "Cache-Control", "no-store" },
		{ "Vary", "Accept" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(headers); i++)
		MHD_add_response_header(response, headers[i][0], headers[i][1]);
	MHD_add_response_header(response, "Content-Security-Policy", server->policy);
}

/* Takes over answer->body; name, value: one more header; NULL: none. */
static enum MHD_Result
send_answer(
	struct exchange *exchange, struct web_answer *answer, const char *name, const char *value)
{
	gsize length = answer->body->len;
	struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback(
		length, g_string_free(answer->body, FALSE), g_free);
	put_headers(exchange->server, response);
	MHD_add_response_header(response, "Content-Type", answer->type);
	if (answer->attachment)
		MHD_add_response_header(
			response, "Content-Disposition", "attachment; filename=\"report.json\"");
	if (name != NULL)
		MHD_add_response_header(response, name, value);
	set_phase(exchange->server, exchange->connection, PHASE_ANSWER);
	enum MHD_Result queued = MHD_queue_response(exchange->connection, answer->status, response);
	MHD_destroy_response(response);
	return queued;
}

static enum MHD_Result
refuse(struct exchange *exchange, const struct web_request *request, unsigned status,
	const char *title, const char *words, const char *name, const char *value)
{
	struct web_answer answer = { .body = g_string_new(NULL) };
	web_refuse(request, &answer, status, title, words);
	return send_answer(exchange, &answer, name, value);
}

/* ---- who asks, and by which name ---- */

static enum MHD_Result
accept_peer(void *user, const struct sockaddr *peer, socklen_t length)
{
	const struct server_options *options = &((struct server *)user)->options;
	struct address address = address_of(peer);
	(void)length;
	if (options->n_proxies == 0)
		return MHD_YES;
	for (size_t i = 0; i < options->n_proxies; i++)
		if (network_has(&options->proxies[i], &address))
			return MHD_YES;
	return MHD_NO;
}

/* Whether a page of somebody else's, whose name was made to point here, is not what asks. */
static bool
is_own_name(const struct server_options *options, const char *host)
{
	struct address address;
	if (options->any_host)
		return true;
	if (host == NULL)
		return false;
	g_autofree char *name = g_ascii_strdown(host, -1);
	char *bracket = strrchr(name, ']'), *colon = strrchr(name, ':');
	if (colon != NULL && (bracket == NULL || colon > bracket))
		*colon = '\0';
	if (strcmp(name, "localhost") == 0 ||
		(options->hosts != NULL &&
			g_strv_contains((const char *const *)options->hosts, name)))
		return true;
	size_t length = strlen(name);
	if (length > 2 && name[0] == '[' && name[length - 1] == ']') {
		name[length - 1] = '\0';
		return address_parse(name + 1, &address) && address_is_loopback(&address);
	}
	return address_parse(name, &address) && address_is_loopback(&address);
}

static const char *
header(struct exchange *exchange, const char *name)
{
	return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

/* A form of ours, or no browser: browsers tell where a form comes from. */
static bool
is_own_form(struct exchange *exchange)
{
	const char *origin = header(exchange, "Origin"), *host = header(exchange, "Host");
	const char *site = header(exchange, "Sec-Fetch-Site");
	if (site != NULL && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
		return false;
	if (origin == NULL)
		return true;
	const char *separator = strstr(origin, "://");
	return separator != NULL && host != NULL &&
	       g_ascii_strcasecmp(separator + strlen("://"), host) == 0;
}

static enum passwords_answer
is_known(struct exchange *exchange)
{
	char *password = NULL;
	enum passwords_answer answer = PASSWORDS_BAD;
	if (exchange->server->options.passwords == NULL)
		return PASSWORDS_GOOD;
	char *name = MHD_basic_auth_get_username_password(exchange->connection, &password);
	if (name != NULL && password != NULL)
		answer = passwords_check(exchange->server->options.passwords, name, password);
	MHD_free(name);
	MHD_free(password);
	return answer;
}

/* ---- requests ---- */

static enum MHD_Result
take_parameter(void *user, enum MHD_ValueKind kind, const char *name, const char *value)
{
	GHashTable *query = user;
	(void)kind;
	g_hash_table_replace(query, g_utf8_make_valid(name, -1),
		g_utf8_make_valid(value != NULL ? value : "", -1));
	return MHD_YES;
}

/* The media type that is preferred, among two: what a browser sends names HTML. */
static bool
prefers_json(const char *accept)
{
	return accept != NULL && strstr(accept, "application/json") != NULL &&
	       strstr(accept, "text/html") == NULL;
}

static void
read_request(struct exchange *exchange, const char *url, char **path, struct web_request *request)
{
	*path = g_utf8_make_valid(url, -1);
	*request = (struct web_request){ .path = *path,
		.query = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
		.json = prefers_json(header(exchange, "Accept")) };
	MHD_get_connection_values(
		exchange->connection, MHD_GET_ARGUMENT_KIND, take_parameter, request->query);
	if (g_str_has_suffix(*path, ".json")) {
		(*path)[strlen(*path) - strlen(".json")] = '\0';
		request->json = true;
	}
}

static void
look_done(struct look *look)
{
	struct exchange *exchange = look->user;
	MHD_resume_connection(exchange->connection);
}

static enum MHD_Result
begin_look(struct exchange *exchange, const struct web_request *request)
{
	g_autoptr(GHashTable) fields = g_uri_parse_params(
		exchange->body->str, (gssize)exchange->body->len, "&", G_URI_PARAMS_WWW_FORM, NULL);
	const char *name = fields != NULL ? g_hash_table_lookup(fields, "domain") : NULL;
	g_autofree char *trimmed = g_strstrip(g_strdup(name != NULL ? name : ""));
	g_autofree char *domain = domain_name_normalise(trimmed, false);
	if (domain == NULL)
		return refuse(exchange, request, 400, "No such domain", "That is no domain name.",
			NULL, NULL);
	if (!looker_reserve(exchange->server->options.web->looker))
		return refuse(exchange, request, 429, "Too many checks",
			"Others were asked for just now: try again in a minute.", "Retry-After",
			"60");
	exchange->look = look_new(domain, look_done, exchange);
	set_phase(exchange->server, exchange->connection, PHASE_LOOK);
	/* before it can be done */
	MHD_suspend_connection(exchange->connection);
	looker_ask(exchange->server->options.web->looker, exchange->look);
	return MHD_YES;
}

static enum MHD_Result
answer_post(struct exchange *exchange, const struct web_request *request)
{
	const struct web *web = exchange->server->options.web;
	if (strcmp(request->path, "/check") != 0 || web->looker == NULL)
		return refuse(exchange, request, 405, "Only reading", "Pages can only be read.",
			"Allow", "GET, HEAD");
	if (!is_own_form(exchange))
		return refuse(exchange, request, 403, "Not from here",
			"The form was sent from another site's page.", NULL, NULL);
	if (exchange->too_long)
		return refuse(exchange, request, 413, "Too long", "That is more than a form holds.",
			NULL, NULL);
	if (exchange->look == NULL)
		return begin_look(exchange, request);
	struct web_answer answer = { .status = 200,
		.type = request->json ? "application/json" : "text/html; charset=utf-8",
		.body = g_string_new(NULL) };
	web_check_page(web, request, &answer, exchange->look);
	return send_answer(exchange, &answer, NULL, NULL);
}

static enum MHD_Result
answer_get(struct exchange *exchange, const struct web_request *request)
{
	struct web_answer answer = { .status = 200,
		.type = request->json ? "application/json" : "text/html; charset=utf-8",
		.body = g_string_new(NULL) };
	if (strcmp(request->path, "/favicon.ico") == 0)
		answer.status = 204;
	else
		web_route(exchange->server->options.web, request, &answer);
	return send_answer(exchange, &answer, NULL, NULL);
}

static enum MHD_Result
answer_request(struct exchange *exchange, const struct web_request *request, const char *method)
{
	if (!is_own_name(&exchange->server->options, header(exchange, "Host")))
		return refuse(exchange, request, 421, "Not here",
			"This server is asked by another name; --host lets it answer to more.",
			NULL, NULL);
	switch (is_known(exchange)) {
	case PASSWORDS_BAD:
		return refuse(exchange, request, 401, "Who are you?",
			"Name and password are needed.", "WWW-Authenticate",
			"Basic realm=\"stsready\", charset=\"UTF-8\"");
	case PASSWORDS_BUSY:
		return refuse(exchange, request, 503, "Busy",
			"Too many passwords are being checked.", "Retry-After", "1");
	case PASSWORDS_GOOD:
		break;
	}
	if (strcmp(method, MHD_HTTP_METHOD_POST) == 0)
		return answer_post(exchange, request);
	if (strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0)
		return answer_get(exchange, request);
	return refuse(exchange, request, 405, "Only reading", "Pages can only be read.", "Allow",
		"GET, HEAD");
}

static enum MHD_Result
handle(void *user, struct MHD_Connection *connection, const char *url, const char *method,
	const char *version, const char *bytes, size_t *length, void **context)
{
	struct exchange *exchange = *context;
	(void)version;
	if (exchange == NULL) {
		exchange = g_new0(struct exchange, 1);
		exchange->server = user;
		exchange->connection = connection;
		exchange->body = g_string_new(NULL);
		*context = exchange;
		return MHD_YES;
	}
	if (*length > 0) {
		exchange->too_long |= exchange->body->len + *length > MOST_BODY;
		if (!exchange->too_long)
			g_string_append_len(exchange->body, bytes, (gssize)*length);
		*length = 0;
		return MHD_YES;
	}
	struct web_request request;
	char *path;
	read_request(exchange, url, &path, &request);
	enum MHD_Result result = answer_request(exchange, &request, method);
	g_hash_table_unref(request.query);
	g_free(path);
	return result;
}

static void
request_completed(void *user, struct MHD_Connection *connection, void **context,
	enum MHD_RequestTerminationCode why)
{
	struct exchange *exchange = *context;
	(void)why;
	if (exchange == NULL)
		return;
	set_phase(user, connection, PHASE_REQUEST);
	g_string_free(exchange->body, TRUE);
	look_free(exchange->look);
	g_free(exchange);
	*context = NULL;
}

/* ---- begin and end ---- */

/* No script at all, and no style but the one that is known by its hash. */
static char *
security_policy(void)
{
	guint8 digest[32];
	gsize length = sizeof digest;
	GChecksum *checksum = g_checksum_new(G_CHECKSUM_SHA256);
	g_checksum_update(checksum, (const guchar *)html_style, -1);
	g_checksum_get_digest(checksum, digest, &length);
	g_checksum_free(checksum);
	g_autofree char *hash = g_base64_encode(digest, length);
	return g_strdup_printf("default-src 'none'; style-src 'sha256-%s'; form-action 'self'; "
			       "base-uri 'none'; frame-ancestors 'none'",
		hash);
}

static void
raise_file_limit(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= 2 * MOST_CONNECTIONS)
		return;
	limit.rlim_cur = MIN(limit.rlim_max, 2 * MOST_CONNECTIONS);
	setrlimit(RLIMIT_NOFILE, &limit);
}

static struct MHD_Daemon *
start_daemon(struct server *server)
{
	const struct server_options *options = &server->options;
	bool tls = options->certificate != NULL;
	struct MHD_OptionItem securing[] = {
		{ tls ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END, 0,
			(void *)options->certificate },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)options->key },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)TLS_PRIORITY },
		{ MHD_OPTION_END, 0, NULL },
	};
	raise_file_limit();
	return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC |
					MHD_ALLOW_SUSPEND_RESUME | (tls ? MHD_USE_TLS : 0),
		0, accept_peer, server, handle, server, MHD_OPTION_LISTEN_SOCKET,
		options->listener->fd, MHD_OPTION_THREAD_POOL_SIZE, options->threads,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)MOST_CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)REQUEST_SECONDS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_NOTIFY_COMPLETED, request_completed, server,
		MHD_OPTION_NOTIFY_CONNECTION, connection_changed, server, MHD_OPTION_ARRAY,
		securing, MHD_OPTION_END);
}

struct server *
server_new(const struct server_options *options, GError **error)
{
	struct server *server = g_new0(struct server, 1);
	server->options = *options;
	server->policy = security_policy();
	server->seats = g_hash_table_new_full(NULL, NULL, g_free, NULL);
	g_mutex_init(&server->mutex);
	server->daemon = start_daemon(server);
	if (server->daemon != NULL) {
		options->listener->fd = -1;
		return server;
	}
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: cannot serve pages%s",
		options->listener->name,
		options->certificate != NULL ? "; do certificate and key belong together?" : "");
	server_free(server);
	return NULL;
}

void
server_free(struct server *server)
{
	if (server == NULL)
		return;
	if (server->daemon != NULL)
		MHD_stop_daemon(server->daemon);
	g_hash_table_unref(server->seats);
	g_mutex_clear(&server->mutex);
	g_free(server->policy);
	g_free(server);
}
