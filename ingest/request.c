/* Requests: the checks, the body, the hand-over. */
#include "ingest/request.h"

#include <string.h>

#include "ingest/answer.h"
#include "ingest/limits.h"
#include "ingest/proxy_address.h"
#include "ingest/report_path.h"
#include "ingest/worker.h"

/* Of a body that is refused after it began, this much is read and dropped, so that its sender gets
   to see the answer. */
#define MOST_DROPPED (32u << 20)

/* The same of one that is refused by its header for something other than its size: as much as
   nearly every report has, and not so much that a flood costs more than it must. */
#define MOST_REFUSED (1u << 20)

/* Room made for a body whose length is known, before any of it is there. */
#define MOST_PREPARED (64u << 10)

enum state {
	STATE_READING,
	STATE_DROPPING, /* refused; the rest of the body is read and dropped */
	STATE_WAITING,  /* with the intake */
	STATE_ANSWERED,
};

struct request {
	struct intake_post post; /* first: done is given this */
	struct requests *all;
	struct MHD_Connection *connection;
	struct client *client;
	enum state state;
	enum answer answer; /* with STATE_DROPPING and STATE_ANSWERED */
	char *token;
	GByteArray *body;
	size_t held; /* bytes, with the guard */
	size_t got;  /* bytes of body, also dropped ones */
	int64_t began;
};

struct requests {
	struct request_options options;
	struct answers *answers;
	atomic_uint waiting;
	atomic_bool draining, stopping;
};

static int64_t
microseconds(uint64_t seconds)
{
	return (int64_t)seconds * G_USEC_PER_SEC;
}

static void
enter(struct request *request, enum client_phase phase, int64_t deadline)
{
	atomic_store(&request->client->deadline, deadline);
	atomic_store(&request->client->phase, phase);
}

static enum MHD_Result
send_answer(struct request *request, enum answer answer)
{
	struct requests *all = request->all;
	request->state = STATE_ANSWERED;
	request->answer = answer;
	/* the deadline of the next header; it is time enough for this answer as well */
	enter(request, CLIENT_ANSWERING,
		g_get_monotonic_time() + microseconds(all->options.idle_seconds));
	return MHD_queue_response(request->connection, answer_status(answer),
		answers_response(all->answers, answer, atomic_load(&all->draining)));
}

/* ---- the checks, in order ---- */

static bool
check_method(const char *method, enum answer *refusal)
{
	bool get = strcmp(method, MHD_HTTP_METHOD_GET) == 0 ||
		   strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
	*refusal = get ? ANSWER_PAGE : ANSWER_NO_METHOD;
	return strcmp(method, MHD_HTTP_METHOD_POST) == 0;
}

/* Sets the token where the path has one. */
static bool
check_path(struct request *request, const char *url)
{
	const char *token;
	if (!report_path_read(url, &token))
		return false;
	request->token = g_strdup(token);
	return true;
}

static const char *
header(struct request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

/* The length that the header declares; 0 where it does not (libmicrohttpd refuses nonsense). */
static guint64
declared_length(struct request *request)
{
	guint64 length = 0;
	const char *text = header(request, "Content-Length");
	if (text != NULL)
		g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, &length, NULL);
	return length;
}

/* Whether the body may be read; *refusal says why not. */
static bool
check(struct request *request, const char *method, const char *url, enum answer *refusal)
{
	struct requests *all = request->all;
	bool post = check_method(method, refusal);
	if (!post && *refusal == ANSWER_NO_METHOD)
		return false;
	if (!check_path(request, url) && (post || strcmp(url, "/") != 0)) {
		*refusal = ANSWER_NO_PATH;
		return false;
	}
	if (!post)
		return false;
	if (declared_length(request) > LIMIT_BODY_BYTES) {
		*refusal = ANSWER_TOO_LARGE;
		return false;
	}
	if (!guard_admit(all->options.guard, &request->post.client, request->began)) {
		metrics_count(all->options.metrics, METRICS_RATE_LIMITED, 1);
		*refusal = ANSWER_FLOOD;
		return false;
	}
	return true;
}

/* ---- the body ---- */

