/* What all pages have around them, and small parts that several have. */
#pragma once

#include "analyze/web/web.h"

/* Begins a page: its head, the way around, <main>.  here: the path of the entry of the way around
   that this page belongs to; "": none. */
void frame_begin(const struct web *web, GString *out, const char *title, const char *here);
void frame_end(GString *out);

/* Appends a value for a URL's path or query, escaped for both URL and attribute. */
void frame_url(GString *out, const char *value);

/* A labelled field of a form with the value of the request. */
void frame_field(GString *out, const struct web_request *request, const char *name,
	const char *label, const char *type);
/* A choice; values and names end with NULL, the first value is "" for any. */
void frame_choice(GString *out, const struct web_request *request, const char *name,
	const char *label, const char *const *values, const char *const *names);
