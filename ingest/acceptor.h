/* A thread that accepts connections within the caps, and cuts those that are too slow. */
#pragma once

#include "ingest/clients.h"
#include "ingest/guard.h"
#include "ingest/listener.h"
#include "ingest/log.h"
#include "ingest/metrics.h"

#include <sys/socket.h>

struct acceptor_options {
	const struct listener *listeners;
	size_t n_listeners;
	const struct network *proxies;
	size_t n_proxies;
	struct guard *guard;
	struct clients *clients;
	const struct log *log;
	struct metrics *metrics;
	/* A new connection, which the guard has counted until it ends; takes over fd. */
	void (*add)(void *user, int fd, bool tls, const struct sockaddr *peer, socklen_t length);
	void *user;
};

struct acceptor;

struct acceptor *acceptor_new(const struct acceptor_options *options, GError **error);

/* Ends the thread; connections stay open, and so do the listeners. */
void acceptor_free(struct acceptor *acceptor);