static enum MHD_Result
append_header(void *user, enum MHD_ValueKind kind, const char *name, const char *value)
{
	GString *joined = user;
	(void)kind;
	if (value != NULL && g_ascii_strcasecmp(name, "X-Forwarded-For") == 0)
		g_string_append_printf(joined, "%s%s", joined->len > 0 ? "," : "", value);
	return MHD_YES;
}

static struct address
find_client(struct request *request)
{
	const struct request_options *options = &request->all->options;
	if (!request->client->known)
		return request->client->address;
	g_autoptr(GString) forwarded = g_string_new(NULL);
	MHD_get_connection_values(request->connection, MHD_HEADER_KIND, append_header, forwarded);
	return proxy_address(
		options->proxies, options->n_proxies, &request->client->address, forwarded->str);
}

static void
let_go(struct request *request)
{
	guard_release(request->all->options.guard, &request->post.client, request->held);
	request->held = 0;
	g_clear_pointer(&request->body, g_byte_array_unref);
}

static void
drop(struct request *request, enum answer refusal)
{
	let_go(request);
	request->state = STATE_DROPPING;
	request->answer = refusal;
}

/* Whether a body is on its way that is worth reading before the refusal: closing a connection with
   bytes unread resets it, and its sender never sees the answer.  One who asked first sends none. */
static bool
body_comes(struct request *request, enum answer refusal)
{
	guint64 length = declared_length(request);
	guint64 most = refusal == ANSWER_TOO_LARGE ? MOST_DROPPED : MOST_REFUSED;
	return length > 0 && length <= most && header(request, "Expect") == NULL;
}

static enum MHD_Result
refuse(struct request *request, enum answer refusal)
{
	if (!body_comes(request, refusal))
		return send_answer(request, refusal);
	drop(request, refusal);
	return MHD_YES;
}

static void intake_done(struct intake_post *post);

static enum MHD_Result
begin(struct requests *all, struct MHD_Connection *connection, const char *url, const char *method,
	void **context)
{
	struct request *request = g_new0(struct request, 1);
	*context = request;
	request->all = all;
	request->connection = connection;
	request->client = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
				  ->socket_context;
	request->began = g_get_monotonic_time();
	request->post.client = find_client(request);
	request->post.done = intake_done;
	request->post.failure = -1;
	enter(request, CLIENT_READING, request->began + microseconds(all->options.body_seconds));

	enum answer refusal;
	if (!check(request, method, url, &refusal))
		return refuse(request, refusal);
	request->body = g_byte_array_sized_new((guint)MIN(declared_length(request), MOST_PREPARED));
	return MHD_YES;
}

static void
keep(struct request *request, const char *bytes, size_t length)
{
	if (request->body->len + length > LIMIT_BODY_BYTES) {
		drop(request, ANSWER_TOO_LARGE);
		return;
	}
	switch (guard_hold(request->all->options.guard, &request->post.client, request->held,
		length, request->began)) {
	case GUARD_FINE:
		request->held += length;
		g_byte_array_append(request->body, (const guint8 *)bytes, (guint)length);
		break;
	case GUARD_ADDRESS_FULL:
		drop(request, ANSWER_FLOOD);
		break;
	case GUARD_FULL:
		drop(request, ANSWER_NO_MEMORY);
		break;
	}
}

static enum MHD_Result
take(struct request *request, const char *bytes, size_t length)
{
	request->got += length;
	metrics_count(request->all->options.metrics, METRICS_BODY_BYTES, length);
	atomic_store(&request->client->deadline,
		request->began + microseconds(request->all->options.body_seconds +
					      request->got / REQUEST_SLOWEST));
	if (request->state == STATE_READING)
		keep(request, bytes, length);
	return request->got <= MOST_DROPPED ? MHD_YES : MHD_NO;
}

/* ---- the intake ---- */

static void
intake_done(struct intake_post *post)
{
	struct request *request = (struct request *)post;
	/* the answer is sent by the connection's own thread */
	worker_resume(request->client->worker, request->connection);
}

