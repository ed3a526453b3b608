/* Reports and failures, filtered. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/html.h"
#include "analyze/html_table.h"
#include "analyze/listed_rows.h"
#include "analyze/web/frame.h"
#include "ingest/domain_name.h"
#include "ingest/instant.h"
#include "ingest/printable.h"
#include "sql/look.h"

/* Rows of a page, unless it is asked for more, and at most. */
#define USUAL_ROWS 100
#define MOST_ROWS 2000

/* A list that is being made. */
struct list {
	const struct web *web;
	const struct web_request *request;
	GString *out;
	struct html_table table;
	char *domain; /* normalised; NULL: any */
	struct look_filter filter;
	struct output *json; /* NULL: as a page */
	int64_t rows, most;
	bool more;
};

/* ---- filters ---- */

static bool
read_time(const struct list *list, const char *name, int64_t open, int64_t *instant)
{
	const char *text = web_parameter(list->request, name);
	*instant = open;
	return text == NULL || instant_parse_option(text, web_at(list->web), instant);
}

static bool
read_filter(struct list *list, struct web_answer *answer)
{
	const char *domain = web_parameter(list->request, "domain");
	const char *limit = web_parameter(list->request, "limit");
	list->filter = (struct look_filter){ .submitter = web_parameter(list->request, "submitter"),
		.result_type = web_parameter(list->request, "result_type"),
		.trust = web_parameter(list->request, "trust") };
	list->domain = domain != NULL ? domain_name_normalise(domain, false) : NULL;
	list->filter.domain = list->domain;
	list->most = limit != NULL ? CLAMP(strtol(limit, NULL, 10), 1, MOST_ROWS) : USUAL_ROWS;
	list->filter.limit = list->most + 1;
	if (domain != NULL && list->domain == NULL) {
		web_refuse(list->request, answer, 400, "No such domain",
			"What is given as domain is no domain name.");
		return false;
	}
	if (!read_time(list, "since", INT64_MIN, &list->filter.since) ||
		!read_time(list, "until", INT64_MAX, &list->filter.until)) {
		web_refuse(list->request, answer, 400, "No such time",
			"Give a date (2026-03-01), RFC 3339, or an age (14d, 12h).");
		return false;
	}
	return true;
}

static void
put_form(const struct list *list, const char *path, bool failures)
{
	static const char *const trusts[] = { "", "dkim", "https-rdns", "file", "mail", "https",
		NULL };
	static const char *const names[] = { "any", "dkim", "https-rdns", "file", "mail", "https",
		NULL };
	html_printf(list->out, "<form class=\"filter\" method=\"get\" action=\"%s\">", path);
	frame_field(list->out, list->request, "domain", "Domain", "text");
	frame_field(list->out, list->request, "submitter", "Sender", "text");
	if (failures)
		frame_field(list->out, list->request, "result_type", "Result type", "text");
	frame_field(list->out, list->request, "since", "Since", "text");
	frame_field(list->out, list->request, "until", "Until", "text");
	frame_choice(list->out, list->request, "trust", "Trust", trusts, names);
	g_string_append(list->out,
		"<button type=\"submit\">Show</button></form>\n"
		"<p class=\"soft\">Since and until take a date (2026-03-01) or an age "
		"(14d, 12h).</p>\n");
}

/* The same list with more rows, or in another form. */
static void
put_same(const struct list *list, const char *path, const char *extension, const char *limit)
{
	static const char *const names[] = { "domain", "submitter", "result_type", "since", "until",
		"trust" };
	html_printf(list->out, "%s%s?limit=%s", path, extension, limit);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		const char *value = web_parameter(list->request, names[i]);
		if (value == NULL)
			continue;
		html_printf(list->out, "&amp;%s=", names[i]);
		frame_url(list->out, value);
	}
}

static void
put_end(const struct list *list, const char *path)
{
	if (list->rows == 0) {
		g_string_append(list->out, "<p>Nothing matches.</p>\n");
		return;
	}
	g_string_append(list->out, "<ul class=\"more\">");
	if (list->more && list->most < MOST_ROWS) {
		g_string_append(list->out, "<li><a href=\"");
		put_same(list, path, "", "2000");
		html_printf(list->out, "\">The newest %d</a></li>", MOST_ROWS);
	} else if (list->more) {
		g_string_append(list->out, "<li>There are more: narrow it down.</li>");
	}
	g_string_append(list->out, "<li><a href=\"");
	put_same(list, path, ".json", "2000");
	g_string_append(list->out, "\">The same as JSON</a></li></ul>\n");
}

/* ---- rows ---- */

static bool
takes(struct list *list)
{
	list->more = list->rows == list->most;
	list->rows += !list->more;
	return !list->more;
}

/* Text of a stranger's, cut for a cell; the whole of it is with the report. */
static void
put_cell(struct html_table *table, const char *text)
{
	g_autofree char *plain = printable(text != NULL ? text : "-", 120);
	html_cell_begin(table);
	html_escape(table->out, plain);
	html_cell_end(table);
}

/* A day, which leads to the report. */
static void
put_day(struct html_table *table, const char *domain, const char *digest, int32_t day)
{
	html_cell_begin(table);
	g_string_append(table->out, "<a href=\"/reports/");
	frame_url(table->out, domain);
	html_printf(table->out, "/%s\">%D</a>", digest, day);
	html_cell_end(table);
}

