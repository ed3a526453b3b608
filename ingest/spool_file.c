/* The format of the spool: written by the endpoint, read by its drainer and by the importer. */
#include "ingest/spool_file.h"

#include <string.h>

#include "ingest/domain_name.h"
#include "ingest/instant.h"
#include "ingest/limits.h"
#include "ingest/report_body.h"

#define MAGIC "stsready-spool 1\n"

/* A header: ten lines, the longest with a domain name of 253 bytes. */
#define MOST_HEAD 4096

G_DEFINE_QUARK(stsready - spool - file - error, spool_file_error)

/* What a header says, on its way to an arrival. */
struct head {
	struct arrival *arrival;
	char *token;
	guint64 length;
	char *sha256;
	unsigned seen; /* a bit for each entry of members */
};

static void
set_damaged(GError **error, const char *why)
{
	g_set_error(error, SPOOL_FILE_ERROR, SPOOL_FILE_ERROR_DAMAGED, "spool file: %s", why);
}

static char *
body_sha256(GBytes *body)
{
	return g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, body);
}

void
spool_file_head(GString *out, const struct arrival *arrival, const char *token)
{
	char received[INSTANT_TEXT_BYTES];
	g_autofree char *sha256 = body_sha256(arrival->body);

	g_string_append_printf(out,
		MAGIC "key %016" G_GINT64_MODIFIER "x\nchannel %s\ntrust %s\nreceived-at %s\n",
		arrival->key, channel_name(arrival->channel), trust_name(arrival->trust),
		instant_text(arrival->received_at, received));
	if (arrival->remote != NULL)
		g_string_append_printf(out, "remote %s\n", arrival->remote);
	if (arrival->context.token_domain != NULL)
		g_string_append_printf(out, "token-domain %s\n", arrival->context.token_domain);
	else if (token != NULL)
		g_string_append_printf(out, "token %s\n", token);
	if (arrival->over_cap)
		g_string_append(out, "over-cap yes\n");
	g_string_append_printf(out, "length %" G_GSIZE_FORMAT "\nsha256 %s\n\n",
		g_bytes_get_size(arrival->body), sha256);
}

bool
spool_file_sniff(const uint8_t *bytes, size_t length)
{
	return length >= strlen(MAGIC) && memcmp(bytes, MAGIC, strlen(MAGIC)) == 0;
}

/* ---- one handler a line ---- */

static bool
take_key(struct head *head, const char *value)
{
	guint64 key;
	if (!g_ascii_string_to_unsigned(value, 16, 0, G_MAXUINT64, &key, NULL))
		return false;
	head->arrival->key = key;
	return true;
}

static bool
take_channel(struct head *head, const char *value)
{
	return channel_parse(value, &head->arrival->channel);
}

static bool
take_trust(struct head *head, const char *value)
{
	return trust_parse(value, &head->arrival->trust);
}

static bool
take_received(struct head *head, const char *value)
{
	return instant_parse(value, &head->arrival->received_at, NULL);
}

static bool
take_remote(struct head *head, const char *value)
{
	if (strcmp(value, "unix") != 0 && !g_hostname_is_ip_address(value))
		return false;
	head->arrival->remote = g_strdup(value);
	return true;
}

static bool
take_token_domain(struct head *head, const char *value)
{
	head->arrival->context.token_domain = domain_name_normalise(value, false);
	return head->arrival->context.token_domain != NULL;
}

static bool
take_token(struct head *head, const char *value)
{
	head->token = g_strdup(value);
	return true;
}

static bool
take_over_cap(struct head *head, const char *value)
{
	head->arrival->over_cap = strcmp(value, "yes") == 0;
	return true;
}

static bool
take_length(struct head *head, const char *value)
{
	return g_ascii_string_to_unsigned(value, 10, 0, LIMIT_BODY_BYTES, &head->length, NULL);
}

static bool
take_sha256(struct head *head, const char *value)
{
	head->sha256 = g_strdup(value);
	return true;
}

static const struct {
	const char *name;
	bool needed;
	bool (*take)(struct head *head, const char *value);
} members[] = {
	{ "key", true, take_key },
	{ "channel", true, take_channel },
	{ "trust", true, take_trust },
	{ "received-at", true, take_received },
	{ "remote", false, take_remote },
	{ "token-domain", false, take_token_domain },
	{ "token", false, take_token },
	{ "over-cap", false, take_over_cap },
	{ "length", true, take_length },
	{ "sha256", true, take_sha256 },
};

/* ---- reading ---- */

static bool
take_line(struct head *head, char *line)
{
	char *space = strchr(line, ' ');
	if (space == NULL)
		return false;
	*space = '\0';
	for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
		if (strcmp(members[i].name, line) != 0)
			continue;
		if (head->seen & (1u << i))
			return false;
		head->seen |= 1u << i;
		return members[i].take(head, space + 1);
	}
	return true;
}

static bool
has_all(const struct head *head)
{
	for (size_t i = 0; i < G_N_ELEMENTS(members); i++)
		if (members[i].needed && !(head->seen & (1u << i)))
			return false;
	return true;
}

/* The lines between the magic and the empty line. */
static bool
take_lines(struct head *head, const char *text, size_t length)
{
	g_autofree char *copy = g_strndup(text, length);
	g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);
	if (strlen(copy) != length)
		return false;
	for (char **line = lines; *line != NULL; line++)
		if (!take_line(head, *line))
			return false;
	return has_all(head);
}

static bool
take_body(struct head *head, const uint8_t *bytes, size_t length)
{
	if (length != head->length)
		return false;
	head->arrival->body = g_bytes_new(bytes, length);
	g_autofree char *sha256 = body_sha256(head->arrival->body);
	return strcmp(sha256, head->sha256) == 0;
}

static bool
take_file(struct head *head, const uint8_t *bytes, size_t length, GError **error)
{
	size_t magic = strlen(MAGIC);
	const uint8_t *gap = NULL;
	if (spool_file_sniff(bytes, length))
		gap = memmem(bytes, MIN(length, MOST_HEAD), "\n\n", 2);
	if (gap == NULL || gap < bytes + magic) {
		set_damaged(error, "no header");
		return false;
	}
	if (!take_lines(head, (const char *)bytes + magic, (size_t)(gap - bytes) - magic)) {
		set_damaged(error, "bad header");
		return false;
	}
	if (!take_body(head, gap + 2, length - (size_t)(gap + 2 - bytes))) {
		set_damaged(error, "the body is not as it was written");
		return false;
	}
	return true;
}

static void
read_report(struct arrival *arrival)
{
	gsize length;
	const uint8_t *bytes = g_bytes_get_data(arrival->body, &length);
	arrival->report = report_body_read(bytes, length, &arrival->context, &arrival->failure);
}

struct arrival *
spool_file_read(const uint8_t *bytes, size_t length, char *(*resolve)(void *, const char *),
	void *user, GError **error)
{
	g_autoptr(Arrival) arrival = arrival_new();
	struct head head = { .arrival = arrival };
	bool fine = take_file(&head, bytes, length, error);
	if (fine && head.token != NULL && resolve != NULL && arrival->context.token_domain == NULL)
		arrival->context.token_domain = resolve(user, head.token);
	g_free(head.token);
	g_free(head.sha256);
	if (!fine)
		return NULL;
	read_report(arrival);
	return g_steal_pointer(&arrival);
}
