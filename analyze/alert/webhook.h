/* A post to a web address: JSON, signed. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct webhook_options {
	const char *url;     /* http:// or https:// */
	const char *secret;  /* NULL: not signed */
	const char *ca_file; /* NULL: the system's */
	bool (*ended)(void); /* whether the program is to stop; NULL: never */
};

/* The value of X-Stsready-Signature: "sha256=" and the HMAC in hex over the time as it is in
   X-Stsready-Timestamp, a full stop, and the body.  g_free it. */
char *webhook_signature(const char *secret, int64_t at, const char *body);

/* Whether it was taken (2xx); else error says why not.  Redirects are not followed. */
bool webhook_post(const struct webhook_options *options, const char *id, int64_t at,
	const char *body, GError **error);