static void
put_report(struct html_table *table, const struct look_report *report)
{
	put_day(table, report->domain, report->digest, instant_day(report->start));
	put_cell(table, report->domain);
	put_cell(table, report->organization != NULL ? report->organization : report->submitter);
	html_cell(table, "%ld", (long)report->success);
	html_cell(table, "%ld", (long)report->failure);
	html_cell(table, "%s", report->trust);
	html_cell(table, "%s", report->counted ? "yes" : "no");
	put_cell(table, report->report_id);
}

static void
put_failure(struct html_table *table, const struct look_failure *failure)
{
	put_day(table, failure->domain, failure->digest, failure->day);
	put_cell(table, failure->domain);
	put_cell(table, failure->organization != NULL ? failure->organization : failure->submitter);
	put_cell(table, failure->result_type);
	if (failure->sessions < 0)
		html_cell(table, "-");
	else
		html_cell(table, "%ld", (long)failure->sessions);
	put_cell(table, failure->receiving_mx_hostname);
	put_cell(table, failure->receiving_ip);
	put_cell(table, failure->failure_reason_code);
}

static bool
take_report(void *user, const struct look_report *report)
{
	struct list *list = user;
	if (!takes(list))
		return false;
	if (list->json != NULL)
		listed_report(list->json, report);
	else
		put_report(&list->table, report);
	return true;
}

static bool
take_failure(void *user, const struct look_failure *failure)
{
	struct list *list = user;
	if (!takes(list))
		return false;
	if (list->json != NULL)
		listed_failure(list->json, failure);
	else
		put_failure(&list->table, failure);
	return true;
}

/* ---- lists ---- */

struct kind {
	const char *title, *path;
	const struct html_column *titles;
	const struct output_column *columns;
	size_t n_columns;
	bool failures;
};

static bool
look(struct list *list, const struct kind *kind, struct db *db, GError **error)
{
	return kind->failures ? look_failures(db, &list->filter, take_failure, list, error)
			      : look_reports(db, &list->filter, take_report, list, error);
}

/* An array of what the command line prints a line each. */
static bool
put_json(struct list *list, const struct kind *kind, struct db *db, GError **error)
{
	char *text = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&text, &length);
	list->json = output_new(stream, OUTPUT_JSON, kind->columns, kind->n_columns);
	bool fine = look(list, kind, db, error);
	output_end(list->json);
	fclose(stream);
	g_string_append_c(list->out, '[');
	for (char *line = text, *end; *line != '\0'; line = end + 1) {
		end = strchr(line, '\n');
		g_string_append_len(list->out, line, end - line);
		if (end[1] != '\0')
			g_string_append(list->out, ",\n");
	}
	g_string_append(list->out, "]\n");
	free(text);
	return fine;
}

static bool
put_page(struct list *list, const struct kind *kind, struct db *db, GError **error)
{
	frame_begin(list->web, list->out, kind->title, kind->path);
	html_printf(list->out, "<h1>%s</h1>\n", kind->title);
	put_form(list, kind->path, kind->failures);
	gsize before = list->out->len;
	html_table_begin(&list->table, list->out, kind->title, kind->titles);
	bool fine = look(list, kind, db, error);
	html_table_end(&list->table);
	if (list->rows == 0)
		g_string_truncate(list->out, before);
	put_end(list, kind->path);
	frame_end(list->out);
	return fine;
}

static void
answer_list(const struct web *web, const struct web_request *request, struct web_answer *answer,
	const struct kind *kind)
{
	g_autoptr(GError) error = NULL;
	struct list list = { .web = web, .request = request, .out = answer->body };
	struct db *db = NULL;
	if (read_filter(&list, answer)) {
		db = pool_take(web->pool, &error);
		if (db == NULL || !(request->json ? put_json : put_page)(&list, kind, db, &error))
			web_refuse_database(request, answer, error);
	}
	if (db != NULL)
		pool_give(web->pool, db);
	g_free(list.domain);
}

void
web_reports_page(
	const struct web *web, const struct web_request *request, struct web_answer *answer)
{
	static const struct html_column titles[] = { { "Day", "day" },
		{ "Domain", "host name bare" }, { "From", "long" }, { "Clean", "n" },
		{ "Failed", "n" }, { "Trust" }, { "Counted" }, { "Report id", "long" }, { NULL } };
	static const struct kind kind = { "Reports", "/reports", titles, listed_report_columns,
		LISTED_REPORT_COLUMNS, false };
	answer_list(web, request, answer, &kind);
}

void
web_failures_page(
	const struct web *web, const struct web_request *request, struct web_answer *answer)
{
	static const struct html_column titles[] = { { "Day", "day" },
		{ "Domain", "host name bare" }, { "From", "long" }, { "Result", "long" },
		{ "Sessions", "n" }, { "MX", "host" }, { "Address", "long" }, { "Reason", "long" },
		{ NULL } };
	static const struct kind kind = { "Failures", "/failures", titles, listed_failure_columns,
		LISTED_FAILURE_COLUMNS, true };
	answer_list(web, request, answer, &kind);
}
