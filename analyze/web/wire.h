/* What a request says, out of libmicrohttpd. */
#pragma once

#include <microhttpd.h>

#include "analyze/web/web.h"

/* The first header of that name; NULL: none. */
const char *wire_header(struct MHD_Connection *connection, const char *name);

/* Path, parameters and the wanted type; wire_clear it. */
void wire_read(struct MHD_Connection *connection, const char *url, struct web_request *request);
void wire_clear(struct web_request *request);

/* Whether a proxy before us and libmicrohttpd cannot but agree on where the request ends and whom
   it is for: RFC 9112 3.2, 6.1, 6.3. */
bool wire_is_plain(struct MHD_Connection *connection);

/* The body's length as it is declared; 0: it is not. */
uint64_t wire_body_length(struct MHD_Connection *connection);

/* MHD_OPTION_UNESCAPE_CALLBACK */
size_t wire_unescape(void *user, struct MHD_Connection *connection, char *text);
