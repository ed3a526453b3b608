/* Certificate and key through GnuTLS, swapped under reference counts. */
#include "ingest/tls_files.h"

#include <stdlib.h>
#include <time.h>

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

/* Certificates in one chain; real ones have two to four. */
#define MOST_CHAIN 16

/* Bytes of one PEM file. */
#define MOST_FILE (1u << 20)

struct tls_pair {
	atomic_int holders;
	gnutls_pcert_st chain[MOST_CHAIN];
	unsigned length;
	gnutls_privkey_t key;
	int64_t end;
};

struct tls_files {
	char *certificate_path, *key_path;
	GMutex lock; /* over current */
	struct tls_pair *current;
};

static void
pair_release(struct tls_pair *pair)
{
	if (pair == NULL || atomic_fetch_sub(&pair->holders, 1) > 1)
		return;
	for (unsigned i = 0; i < pair->length; i++)
		gnutls_pcert_deinit(&pair->chain[i]);
	gnutls_privkey_deinit(pair->key);
	g_free(pair);
}

static struct tls_pair *
pair_current(struct tls_files *files)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&files->lock);
	atomic_fetch_add(&files->current->holders, 1);
	return files->current;
}

/* ---- reading ---- */

static bool
read_file(const char *path, gchar **text, gnutls_datum_t *datum, GError **error)
{
	gsize length;
	if (!g_file_get_contents(path, text, &length, error))
		return false;
	if (length > MOST_FILE) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
			"%s: too large for a PEM file", path);
		return false;
	}
	*datum = (gnutls_datum_t){ (unsigned char *)*text, (unsigned)length };
	return true;
}

static bool
check(int status, const char *path, GError **error)
{
	if (status >= 0)
		return true;
	g_set_error(
		error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: %s", path, gnutls_strerror(status));
	return false;
}

static bool
read_chain(struct tls_pair *pair, const char *path, GError **error)
{
	g_autofree gchar *text = NULL;
	gnutls_datum_t datum;
	gnutls_x509_crt_t leaf = NULL;
	if (!read_file(path, &text, &datum, error))
		return false;

	unsigned length = MOST_CHAIN;
	bool fine = check(gnutls_pcert_list_import_x509_raw(
				  pair->chain, &length, &datum, GNUTLS_X509_FMT_PEM, 0),
		path, error);
	if (!fine)
		return false;
	pair->length = length;
	fine = check(gnutls_pcert_export_x509(&pair->chain[0], &leaf), path, error);
	if (fine)
		pair->end = (int64_t)gnutls_x509_crt_get_expiration_time(leaf);
	gnutls_x509_crt_deinit(leaf);
	return fine;
}

static bool
read_key(struct tls_pair *pair, const char *path, GError **error)
{
	g_autofree gchar *text = NULL;
	gnutls_datum_t datum;
	if (!read_file(path, &text, &datum, error))
		return false;
	bool fine = check(gnutls_privkey_init(&pair->key), path, error) &&
		    check(gnutls_privkey_import_x509_raw(
				  pair->key, &datum, GNUTLS_X509_FMT_PEM, NULL, 0),
			    path, error);
	gnutls_memset(text, 0, datum.size);
	return fine;
}

/* Whether the first certificate is the key's: both have one key id. */
static bool
belong_together(const struct tls_pair *pair)
{
	unsigned char of_key[64], of_certificate[64];
	size_t key_length = sizeof of_key, certificate_length = sizeof of_certificate;
	gnutls_pubkey_t public;
	if (gnutls_pubkey_init(&public) < 0)
		return false;
	bool same = gnutls_pubkey_import_privkey(public, pair->key, 0, 0) >= 0 &&
		    gnutls_pubkey_get_key_id(
			    public, GNUTLS_KEYID_USE_SHA256, of_key, &key_length) >= 0 &&
		    gnutls_pubkey_get_key_id(pair->chain[0].pubkey, GNUTLS_KEYID_USE_SHA256,
			    of_certificate, &certificate_length) >= 0 &&
		    key_length == certificate_length &&
		    gnutls_memcmp(of_key, of_certificate, key_length) == 0;
	gnutls_pubkey_deinit(public);
	return same;
}

static struct tls_pair *
pair_read(const char *certificate_path, const char *key_path, GError **error)
{
	struct tls_pair *pair = g_new0(struct tls_pair, 1);
	atomic_init(&pair->holders, 1);
	if (read_chain(pair, certificate_path, error) && read_key(pair, key_path, error)) {
		if (belong_together(pair))
			return pair;
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
			"%s: is not the key of the first certificate in %s", key_path,
			certificate_path);
	}
	pair_release(pair);
	return NULL;
}

