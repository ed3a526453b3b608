/* A socket that connections come in by. */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum listener_error {
	LISTENER_ERROR_FORM, /* not an address */
	LISTENER_ERROR_BUSY, /* somebody listens there */
	LISTENER_ERROR_SYSTEM,
};
#define LISTENER_ERROR (listener_error_quark())
GQuark listener_error_quark(void);

struct listener {
	int fd;
	bool tls;
	char *name; /* as it was given */
};

/* Opens "ADDR:PORT", "[ADDR]:PORT", ":PORT" (every address, IPv4 and IPv6), or "unix:PATH" (mode
   0660, for a proxy; a stale socket in its place is removed).  A Unix socket never speaks TLS.
   False with LISTENER_ERROR. */
bool listener_open(const char *where, bool tls, struct listener *listener, GError **error);

/* Takes over a descriptor that came from the service manager. */
void listener_adopt(int fd, bool tls, struct listener *listener);

/* Whether only this machine can reach it. */
bool listener_is_local(const struct listener *listener);

void listener_clear(struct listener *listener);
