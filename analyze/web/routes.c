/* Which page is where, and what all pages share. */
#include <string.h>

#include "analyze/html.h"
#include "analyze/json_writer.h"
#include "analyze/web/frame.h"

int64_t
web_at(const struct web *web)
{
	return web->at != INT64_MIN ? web->at : g_get_real_time() / G_USEC_PER_SEC;
}

const char *
web_parameter(const struct web_request *request, const char *name)
{
	const char *value = g_hash_table_lookup(request->query, name);
	return value != NULL && *value != '\0' ? value : NULL;
}

void
web_refuse(const struct web_request *request, struct web_answer *answer, unsigned status,
	const char *title, const char *words)
{
	answer->status = status;
	answer->attachment = false;
	g_string_truncate(answer->body, 0);
	if (request->json) {
		struct json_writer json = { answer->body, false };
		answer->type = "application/json";
		json_begin(&json, NULL, '{');
		json_add_text(&json, "error", words);
		json_end(&json, '}');
		g_string_append_c(answer->body, '\n');
		return;
	}
	answer->type = "text/html; charset=utf-8";
	frame_begin(request->web, answer->body, title, "");
	html_printf(answer->body, "<h1>%s</h1>\n<p>%s</p>\n", title, words);
	frame_end(answer->body);
}

void
web_refuse_database(
	const struct web_request *request, struct web_answer *answer, const GError *error)
{
	g_autofree char *words =
		g_strdup_printf("The database does not answer: %s", error->message);
	web_refuse(request, answer, 503, "No database", words);
}

bool
web_waits(const struct web_request *request)
{
	return g_str_has_prefix(request->path, "/domains/") ||
	       g_str_has_prefix(request->path, "/reports") ||
	       strcmp(request->path, "/failures") == 0;
}

void
web_route(const struct web *web, const struct web_request *request, struct web_answer *answer)
{
	const char *path = request->path;
	if (strcmp(path, "/") == 0 || strcmp(path, "/domains") == 0)
		web_fleet_page(web, request, answer);
	else if (g_str_has_prefix(path, "/domains/"))
		web_domain_page(web, request, answer, path + strlen("/domains/"));
	else if (strcmp(path, "/reports") == 0)
		web_reports_page(web, request, answer);
	else if (g_str_has_prefix(path, "/reports/"))
		web_report_page(web, request, answer, path + strlen("/reports/"));
	else if (strcmp(path, "/failures") == 0)
		web_failures_page(web, request, answer);
	else if (strcmp(path, "/favicon.ico") == 0)
		answer->status = 204;
	else if (strcmp(path, "/check") == 0 && web->looker != NULL)
		web_check_form(web, request, answer);
	else
		web_refuse(request, answer, 404, "Nothing here", "There is no such page.");
}
