/* Requests: the checks in order, who asks, the page; what takes long is done elsewhere meanwhile.
 */
#pragma once

#include <microhttpd.h>

#include "analyze/web/desk.h"
#include "analyze/web/passwords.h"
#include "analyze/web/reply.h"
#include "ingest/guard.h"
#include "ingest/log.h"

/* Seconds for a request to come in, from the begin of the connection or the end of the one before;
   and for its answer to be taken. */
#define EXCHANGE_REQUEST_SECONDS 30
#define EXCHANGE_ANSWER_SECONDS 60

struct exchange_options {
	const struct web *web;
	char **hosts;                /* see origin.h */
	bool any_host;               /* it may be asked by any name */
	struct passwords *passwords; /* NULL: nobody is asked */
	struct guard *failures;      /* has the rate of wrong passwords of an address */
	bool proxied;                /* addresses are proxies', and each stands for everybody */
	struct desk *keys, *pages;   /* for checking passwords; for what asks the database */
	struct replies *replies;
	const struct log *log;
};

struct exchanges;

struct exchanges *exchanges_new(const struct exchange_options *options);
/* No request may be open. */
void exchanges_free(struct exchanges *exchanges);

/* Begins nothing that takes long from now on. */
void exchanges_stop(struct exchanges *exchanges);

/* MHD_AccessHandlerCallback, MHD_RequestCompletedCallback; user: the exchanges.  A connection's
   socket context is its struct client. */
enum MHD_Result exchange_handle(void *user, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *bytes, size_t *length, void **context);
void exchange_completed(void *user, struct MHD_Connection *connection, void **context,
	enum MHD_RequestTerminationCode why);
