/* Pages over HTTP: what a request asks for, what is answered, and what pages are made from. Nothing
   here knows of HTTP's wire. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "analyze/evidence.h"
#include "analyze/web/fleet.h"
#include "analyze/web/looker.h"
#include "analyze/web/pool.h"

/* What all pages share; nothing in it changes while they are served. */
struct web {
	struct pool *pool;
	struct fleet *fleet;
	struct looker *looker;            /* NULL: no live checks */
	const struct saved_checks *saved; /* NULL: none beside the store's */
	int64_t at;                       /* the time that is judged; INT64_MIN: now */
};

/* The time that is judged. */
int64_t web_at(const struct web *web);

struct web_request {
	const char *path;  /* unescaped, from "/" on, without ".json" */
	GHashTable *query; /* name to value, both UTF-8 */
	bool json;         /* is wanted instead of a page */
	const struct web *web;
};

/* A parameter; NULL where it is missing or empty. */
const char *web_parameter(const struct web_request *request, const char *name);

struct web_answer {
	unsigned status; /* 200 */
	const char *type;
	GString *body;
	bool attachment; /* to be kept, not shown */
};

/* A page that says why there is nothing to show, or the same as JSON. */
void web_refuse(const struct web_request *request, struct web_answer *answer, unsigned status,
	const char *title, const char *words);
/* The same for a failure of the database. */
void web_refuse_database(
	const struct web_request *request, struct web_answer *answer, const GError *error);

/* Whether the page asks the database, and so may have to wait for it. */
bool web_waits(const struct web_request *request);
/* Answers GET; 404 where nothing is there. */
void web_route(const struct web *web, const struct web_request *request, struct web_answer *answer);

/* ---- the pages ---- */

void web_fleet_page(
	const struct web *web, const struct web_request *request, struct web_answer *answer);
void web_domain_page(const struct web *web, const struct web_request *request,
	struct web_answer *answer, const char *domain);
void web_reports_page(
	const struct web *web, const struct web_request *request, struct web_answer *answer);
void web_report_page(const struct web *web, const struct web_request *request,
	struct web_answer *answer, const char *place);
void web_failures_page(
	const struct web *web, const struct web_request *request, struct web_answer *answer);
/* The form alone. */
void web_check_form(
	const struct web *web, const struct web_request *request, struct web_answer *answer);
/* What a look at a domain found, beneath the form. */
void web_check_page(const struct web *web, const struct web_request *request,
	struct web_answer *answer, const struct look *look);
