/* Requests: the checks, the way aside and back, the answer. */
#include "analyze/web/exchange.h"

#include <string.h>

#include "analyze/web/origin.h"
#include "analyze/web/wire.h"
#include "ingest/clients.h"
#include "ingest/domain_name.h"
#include "ingest/worker.h"

/* domain=NAME */
#define MOST_BODY 1024

/* Of a body that nobody wants, this much is read and dropped, so that its sender gets to see the
   answer: closing a connection with bytes unread resets it. */
#define MOST_DROPPED (64u << 10)

enum stage { STAGE_REQUEST, STAGE_PASSWORD, STAGE_PAGE, STAGE_LOOK, STAGE_ANSWER };

struct exchange {
	struct errand errand; /* first */
	struct exchanges *all;
	struct MHD_Connection *connection;
	struct client *client;
	enum stage stage;
	const char *method;
	struct web_request request;
	GString *body;
	size_t got;            /* bytes of body, also dropped ones */
	char *name, *password; /* to be checked */
	bool good;             /* they are */
	struct web_answer answer;
	struct look *look;
};

struct exchanges {
	struct exchange_options options;
	atomic_bool stopping;
};

static void
enter(struct exchange *exchange, enum client_phase phase, int64_t deadline)
{
	atomic_store(&exchange->client->deadline, deadline);
	atomic_store(&exchange->client->phase, phase);
}

/* ---- answers ---- */

static enum MHD_Result
send_answer(struct exchange *exchange, const char *name, const char *value, bool last)
{
	exchange->stage = STAGE_ANSWER;
	enter(exchange, CLIENT_ANSWERING,
		g_get_monotonic_time() + EXCHANGE_ANSWER_SECONDS * G_USEC_PER_SEC);
	return reply_send(exchange->all->options.replies, exchange->connection, &exchange->request,
		&exchange->answer, name, value, last);
}

static void
begin_answer(struct exchange *exchange)
{
	exchange->answer = (struct web_answer){ .status = 200,
		.type = exchange->request.json ? "application/json" : "text/html; charset=utf-8",
		.body = g_string_new(NULL) };
}

static enum MHD_Result
refuse(struct exchange *exchange, unsigned status, const char *title, const char *words,
	const char *name, const char *value)
{
	begin_answer(exchange);
	web_refuse(&exchange->request, &exchange->answer, status, title, words);
	return send_answer(exchange, name, value, false);
}

/* The same before the body came, which is not read then. */
static enum MHD_Result
refuse_early(struct exchange *exchange, unsigned status, const char *title, const char *words)
{
	begin_answer(exchange);
	web_refuse(&exchange->request, &exchange->answer, status, title, words);
	return send_answer(exchange, NULL, NULL, true);
}

/* ---- the way aside ---- */

static void
resume(struct exchange *exchange)
{
	/* the connection's own thread goes on with it */
	worker_resume(exchange->client->worker, exchange->connection);
}

static void
errand_done(struct errand *errand)
{
	resume((struct exchange *)errand);
}

static void
look_done(struct look *look)
{
	resume(look->user);
}

/* Has begun something that resumes the connection when it is done. */
static enum MHD_Result
wait_in(struct exchange *exchange, enum stage stage)
{
	exchange->stage = stage;
	enter(exchange, CLIENT_WAITING, INT64_MAX);
	/* it is resumed by this very thread, and so not before */
	MHD_suspend_connection(exchange->connection);
	return MHD_YES;
}

static enum MHD_Result
refuse_busy(struct exchange *exchange)
{
	return refuse(
		exchange, 503, "Busy", "There is too much to do: try again soon.", NULL, NULL);
}

static enum MHD_Result
go_aside(struct exchange *exchange, enum stage stage, struct desk *desk,
	void (*run)(struct errand *errand))
{
	exchange->errand.run = run;
	exchange->errand.done = errand_done;
	if (atomic_load(&exchange->all->stopping) || !desk_give(desk, &exchange->errand))
		return refuse_busy(exchange);
	return wait_in(exchange, stage);
}

/* ---- the form ---- */

static enum MHD_Result
begin_look(struct exchange *exchange)
{
	g_autoptr(GHashTable) fields = g_uri_parse_params(
		exchange->body->str, (gssize)exchange->body->len, "&", G_URI_PARAMS_WWW_FORM, NULL);
	const char *name = fields != NULL ? g_hash_table_lookup(fields, "domain") : NULL;
	g_autofree char *trimmed = g_strstrip(g_strdup(name != NULL ? name : ""));
	g_autofree char *domain = domain_name_normalise(trimmed, false);
	if (domain == NULL)
		return refuse(
			exchange, 400, "No such domain", "That is no domain name.", NULL, NULL);
	exchange->look = look_new(domain, look_done, exchange);
	if (atomic_load(&exchange->all->stopping) ||
		!looker_ask(exchange->all->options.web->looker, exchange->look))
		return refuse(exchange, 429, "Too many checks",
			"Others were asked for just now: try again in a minute.", "Retry-After",
			"60");
	return wait_in(exchange, STAGE_LOOK);
}

