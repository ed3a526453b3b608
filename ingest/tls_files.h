/* The certificate chain and key that the endpoint shows, from PEM files, and their change while
   connections are open. */
#pragma once

#include <glib.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct tls_files;
struct tls_pair;

/* What one connection holds on to: the pair that its handshake uses stays for as long as it. */
struct tls_seat {
	struct tls_files *files;
	struct tls_pair *pair;
	atomic_bool secured; /* its handshake is done */
};

/* Reads both files; key_path may name the same file as certificate_path.  NULL with error where
   they cannot be read, or do not belong together. */
struct tls_files *tls_files_new(const char *certificate_path, const char *key_path, GError **error);
void tls_files_free(struct tls_files *files);

/* Reads them again; handshakes from now on use the new pair.  False with error, and the old pair
   stays, where the new one is bad or has ended while the old one has not. */
bool tls_files_reload(struct tls_files *files, GError **error);

/* When the certificate in use ends, in seconds since 1970. */
int64_t tls_files_end(struct tls_files *files);

/* Names the seat to a new gnutls_session_t.  seat->files must be set. */
void tls_files_seat(struct tls_seat *seat, void *session);
/* Lets go of what the seat holds; its session is gone by now. */
void tls_files_leave(struct tls_seat *seat);

/* A gnutls_certificate_retrieve_function2 for sessions that have a seat. */
void *tls_files_retrieve(void);
