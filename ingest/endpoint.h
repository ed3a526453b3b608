/* The HTTP and HTTPS endpoint: sockets, connections, requests. */
#pragma once

#include "ingest/acceptor.h"
#include "ingest/intake.h"

struct endpoint_options {
	const struct listener *listeners;
	size_t n_listeners;
	const struct network *proxies;
	size_t n_proxies;
	struct tls_files *tls_files; /* needed where a listener speaks TLS */
	struct intake *intake;
	struct guard *guard;
	const struct log *log;
	struct metrics *metrics;
	unsigned threads;        /* that serve requests; 0: one a core, at most 4 */
	unsigned connections;    /* as the guard has it */
	unsigned header_seconds; /* from a connection's begin to the end of its first header */
	unsigned body_seconds, idle_seconds; /* see struct request_options */
};

struct endpoint;

/* Serves until endpoint_drain.  NULL with error. */
struct endpoint *endpoint_new(const struct endpoint_options *options, GError **error);

/* Takes no more connections and closes idle ones; requests in hand go on, also those of connections
   that have just begun.  Call it again and again: true once no connection is left. */
bool endpoint_drain(struct endpoint *endpoint);

/* Drops requests whose header or body is not yet complete.  Call it again and again: true once no
   request waits to be made durable. */
bool endpoint_cut(struct endpoint *endpoint);

/* Ends it; endpoint_cut must have said true. */
void endpoint_free(struct endpoint *endpoint);
