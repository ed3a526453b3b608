/* Headers, path and parameters. */
#include "analyze/web/wire.h"

#include <string.h>

const char *
wire_header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

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

void
wire_read(struct MHD_Connection *connection, const char *url, struct web_request *request)
{
	char *path = g_utf8_make_valid(url, -1);
	bool json = g_str_has_suffix(path, ".json");
	if (json)
		path[strlen(path) - strlen(".json")] = '\0';
	*request = (struct web_request){ .path = path,
		.query = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
		.json = json || prefers_json(wire_header(connection, "Accept")) };
	MHD_get_connection_values(
		connection, MHD_GET_ARGUMENT_KIND, take_parameter, request->query);
}

void
wire_clear(struct web_request *request)
{
	g_hash_table_unref(request->query);
	g_free((char *)request->path);
}

/* ---- framing ---- */

/* How often headers occur that must not twice, or not together. */
struct framing {
	unsigned hosts, lengths, encodings;
};

static enum MHD_Result
count_header(void *user, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct framing *framing = user;
	(void)kind;
	(void)value;
	framing->hosts += g_ascii_strcasecmp(name, "Host") == 0;
	framing->lengths += g_ascii_strcasecmp(name, "Content-Length") == 0;
	framing->encodings += g_ascii_strcasecmp(name, "Transfer-Encoding") == 0;
	return MHD_YES;
}

bool
wire_is_plain(struct MHD_Connection *connection)
{
	struct framing framing = { 0 };
	MHD_get_connection_values(connection, MHD_HEADER_KIND, count_header, &framing);
	const char *encoding = wire_header(connection, "Transfer-Encoding");
	return framing.hosts <= 1 && framing.lengths + framing.encodings <= 1 &&
	       (encoding == NULL || g_ascii_strcasecmp(encoding, "chunked") == 0);
}

uint64_t
wire_body_length(struct MHD_Connection *connection)
{
	guint64 length = 0;
	const char *text = wire_header(connection, "Content-Length");
	/* nonsense is libmicrohttpd's to refuse */
	if (text != NULL)
		g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, &length, NULL);
	return length;
}

size_t
wire_unescape(void *user, struct MHD_Connection *connection, char *text)
{
	(void)user;
	(void)connection;
	/* what would end here for us but not for others stays as it is, and names nothing */
	return strstr(text, "%00") != NULL ? strlen(text) : MHD_http_unescape(text);
}
