/* The connections that are open, and how long each may still take. */
#pragma once

#include "ingest/address.h"
#include "ingest/tls_files.h"

#include <glib.h>
#include <stdatomic.h>

enum client_phase {
	CLIENT_NEW,     /* the header of its first request is not complete */
	CLIENT_IDLE,    /* nor that of the next one */
	CLIENT_READING, /* a body comes in */
	CLIENT_WAITING, /* for the report to be durable */
	CLIENT_ANSWERING,
};

struct client {
	int fd;
	struct address address;
	bool tls;
	bool known;            /* a proxy */
	struct worker *worker; /* whose connection it is */
	struct tls_seat seat;
	_Atomic enum client_phase phase;
	_Atomic int64_t deadline; /* monotonic microseconds; then it is cut; INT64_MAX: never */
	struct client *previous, *next;
};

struct clients;

struct clients *clients_new(void);
/* All clients must be removed. */
void clients_free(struct clients *clients);

/* Takes over the client, which lives until clients_remove frees it.  Its descriptor must be closed
   only after that: a sweep may use it until then. */
void clients_add(struct clients *clients, struct client *client);
void clients_remove(struct clients *clients, struct client *client);

/* Shuts the sockets of those whose deadline is over, and of idle ones whose deadline is not at
   least slack away; returns how many. */
unsigned clients_sweep(struct clients *clients, int64_t now, int64_t slack);

/* Shuts the sockets of those that are in a phase. */
void clients_cut(struct clients *clients, enum client_phase phase);
