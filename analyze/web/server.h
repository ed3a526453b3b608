/* Serving pages by HTTP: who may ask, how, and what goes with every answer. */
#pragma once

#include <stdbool.h>

#include "analyze/web/passwords.h"
#include "analyze/web/web.h"
#include "ingest/address.h"
#include "ingest/listener.h"

struct server_options {
	struct listener *listener;     /* taken over */
	const struct network *proxies; /* who alone may connect; none: everybody */
	size_t n_proxies;
	char **hosts;  /* names it may be asked by, beside the machine's own loopback; NULL: none */
	bool any_host; /* it may be asked by any name */
	struct passwords *passwords;   /* NULL: nobody is asked */
	const char *certificate, *key; /* PEM; NULL: no TLS */
	unsigned threads;
	const struct web *web;
};

struct server;

/* NULL with error. */
struct server *server_new(const struct server_options *options, GError **error);
/* Call it every second or so: cuts off who takes too long. */
void server_tend(struct server *server);
/* No look may be under way. */
void server_free(struct server *server);