/* ---- the files ---- */

struct tls_files *
tls_files_new(const char *certificate_path, const char *key_path, GError **error)
{
	struct tls_pair *pair = pair_read(certificate_path, key_path, error);
	if (pair == NULL)
		return NULL;
	struct tls_files *files = g_new0(struct tls_files, 1);
	files->certificate_path = g_strdup(certificate_path);
	files->key_path = g_strdup(key_path);
	files->current = pair;
	g_mutex_init(&files->lock);
	return files;
}

void
tls_files_free(struct tls_files *files)
{
	if (files == NULL)
		return;
	pair_release(files->current);
	g_mutex_clear(&files->lock);
	g_free(files->certificate_path);
	g_free(files->key_path);
	g_free(files);
}

bool
tls_files_reload(struct tls_files *files, GError **error)
{
	int64_t now = time(NULL);
	struct tls_pair *pair = pair_read(files->certificate_path, files->key_path, error);
	if (pair == NULL)
		return false;
	if (pair->end <= now && tls_files_end(files) > now) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
			"%s: has ended, the one in use has not", files->certificate_path);
		pair_release(pair);
		return false;
	}
	g_mutex_lock(&files->lock);
	struct tls_pair *old = files->current;
	files->current = pair;
	g_mutex_unlock(&files->lock);
	pair_release(old);
	return true;
}

int64_t
tls_files_end(struct tls_files *files)
{
	g_autoptr(GMutexLocker) locked = g_mutex_locker_new(&files->lock);
	return files->current->end;
}

/* ---- connections ---- */

/* The server has the client's Finished: TLS is up. */
static int
finished(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
	const gnutls_datum_t *message)
{
	struct tls_seat *seat = gnutls_db_get_ptr(session);
	(void)type;
	(void)when;
	(void)message;
	if (incoming && seat != NULL)
		atomic_store(&seat->secured, true);
	return 0;
}

void
tls_files_seat(struct tls_seat *seat, void *session)
{
	/* the session's own pointer is libmicrohttpd's; that for a session cache is free */
	gnutls_db_set_ptr(session, seat);
	gnutls_handshake_set_hook_function(
		session, GNUTLS_HANDSHAKE_FINISHED, GNUTLS_HOOK_POST, finished);
}

void
tls_files_leave(struct tls_seat *seat)
{
	pair_release(seat->pair);
	seat->pair = NULL;
}

static int
retrieve(gnutls_session_t session, const gnutls_datum_t *authorities, int n_authorities,
	const gnutls_pk_algorithm_t *algorithms, int n_algorithms, gnutls_pcert_st **chain,
	unsigned *length, gnutls_privkey_t *key)
{
	struct tls_seat *seat = gnutls_db_get_ptr(session);
	(void)authorities;
	(void)n_authorities;
	(void)algorithms;
	(void)n_algorithms;
	if (seat == NULL)
		return -1;
	struct tls_pair *pair = pair_current(seat->files);
	pair_release(seat->pair); /* asked twice where the client had to begin anew */
	seat->pair = pair;
	*chain = pair->chain;
	*length = pair->length;
	*key = pair->key;
	return 0;
}

void *
tls_files_retrieve(void)
{
	return (void *)retrieve;
}
