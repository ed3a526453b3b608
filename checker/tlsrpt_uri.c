/* One URI of a TLS-RPT record. */
#include "checker/tlsrpt_uri.h"

#include <string.h>

#include <glib.h>

#include "ingest/domain_name.h"
#include "ingest/limits.h"

#define HTTPS_PORT 443

/* RFC 5321 4.5.3.1.1 */
#define MOST_LOCAL 64

/* One reading of a URI. */
struct reading {
	struct arena *arena;
	struct tlsrpt_rua *rua;
	struct faults *faults;
	const char *quoted;
};

/* What is said behind the quoted URI. */
static const struct saying {
	enum tlsrpt_record_fault code;
	enum fault_effect effect;
	const char *what;
} sayings[] = {
	{ TLSRPT_URI_NO_SCHEME, FAULT_DISPUTED,
		"has no scheme: an address needs \"mailto:\" before it. Strict senders refuse the "
		"record, lenient ones pass over this" },
	{ TLSRPT_URI_SCHEME, FAULT_IGNORED, "is neither mailto: nor https:. Senders pass over it" },
	{ TLSRPT_URI_HTTP, FAULT_IGNORED,
		"is not encrypted: reports go to mailto: and https: only. Senders pass over it" },
	{ TLSRPT_URI_SIZE, FAULT_DISPUTED,
		"has a \"!\": DMARC has size limits there, TLS-RPT has none (and writes a \"!\" as "
		"%21). Strict senders refuse the record, lenient ones pass over this" },
	{ TLSRPT_URI_CHARACTERS, FAULT_DISPUTED,
		"has characters that no URI has. Strict senders refuse the record, lenient ones "
		"pass over this" },
	{ TLSRPT_URI_PERCENT, FAULT_DISPUTED,
		"has a \"%\" without two hexadecimal digits. Strict senders refuse the record, "
		"lenient ones pass over this" },
	{ TLSRPT_URI_ADDRESS, FAULT_IGNORED,
		"does not name one mail address, mailto:LOCAL@DOMAIN. Senders cannot use it" },
	{ TLSRPT_URI_FIELDS, FAULT_TRIPS,
		"has a \"?\". Some senders take what follows for a part of the address" },
	{ TLSRPT_URI_HOST, FAULT_IGNORED,
		"has no host name, https://HOST/PATH. Senders cannot use it" },
	{ TLSRPT_URI_IP, FAULT_IGNORED,
		"has an IP address for a host. Senders find no certificate for it" },
	{ TLSRPT_URI_PORT, FAULT_IGNORED, "has a port that is none. Senders cannot use it" },
	{ TLSRPT_URI_CREDENTIALS, FAULT_TRIPS,
		"has a user name or a password. Everybody can read it, and some senders do not "
		"send it" },
	{ TLSRPT_URI_FRAGMENT, FAULT_TOLERATED, "has a \"#\". Senders drop what follows" },
};

static void
add(struct reading *reading, enum tlsrpt_record_fault code)
{
	const struct saying *saying = sayings;
	while (saying->code != code)
		saying++;
	struct fault *fault = arena_alloc(reading->arena, sizeof *fault);
	*fault = (struct fault){ code, saying->effect, 0,
		arena_printf(reading->arena, "The rua %s %s.", reading->quoted, saying->what) };
	faults_add(reading->faults, reading->arena, code, fault->effect, 0, "%s", fault->text);
	if (reading->rua->fault == NULL || reading->rua->fault->effect < fault->effect)
		reading->rua->fault = fault;
}

/* ---- characters ---- */

/* Whether RFC 3986 2 has it; "," ";" and "!" are encoded here (RFC 8460 3). */
static bool
is_uri_byte(char byte)
{
	return g_ascii_isalnum(byte) || (byte != '\0' && strchr("-._~:/?#[]@$&'()*+=%", byte));
}

/* Whether every "%" has its two digits (RFC 3986 2.1). */
static bool
is_percent_fine(const struct txt *uri)
{
	for (size_t i = 0; i < uri->length; i++)
		if (uri->bytes[i] == '%' &&
			(uri->length - i < 3 || !g_ascii_isxdigit(uri->bytes[i + 1]) ||
				!g_ascii_isxdigit(uri->bytes[i + 2])))
			return false;
	return true;
}

/* The fault of its characters; 0: there is none. */
static enum tlsrpt_record_fault
look_at_characters(const struct txt *uri)
{
	if (memchr(uri->bytes, '!', uri->length) != NULL)
		return TLSRPT_URI_SIZE;
	for (size_t i = 0; i < uri->length; i++)
		if (!is_uri_byte(uri->bytes[i]))
			return TLSRPT_URI_CHARACTERS;
	return is_percent_fine(uri) ? 0 : TLSRPT_URI_PERCENT;
}

/* ---- mailto: ---- */

static bool
is_local_byte(char byte)
{
	return (unsigned char)byte >= 0x80 ||
	       (g_ascii_isgraph(byte) && strchr("()<>[]:;@\\,\"", byte) == NULL);
}

/* Whether what stands before the last "@" is a local part that needs no quotes (RFC 5321 4.1.2;
   RFC 6531 for what is beyond ASCII).  "mailto://" is what people write by mistake. */
