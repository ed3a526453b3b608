/* Headers, and the bytes that wait to be taken. */
#include "analyze/web/reply.h"

#include <stdatomic.h>
#include <string.h>

#include "analyze/html_style.h"

struct replies {
	char *policy; /* Content-Security-Policy */
	size_t most;
	atomic_size_t held;
};

/* A body that is on its way. */
struct cargo {
	struct replies *replies;
	size_t length;
	char *bytes;
};

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

struct replies *
replies_new(size_t bytes)
{
	struct replies *replies = g_new0(struct replies, 1);
	replies->policy = security_policy();
	replies->most = bytes;
	return replies;
}

void
replies_free(struct replies *replies)
{
	if (replies == NULL)
		return;
	g_free(replies->policy);
	g_free(replies);
}

/* ---- bodies ---- */

/* More is a large answer: those may not use the last quarter, so that pages come when they fill the
   rest. */
#define LARGE (1u << 20)

static bool
hold(struct replies *replies, size_t length)
{
	size_t most = length > LARGE ? replies->most - replies->most / 4 : replies->most;
	if (atomic_fetch_add(&replies->held, length) + length <= most)
		return true;
	atomic_fetch_sub(&replies->held, length);
	return false;
}

static void
let_go(void *user)
{
	struct cargo *cargo = user;
	atomic_fetch_sub(&cargo->replies->held, cargo->length);
	g_free(cargo->bytes);
	g_free(cargo);
}

static struct MHD_Response *
load(struct replies *replies, GString *body)
{
	struct cargo *cargo = g_new(struct cargo, 1);
	*cargo = (struct cargo){ replies, body->len, g_string_free(body, FALSE) };
	return MHD_create_response_from_buffer_with_free_callback_cls(
		cargo->length, cargo->bytes, let_go, cargo);
}

/* A refusal itself is always let through: it is small. */
static void
refuse_crowd(struct replies *replies, const struct web_request *request, struct web_answer *answer)
{
	web_refuse(request, answer, 503, "Busy", "Too many answers are on their way.");
	atomic_fetch_add(&replies->held, answer->body->len);
}

/* ---- sending ---- */

static void
put_headers(const struct replies *replies, struct MHD_Response *response)
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
	MHD_add_response_header(response, "Content-Security-Policy", replies->policy);
}

enum MHD_Result
reply_send(struct replies *replies, struct MHD_Connection *connection,
	const struct web_request *request, struct web_answer *answer, const char *name,
	const char *value, bool last)
{
	if (!hold(replies, answer->body->len))
		refuse_crowd(replies, request, answer);
	struct MHD_Response *response = load(replies, answer->body);
	put_headers(replies, response);
	if (answer->type != NULL)
		MHD_add_response_header(response, "Content-Type", answer->type);
	if (answer->attachment)
		MHD_add_response_header(
			response, "Content-Disposition", "attachment; filename=\"report.json\"");
	if (answer->status == MHD_HTTP_SERVICE_UNAVAILABLE)
		MHD_add_response_header(response, "Retry-After", "5");
	if (name != NULL)
		MHD_add_response_header(response, name, value);
	if (last)
		MHD_add_response_header(response, "Connection", "close");
	enum MHD_Result queued = MHD_queue_response(connection, answer->status, response);
	MHD_destroy_response(response);
	return queued;
}
