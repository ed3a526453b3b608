/* The table of capability tokens, replaced as a whole. */
#include "ingest/tokens.h"

#include <string.h>

struct tokens {
	GMutex lock;
	GHashTable *domains;
	bool known, missed;
};

struct tokens *
tokens_new(void)
{
	struct tokens *tokens = g_new0(struct tokens, 1);
	g_mutex_init(&tokens->lock);
	tokens->domains = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return tokens;
}

void
tokens_free(struct tokens *tokens)
{
	if (tokens == NULL)
		return;
	g_hash_table_unref(tokens->domains);
	g_mutex_clear(&tokens->lock);
	g_free(tokens);
}

bool
tokens_is_token(const char *text)
{
	size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789-_");
	return length > 0 && length <= 128 && text[length] == '\0';
}

void
tokens_replace(struct tokens *tokens, GHashTable *domains)
{
	g_mutex_lock(&tokens->lock);
	GHashTable *old = tokens->domains;
	tokens->domains = domains;
	tokens->known = true;
	tokens->missed = false;
	g_mutex_unlock(&tokens->lock);
	g_hash_table_unref(old);
}

bool
tokens_are_known(struct tokens *tokens)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&tokens->lock);
	return tokens->known;
}

char *
tokens_domain(struct tokens *tokens, const char *token)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&tokens->lock);
	const char *domain = g_hash_table_lookup(tokens->domains, token);
	if (domain == NULL)
		tokens->missed = true;
	return g_strdup(domain);
}

bool
tokens_missed(struct tokens *tokens)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&tokens->lock);
	return tokens->missed;
}
