/* Names, hashes, and the pairs that were good. */
#include "analyze/web/passwords.h"

#include <crypt.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

#define KEY_BYTES 32

/* "$2b$05$" and 53 more; of yescrypt, what follows the last "$": crypt(5). */
#define BCRYPT_LENGTH 60
#define YESCRYPT_LENGTH 43

/* What a file says. */
struct list {
	atomic_uint holders;
	GHashTable *hashes; /* by name */
	const char *any;    /* one of them */
};

struct passwords {
	char *path;
	uint8_t key[KEY_BYTES];
	GMutex mutex; /* over what follows */
	struct list *list;
	GHashTable *good; /* by name: the keyed digest of the pair that was good last */
};

/* ---- reading ---- */

static void
list_unref(struct list *list)
{
	if (atomic_fetch_sub(&list->holders, 1) > 1)
		return;
	g_hash_table_unref(list->hashes);
	g_free(list);
}

static bool
is_bcrypt(const char *hash)
{
	return (g_str_has_prefix(hash, "$2a$") || g_str_has_prefix(hash, "$2b$") ||
		       g_str_has_prefix(hash, "$2y$")) &&
	       strlen(hash) == BCRYPT_LENGTH;
}

static bool
is_yescrypt(const char *hash)
{
	return g_str_has_prefix(hash, "$y$") && strlen(strrchr(hash, '$') + 1) == YESCRYPT_LENGTH;
}

/* Of a kind that is hard to guess, and one that crypt(3) can make again. */
static bool
is_strong(const char *hash)
{
	return (is_bcrypt(hash) || is_yescrypt(hash)) && crypt_checksalt(hash) == CRYPT_SALT_OK;
}

static bool
read_line(struct list *list, char *line, GError **error)
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
			"%s: neither bcrypt nor yescrypt, or cut short; make it with `htpasswd -B` "
			"or `mkpasswd`",
			line);
		return false;
	}
	g_hash_table_replace(list->hashes, g_strdup(line), g_strdup(colon + 1));
	return true;
}

static bool
read_lines(struct list *list, char *text, GError **error)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (int i = 0; lines[i] != NULL; i++)
		if (!read_line(list, lines[i], error)) {
			g_prefix_error(error, "line %d: ", i + 1);
			return false;
		}
	if (g_hash_table_size(list->hashes) == 0) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "names nobody");
		return false;
	}
	GHashTableIter at;
	g_hash_table_iter_init(&at, list->hashes);
	g_hash_table_iter_next(&at, NULL, (gpointer *)&list->any);
	return true;
}

static struct list *
read_file(const char *path, GError **error)
{
	g_autofree char *text = NULL;
	if (!g_file_get_contents(path, &text, NULL, error))
		return NULL;
	struct list *list = g_new0(struct list, 1);
	atomic_init(&list->holders, 1);
	list->hashes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	if (read_lines(list, text, error))
		return list;
	g_prefix_error(error, "%s: ", path);
	list_unref(list);
	return NULL;
}

struct passwords *
passwords_read(const char *path, GError **error)
{
	struct list *list = read_file(path, error);
	if (list == NULL)
		return NULL;
	struct passwords *passwords = g_new0(struct passwords, 1);
	passwords->path = g_strdup(path);
	passwords->list = list;
	passwords->good = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_mutex_init(&passwords->mutex);
	ssize_t got = getrandom(passwords->key, KEY_BYTES, 0);
	g_assert(got == KEY_BYTES); /* getrandom(2): up to 256 bytes come whole */
	return passwords;
}

bool
passwords_reread(struct passwords *passwords, GError **error)
{
	struct list *list = read_file(passwords->path, error);
	if (list == NULL)
		return false;
	g_mutex_lock(&passwords->mutex);
	struct list *before = passwords->list;
	passwords->list = list;
	g_hash_table_remove_all(passwords->good);
	g_mutex_unlock(&passwords->mutex);
	list_unref(before);
	return true;
}

void
passwords_free(struct passwords *passwords)
{
	if (passwords == NULL)
		return;
	list_unref(passwords->list);
	g_hash_table_unref(passwords->good);
	g_mutex_clear(&passwords->mutex);
	g_free(passwords->path);
	g_free(passwords);
}

/* ---- checking ---- */

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
	unsigned difference = 0;
	if (length != strlen(other))
		return false;
	for (size_t i = 0; i < length; i++)
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

bool
passwords_remember(struct passwords *passwords, const char *name, const char *password)
{
	g_autofree char *digest = digest_of(passwords, name, password);
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&passwords->mutex);
	const char *good = g_hash_table_lookup(passwords->good, name);
	return good != NULL && same(good, digest);
}

/* Remembers a good pair, unless the file changed meanwhile.  One a name, so that there are never
   more than names. */
static void
keep(struct passwords *passwords, const struct list *list, const char *name, const char *password)
{
	g_autofree char *digest = digest_of(passwords, name, password);
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&passwords->mutex);
	if (passwords->list == list)
		g_hash_table_replace(passwords->good, g_strdup(name), g_steal_pointer(&digest));
}

bool
passwords_check(struct passwords *passwords, const char *name, const char *password)
{
	g_mutex_lock(&passwords->mutex);
	struct list *list = passwords->list;
	atomic_fetch_add(&list->holders, 1);
	g_mutex_unlock(&passwords->mutex);
	const char *hash = g_hash_table_lookup(list->hashes, name);
	bool good = matches(hash != NULL ? hash : list->any, password) && hash != NULL;
	if (good)
		keep(passwords, list, name, password);
	list_unref(list);
	return good;
}