static enum MHD_Result
take_form(struct exchange *exchange)
{
	const struct exchange_options *options = &exchange->all->options;
	if (strcmp(exchange->request.path, "/check") != 0 || options->web->looker == NULL)
		return refuse(exchange, 405, "Only reading", "Pages can only be read.", "Allow",
			"GET, HEAD");
	if (!origin_is_own_form(wire_header(exchange->connection, "Sec-Fetch-Site"),
		    wire_header(exchange->connection, "Origin"),
		    wire_header(exchange->connection, "Host"), options->hosts))
		return refuse(exchange, 403, "Not from here",
			"The form was sent from another site's page.", NULL, NULL);
	if (exchange->got > MOST_BODY)
		return refuse(
			exchange, 413, "Too long", "That is more than a form holds.", NULL, NULL);
	return begin_look(exchange);
}

static enum MHD_Result
answer_look(struct exchange *exchange)
{
	begin_answer(exchange);
	web_check_page(
		exchange->all->options.web, &exchange->request, &exchange->answer, exchange->look);
	return send_answer(exchange, NULL, NULL, false);
}

/* ---- pages ---- */

static void
run_page(struct errand *errand)
{
	struct exchange *exchange = (struct exchange *)errand;
	begin_answer(exchange);
	web_route(exchange->all->options.web, &exchange->request, &exchange->answer);
}

static enum MHD_Result
answer_page(struct exchange *exchange)
{
	return exchange->errand.refused ? refuse_busy(exchange)
					: send_answer(exchange, NULL, NULL, false);
}

static enum MHD_Result
get_page(struct exchange *exchange)
{
	const struct exchange_options *options = &exchange->all->options;
	if (web_waits(&exchange->request))
		return go_aside(exchange, STAGE_PAGE, options->pages, run_page);
	run_page(&exchange->errand);
	return send_answer(exchange, NULL, NULL, false);
}

static enum MHD_Result
serve(struct exchange *exchange)
{
	if (strcmp(exchange->method, MHD_HTTP_METHOD_POST) == 0)
		return take_form(exchange);
	if (strcmp(exchange->method, MHD_HTTP_METHOD_GET) == 0 ||
		strcmp(exchange->method, MHD_HTTP_METHOD_HEAD) == 0)
		return get_page(exchange);
	return refuse(
		exchange, 405, "Only reading", "Pages can only be read.", "Allow", "GET, HEAD");
}

/* ---- who asks ---- */

static enum MHD_Result
refuse_unknown(struct exchange *exchange)
{
	return refuse(exchange, 401, "Who are you?", "Name and password are needed.",
		"WWW-Authenticate", "Basic realm=\"stsready\", charset=\"UTF-8\"");
}

static void
run_password(struct errand *errand)
{
	struct exchange *exchange = (struct exchange *)errand;
	exchange->good = passwords_check(
		exchange->all->options.passwords, exchange->name, exchange->password);
}

static enum MHD_Result
check_password(struct exchange *exchange)
{
	const struct exchange_options *options = &exchange->all->options;
	if (!options->proxied &&
		!guard_admit(options->failures, &exchange->client->address, g_get_monotonic_time()))
		return refuse(exchange, 429, "Too many wrong passwords",
			"They came from this address: try again in a minute.", "Retry-After", "60");
	return go_aside(exchange, STAGE_PASSWORD, options->keys, run_password);
}

/* Only what was wrong is counted. */
static void
forgive(struct exchange *exchange)
{
	if (!exchange->all->options.proxied)
		guard_charge(exchange->all->options.failures, &exchange->client->address,
			g_get_monotonic_time(), -1);
}

static enum MHD_Result
password_checked(struct exchange *exchange)
{
	const struct exchange_options *options = &exchange->all->options;
	char peer[ADDRESS_TEXT_BYTES];
	if (exchange->errand.refused || exchange->good)
		forgive(exchange);
	if (exchange->errand.refused)
		return refuse_busy(exchange);
	if (exchange->good)
		return serve(exchange);
	log_say(options->log, LOG_LEVEL_NOTICE, "wrong-password", "peer",
		address_text(&exchange->client->address, peer), NULL);
	return refuse_unknown(exchange);
}

