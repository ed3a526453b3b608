/* Serving pages by HTTP: who may connect and ask, and how long each may take. */
#pragma once

#include <stdbool.h>

#include "analyze/web/passwords.h"
#include "analyze/web/web.h"
#include "ingest/address.h"
#include "ingest/listener.h"
#include "ingest/log.h"
#include "ingest/tls_files.h"

struct server_options {
	const struct listener *listener; /* must live as long */
	const struct network *proxies;   /* who alone may connect; none: everybody */
	size_t n_proxies;
	char **hosts;  /* names it may be asked by, beside the machine's own loopback; NULL: none */
	bool any_host; /* it may be asked by any name */
	struct passwords *passwords; /* NULL: nobody is asked */
	struct tls_files *tls_files; /* NULL: no TLS */
	unsigned page_threads;       /* that make pages which ask the database */
	const struct log *log;
	const struct web *web;
};

struct server;

/* NULL with error. */
struct server *server_new(const struct server_options *options, GError **error);

/* Call it every second or so: gives up on pages that wait for too long. */
void server_tend(struct server *server);

/* Begins no more answers and lets go of connections that wait for none; call it again and again.
   Whether none is left. */
bool server_drain(struct server *server);

/* All connections must be gone, see server_drain. */
void server_free(struct server *server);
