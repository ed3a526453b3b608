/* One report on its way to the store. */
#include "ingest/arrival.h"

#include <string.h>

#include <openssl/sha.h>

static const char *const channels[] = {
	[CHANNEL_FILE] = "file",
	[CHANNEL_MAIL] = "mail",
	[CHANNEL_HTTPS] = "https",
};

static const struct {
	const char *name;
	int rank;
} trusts[] = {
	[TRUST_HTTPS] = { "https", 0 },
	[TRUST_MAIL] = { "mail", 0 },
	[TRUST_FILE] = { "file", 1 },
	[TRUST_HTTPS_RDNS] = { "https-rdns", 2 },
	[TRUST_DKIM] = { "dkim", 3 },
};

const char *
channel_name(enum channel channel)
{
	return channels[channel];
}

bool
channel_parse(const char *name, enum channel *channel)
{
	for (size_t i = 0; i < G_N_ELEMENTS(channels); i++)
		if (strcmp(channels[i], name) == 0) {
			*channel = (enum channel)i;
			return true;
		}
	return false;
}

const char *
trust_name(enum trust trust)
{
	return trusts[trust].name;
}

bool
trust_parse(const char *name, enum trust *trust)
{
	for (size_t i = 0; i < G_N_ELEMENTS(trusts); i++)
		if (strcmp(trusts[i].name, name) == 0) {
			*trust = (enum trust)i;
			return true;
		}
	return false;
}

int
trust_rank(enum trust trust)
{
	return trusts[trust].rank;
}

struct arrival *
arrival_new(void)
{
	return g_new0(struct arrival, 1);
}

void
arrival_free(struct arrival *arrival)
{
	if (arrival == NULL)
		return;
	report_free(arrival->report);
	g_clear_error(&arrival->failure);
	g_clear_pointer(&arrival->body, g_bytes_unref);
	report_context_clear(&arrival->context);
	g_free(arrival->remote);
	g_free(arrival);
}

uint64_t
arrival_key(const void *bytes, size_t length)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	uint64_t key;
	SHA256(bytes, length, digest);
	memcpy(&key, digest, sizeof key);
	return GUINT64_FROM_BE(key);
}
