/* One HTTP request: checked in order, its body gathered, taken in, answered. */
#pragma once

#include "ingest/clients.h"
#include "ingest/intake.h"

#include <microhttpd.h>

struct request_options {
	struct intake *intake;
	struct guard *guard;
	const struct log *log;
	struct metrics *metrics;
	const struct network *proxies;
	size_t n_proxies;
	unsigned body_seconds; /* for a body, and one more for each REQUEST_SLOWEST bytes of it */
	unsigned idle_seconds; /* from an answer to the end of the next request's header */
};

/* The slowest sender that is waited for, in bytes a second: a 10 MiB body then takes 11 minutes. */
#define REQUEST_SLOWEST (16u << 10)

/* What all requests of an endpoint share. */
struct requests;

struct requests *requests_new(const struct request_options *options);
/* No request may be in hand. */
void requests_free(struct requests *requests);

/* From now on answers ask for the connection to be closed; and from requests_stop on nothing more
   is taken in. */
void requests_drain(struct requests *requests);
void requests_stop(struct requests *requests);

/* Requests that wait to be made durable. */
unsigned requests_waiting(struct requests *requests);

/* Callbacks of libmicrohttpd; user is struct requests, and the socket context of a connection is
   its struct client. */
enum MHD_Result request_handle(void *user, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *bytes, size_t *length, void **context);
void request_completed(void *user, struct MHD_Connection *connection, void **context,
	enum MHD_RequestTerminationCode why);
