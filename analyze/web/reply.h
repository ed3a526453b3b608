/* Answers on the wire: what goes with every one, and how much of them may be in hand. */
#pragma once

#include <microhttpd.h>

#include "analyze/web/web.h"
#include "ingest/address.h"

struct replies;

/* bytes of answers that may be on their way at a time. */
struct replies *replies_new(size_t bytes);
/* All answers must be gone. */
void replies_free(struct replies *replies);

/* Queues answer, whose body it takes over; where too much is on its way, a refusal in its place.
   name, value: one more header; NULL: none.  last: the connection ends with it. */
enum MHD_Result reply_send(struct replies *replies, struct MHD_Connection *connection,
	const struct web_request *request, struct web_answer *answer, const char *name,
	const char *value, bool last);
