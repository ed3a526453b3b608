/* Names and passwords. */
#include "analyze/web/passwords.h"

#include <crypt.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

/* Checks at a time: each takes a core for a tenth of a second. */
#define MOST_AT_ONCE 2
/* Pairs remembered as good. */
#define MOST_REMEMBERED 256
#define KEY_BYTES 32

struct passwords {
	GHashTable *hashes; /* by name */
	const char *any;    /* one of them */
	uint8_t key[KEY_BYTES];
	GMutex mutex;
	GHashTable *good; /* keyed digests of pairs */
	int under_way;
};

static bool
is_strong(const char *hash)
{
	return g_str_has_prefix(hash, "$2a$") || g_str_has_prefix(hash, "$2b$") ||
	       g_str_has_prefix(hash, "$2y$") || g_str_has_prefix(hash, "$y$");
}

static bool
read_line(struct passwords *passwords, char *line, GError **error)
{
	g_strstrip(line);
	if (*line == '\0' || *line == '#')
		return true;
	char *colon = strchr(line, ':');
	if (colon == NULL || colon == line) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "not NAME:HASH");
		return false;
	}
	*colon = '\0';
	if (!is_strong(colon + 1)) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
			"%s: neither bcrypt nor yescrypt; make it with `htpasswd -B` or `mkpasswd`",
			line);
		return false;
	}
	g_hash_table_replace(passwords->hashes, g_strdup(line), g_strdup(colon + 1));
	return true;
}

static bool
read_lines(struct passwords *passwords, char *text, GError **error)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (int i = 0; lines[i] != NULL; i++)
		if (!read_line(passwords, lines[i], error)) {
			g_prefix_error(error, "line %d: ", i + 1);
			return false;
		}
	if (g_hash_table_size(passwords->hashes) == 0) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "names nobody");
		return false;
	}
	GHashTableIter at;
	g_hash_table_iter_init(&at, passwords->hashes);
	g_hash_table_iter_next(&at, NULL, (gpointer *)&passwords->any);
	return true;
}

struct passwords *
passwords_read(const char *path, GError **error)
{
	g_autofree char *text = NULL;
	if (!g_file_get_contents(path, &text, NULL, error))
		return NULL;
	struct passwords *passwords = g_new0(struct passwords, 1);
	passwords->hashes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	passwords->good = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_mutex_init(&passwords->mutex);
	if (read_lines(passwords, text, error) &&
		getrandom(passwords->key, KEY_BYTES, 0) == KEY_BYTES)
		return passwords;
	g_prefix_error(error, "%s: ", path);
	passwords_free(passwords);
	return NULL;
}

void
passwords_free(struct passwords *passwords)
{
	if (passwords == NULL)
		return;
	g_hash_table_unref(passwords->hashes);
	g_hash_table_unref(passwords->good);
	g_mutex_clear(&passwords->mutex);
	g_free(passwords);
}

/* What a pair is remembered by: of no use to who reads our memory without the key. */
static char *
digest_of(const struct passwords *passwords, const char *name, const char *password)
{
	GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA256, passwords->key, KEY_BYTES);
	g_hmac_update(hmac, (const guchar *)name, (gssize)strlen(name) + 1);
	g_hmac_update(hmac, (const guchar *)password, (gssize)strlen(password));
	char *digest = g_strdup(g_hmac_get_string(hmac));
	g_hmac_unref(hmac);
	return digest;
}

static bool
same(const char *one, const char *other)
{
	size_t length = strlen(one);
	unsigned difference = length != strlen(other);
	for (size_t i = 0; difference == 0 && i < length; i++)
		difference |= (unsigned char)one[i] ^ (unsigned char)other[i];
	return difference == 0;
}

static bool
matches(const char *hash, const char *password)
{
	struct crypt_data *room = g_new0(struct crypt_data, 1);
	const char *made = crypt_rn(password, hash, room, sizeof *room);
	bool good = made != NULL && same(made, hash);
	g_free(room);
	return good;
}

/* GOOD: seen before; BAD: to be checked, and counted as under way. */
static enum passwords_answer
begin(struct passwords *passwords, const char *digest)
{
	enum passwords_answer answer = PASSWORDS_BAD;
	g_mutex_lock(&passwords->mutex);
	if (g_hash_table_contains(passwords->good, digest))
		answer = PASSWORDS_GOOD;
	else if (passwords->under_way == MOST_AT_ONCE)
		answer = PASSWORDS_BUSY;
	else
		passwords->under_way++;
	g_mutex_unlock(&passwords->mutex);
	return answer;
}

enum passwords_answer
passwords_check(struct passwords *passwords, const char *name, const char *password)
{
	g_autofree char *digest = digest_of(passwords, name, password);
	enum passwords_answer answer = begin(passwords, digest);
	if (answer != PASSWORDS_BAD)
		return answer;
	const char *hash = g_hash_table_lookup(passwords->hashes, name);
	bool good = matches(hash != NULL ? hash : passwords->any, password) && hash != NULL;
	g_mutex_lock(&passwords->mutex);
	passwords->under_way--;
	if (good && g_hash_table_size(passwords->good) < MOST_REMEMBERED)
		g_hash_table_add(passwords->good, g_steal_pointer(&digest));
	g_mutex_unlock(&passwords->mutex);
	return good ? PASSWORDS_GOOD : PASSWORDS_BAD;
}