static bool
is_local_part(const char *address, const char *at)
{
	if (at == address || at - address > MOST_LOCAL || g_str_has_prefix(address, "//"))
		return false;
	for (const char *byte = address; byte < at; byte++)
		if (!is_local_byte(*byte))
			return false;
	return true;
}

/* RFC 6068 2, of which one address is left: "," parts them, header fields follow "?". */
static void
read_mailto(struct reading *reading, const char *rest)
{
	g_autofree char *to = g_strndup(rest, strcspn(rest, "?#"));
	g_autofree char *address = g_uri_unescape_string(to, NULL);
	const char *at = address != NULL ? strrchr(address, '@') : NULL;
	g_autofree char *domain = at != NULL ? domain_name_normalise(at + 1, false) : NULL;
	if (domain == NULL || !is_local_part(address, at) || !g_utf8_validate(address, -1, NULL)) {
		add(reading, TLSRPT_URI_ADDRESS);
		return;
	}
	if (rest[strlen(to)] == '?')
		add(reading, TLSRPT_URI_FIELDS);
	reading->rua->usable = true;
	reading->rua->address = fault_show(reading->arena, address, strlen(address), 0);
	reading->rua->host = arena_strdup(reading->arena, domain);
}

/* ---- https: ---- */

/* 1 to 65535; the default where there are no digits; 0: none of these. */
static uint16_t
read_port(const char *text)
{
	guint64 port;
	if (*text == '\0')
		return HTTPS_PORT;
	if (!g_ascii_string_to_unsigned(text, 10, 1, G_MAXUINT16, &port, NULL))
		return 0;
	return (uint16_t)port;
}

/* Host and port of an authority (RFC 3986 3.2), without user information. */
static bool
read_host(struct reading *reading, char *host)
{
	char *colon = strchr(host, ':');
	if (colon != NULL)
		*colon = '\0';
	if (host[0] == '[' || g_hostname_is_ip_address(host)) {
		add(reading, TLSRPT_URI_IP);
		return false;
	}
	g_autofree char *name = domain_name_normalise(host, false);
	uint16_t port = colon != NULL ? read_port(colon + 1) : HTTPS_PORT;
	if (name == NULL || port == 0) {
		add(reading, name == NULL ? TLSRPT_URI_HOST : TLSRPT_URI_PORT);
		return false;
	}
	reading->rua->host = arena_strdup(reading->arena, name);
	reading->rua->port = port;
	return true;
}

static void
read_https(struct reading *reading, const char *rest)
{
	if (!g_str_has_prefix(rest, "//")) {
		add(reading, TLSRPT_URI_HOST);
		return;
	}
	rest += strlen("//");
	const char *path = rest + strcspn(rest, "/?#");
	g_autofree char *authority = g_strndup(rest, (gsize)(path - rest));
	char *at = strrchr(authority, '@');
	if (!read_host(reading, at != NULL ? at + 1 : authority))
		return;
	if (at != NULL)
		add(reading, TLSRPT_URI_CREDENTIALS);
	size_t length = strcspn(path, "#");
	reading->rua->usable = true;
	reading->rua->path = arena_printf(
		reading->arena, "%s%.*s", path[0] == '/' ? "" : "/", (int)length, path);
}

/* ---- the URI ---- */

/* Letters, digits, "+", "-" and "." before the colon (RFC 3986 3.1). */
static size_t
scheme_length(const char *uri)
{
	size_t length = 0;
	while (g_ascii_isalnum(uri[length]) ||
		(length > 0 && uri[length] != '\0' && strchr("+-.", uri[length]) != NULL))
		length++;
	return g_ascii_isalpha(uri[0]) && uri[length] == ':' ? length : 0;
}

/* uri has the characters of one, and no NUL. */
static void
read_parts(struct reading *reading, const char *uri)
{
	size_t length = scheme_length(uri);
	struct txt scheme = { uri, length };
	const char *rest = uri + length + 1;
	if (length == 0) {
		add(reading, TLSRPT_URI_NO_SCHEME);
	} else if (txt_is_case(&scheme, "mailto")) {
		reading->rua->scheme = TLSRPT_MAILTO;
		read_mailto(reading, rest);
	} else if (txt_is_case(&scheme, "https")) {
		reading->rua->scheme = TLSRPT_HTTPS;
		read_https(reading, rest);
	} else {
		add(reading, txt_is_case(&scheme, "http") ? TLSRPT_URI_HTTP : TLSRPT_URI_SCHEME);
	}
	if (reading->rua->usable && strchr(uri, '#') != NULL)
		add(reading, TLSRPT_URI_FRAGMENT);
}

struct tlsrpt_rua
tlsrpt_uri_read(struct arena *arena, const struct txt *uri, struct faults *faults)
{
	struct tlsrpt_rua rua = { .uri = fault_show(
					  arena, uri->bytes, uri->length, LIMIT_TEXT_BYTES) };
	struct reading reading = { arena, &rua, faults,
		fault_quote(arena, uri->bytes, uri->length) };
	enum tlsrpt_record_fault code = look_at_characters(uri);
	if (code != 0)
		add(&reading, code);
	else
		read_parts(&reading, arena_strndup(arena, uri->bytes, uri->length));
	return rua;
}