static enum MHD_Result
ask_who(struct exchange *exchange)
{
	struct passwords *passwords = exchange->all->options.passwords;
	if (passwords == NULL)
		return serve(exchange);
	exchange->name =
		MHD_basic_auth_get_username_password(exchange->connection, &exchange->password);
	if (exchange->name == NULL || exchange->password == NULL)
		return refuse_unknown(exchange);
	if (passwords_remember(passwords, exchange->name, exchange->password))
		return serve(exchange);
	return check_password(exchange);
}

/* ---- the request ---- */

static enum MHD_Result
begin(struct exchanges *all, struct MHD_Connection *connection, const char *url, const char *method,
	void **context)
{
	struct exchange *exchange = g_new0(struct exchange, 1);
	*context = exchange;
	exchange->all = all;
	exchange->connection = connection;
	exchange->client = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
				   ->socket_context;
	exchange->method = method;
	exchange->body = g_string_new(NULL);
	wire_read(connection, url, &exchange->request);
	exchange->request.web = all->options.web;
	atomic_store(&exchange->client->phase, CLIENT_READING);
	if (!wire_is_plain(connection) || url[0] != '/')
		return refuse_early(exchange, 400, "Not understood", "That is no plain request.");
	if (wire_body_length(connection) > MOST_DROPPED)
		return refuse_early(exchange, 413, "Too long", "That is more than a form holds.");
	return MHD_YES;
}

static enum MHD_Result
take_body(struct exchange *exchange, const char *bytes, size_t length)
{
	exchange->got += length;
	if (exchange->got <= MOST_BODY)
		g_string_append_len(exchange->body, bytes, (gssize)length);
	return exchange->got <= MOST_DROPPED ? MHD_YES : MHD_NO;
}

static enum MHD_Result
check_name(struct exchange *exchange)
{
	const struct exchange_options *options = &exchange->all->options;
	if (!options->any_host &&
		!origin_is_own_name(wire_header(exchange->connection, "Host"), options->hosts))
		return refuse(exchange, 421, "Not here",
			"This server is asked by another name; --host lets it answer to more.",
			NULL, NULL);
	return ask_who(exchange);
}

/* The request is whole, or what it waited for is done. */
static enum MHD_Result
go_on(struct exchange *exchange)
{
	switch (exchange->stage) {
	case STAGE_REQUEST:
		return check_name(exchange);
	case STAGE_PASSWORD:
		return password_checked(exchange);
	case STAGE_PAGE:
		return answer_page(exchange);
	case STAGE_LOOK:
		return answer_look(exchange);
	case STAGE_ANSWER:
		break;
	}
	return MHD_YES;
}

enum MHD_Result
exchange_handle(void *user, struct MHD_Connection *connection, const char *url, const char *method,
	const char *version, const char *bytes, size_t *length, void **context)
{
	struct exchange *exchange = *context;
	(void)version;
	if (exchange == NULL)
		return begin(user, connection, url, method, context);
	if (*length == 0)
		return go_on(exchange);
	size_t got = *length;
	*length = 0;
	return take_body(exchange, bytes, got);
}

/* ---- begin and end ---- */

static void
free_secret(char *secret)
{
	if (secret != NULL)
		explicit_bzero(secret, strlen(secret));
	MHD_free(secret);
}

void
exchange_completed(void *user, struct MHD_Connection *connection, void **context,
	enum MHD_RequestTerminationCode why)
{
	struct exchange *exchange = *context;
	(void)user;
	(void)connection;
	(void)why;
	if (exchange == NULL)
		return;
	*context = NULL;
	/* a page that nobody is there to take */
	if (exchange->stage == STAGE_PAGE && exchange->answer.body != NULL)
		g_string_free(exchange->answer.body, TRUE);
	enter(exchange, CLIENT_IDLE,
		g_get_monotonic_time() + EXCHANGE_REQUEST_SECONDS * G_USEC_PER_SEC);
	g_string_free(exchange->body, TRUE);
	wire_clear(&exchange->request);
	free_secret(exchange->name);
	free_secret(exchange->password);
	look_free(exchange->look);
	g_free(exchange);
}

struct exchanges *
exchanges_new(const struct exchange_options *options)
{
	struct exchanges *exchanges = g_new0(struct exchanges, 1);
	exchanges->options = *options;
	return exchanges;
}

void
exchanges_free(struct exchanges *exchanges)
{
	g_free(exchanges);
}

void
exchanges_stop(struct exchanges *exchanges)
{
	atomic_store(&exchanges->stopping, true);
}