static enum MHD_Result
hand_over(struct request *request)
{
	struct requests *all = request->all;
	if (request->body->len == 0)
		return send_answer(request, ANSWER_EMPTY);
	/* counted first, so that requests_stop and requests_waiting together miss none */
	atomic_fetch_add(&all->waiting, 1);
	if (atomic_load(&all->stopping)) {
		atomic_fetch_sub(&all->waiting, 1);
		return MHD_NO;
	}
	request->state = STATE_WAITING;
	request->post.body = g_byte_array_free_to_bytes(g_steal_pointer(&request->body));
	request->post.token = request->token;
	enter(request, CLIENT_WAITING, INT64_MAX);
	MHD_suspend_connection(request->connection);
	intake_take(all->options.intake, &request->post);
	return MHD_YES;
}

static enum MHD_Result
finish(struct request *request)
{
	atomic_fetch_sub(&request->all->waiting, 1);
	return send_answer(request, answer_for(&request->post));
}

enum MHD_Result
request_handle(void *user, struct MHD_Connection *connection, const char *url, const char *method,
	const char *version, const char *bytes, size_t *length, void **context)
{
	struct request *request = *context;
	(void)version;
	if (request == NULL)
		return begin(user, connection, url, method, context);
	if (*length > 0) {
		enum MHD_Result taken = take(request, bytes, *length);
		*length = 0;
		return taken;
	}
	switch (request->state) {
	case STATE_READING:
		return hand_over(request);
	case STATE_DROPPING:
		return send_answer(request, request->answer);
	case STATE_WAITING:
		return request->post.receipt != RECEIPT_NONE ? finish(request) : MHD_YES;
	case STATE_ANSWERED:
		break;
	}
	return MHD_YES;
}

/* ---- the end ---- */

static enum log_level
level_of(unsigned status, enum answer answer)
{
	if (status == 0 || answer == ANSWER_PAGE)
		return LOG_LEVEL_DEBUG;
	if (status >= 500)
		return LOG_LEVEL_ERROR;
	return status >= 400 ? LOG_LEVEL_NOTICE : LOG_LEVEL_INFO;
}

static void
log_request(const struct request *request, unsigned status)
{
	const struct log *log = request->all->options.log;
	const struct intake_post *post = &request->post;
	char peer[ADDRESS_TEXT_BYTES];
	GString *line = log_begin(log, level_of(status, request->answer), "post");
	if (line == NULL)
		return;
	log_text(line, "peer", address_text(&post->client, peer));
	log_number(line, "status", status);
	log_text(line, "domain", post->domain);
	log_text(line, "submitter", post->submitter);
	log_number(line, "bytes", (int64_t)request->got);
	log_number(line, "ms", (g_get_monotonic_time() - request->began) / 1000);
	if (post->over_cap)
		log_text(line, "over_cap", "yes");
	log_text(line, "why", post->why);
	log_end(log, line);
}

void
request_completed(void *user, struct MHD_Connection *connection, void **context,
	enum MHD_RequestTerminationCode why)
{
	struct requests *all = user;
	struct request *request = *context;
	(void)connection;
	(void)why;
	if (request == NULL)
		return;
	*context = NULL;
	unsigned status = request->state == STATE_ANSWERED ? answer_status(request->answer) : 0;
	if (request->state == STATE_WAITING)
		atomic_fetch_sub(&all->waiting, 1);
	log_request(request, status);
	metrics_request(all->options.metrics, status);
	let_go(request);
	atomic_store(&request->client->phase, CLIENT_IDLE);
	intake_post_clear(&request->post);
	g_free(request->token);
	g_free(request);
}

struct requests *
requests_new(const struct request_options *options)
{
	struct requests *all = g_new0(struct requests, 1);
	all->options = *options;
	all->answers = answers_new();
	return all;
}

void
requests_free(struct requests *requests)
{
	if (requests == NULL)
		return;
	answers_free(requests->answers);
	g_free(requests);
}

void
requests_drain(struct requests *requests)
{
	atomic_store(&requests->draining, true);
}

void
requests_stop(struct requests *requests)
{
	atomic_store(&requests->stopping, true);
}

unsigned
requests_waiting(struct requests *requests)
{
	return atomic_load(&requests->waiting);
}
