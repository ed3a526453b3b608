/* Reports and failures, filtered; one report with what it says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/html.h"
#include "analyze/listed_rows.h"
#include "analyze/web/frame.h"
#include "analyze/web/indent.h"
#include "ingest/domain_name.h"
#include "ingest/inflate.h"
#include "ingest/instant.h"
#include "ingest/limits.h"
#include "ingest/printable.h"
#include "sql/look.h"

/* Rows of a page, unless it is asked for more, and at most. */
#define USUAL_ROWS 100
#define MOST_ROWS 2000

/* Of an original that is shown; all of it can be kept. */
#define SHOWN_BYTES (256u << 10)

#define DIGEST_BYTES 32

/* A list that is being made. */
struct list {
	const struct web *web;
	const struct web_request *request;
	GString *out;
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
		"(14d).</p>\n");
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
		g_string_append(list->out, "<p>None is so.</p>\n");
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
put_cell(GString *out, const char *text)
{
	g_autofree char *plain = printable(text != NULL ? text : "-", 120);
	g_string_append(out, "<td class=\"long\">");
	html_escape(out, plain);
	g_string_append(out, "</td>");
}

static bool
take_report(void *user, const struct look_report *report)
{
	struct list *list = user;
	GString *out = list->out;
	char day[INSTANT_DAY_TEXT_BYTES];
	if (!takes(list))
		return false;
	if (list->json != NULL) {
		listed_report(list->json, report);
		return true;
	}
	g_string_append(out, "<tr><td class=\"day\"><a href=\"/reports/");
	frame_url(out, report->domain);
	html_printf(out, "/%s\">%s</a></td>", report->digest,
		instant_day_text(instant_day(report->start), day));
	put_cell(out, report->domain);
	put_cell(out, report->organization != NULL ? report->organization : report->submitter);
	html_printf(out, "<td class=\"n\">%ld</td><td class=\"n\">%ld</td><td>%s</td><td>%s</td>",
		(long)report->success, (long)report->failure, report->trust,
		report->counted ? "yes" : "no");
	put_cell(out, report->report_id);
	g_string_append(out, "</tr>\n");
	return true;
}

static bool
take_failure(void *user, const struct look_failure *failure)
{
	struct list *list = user;
	GString *out = list->out;
	char day[INSTANT_DAY_TEXT_BYTES];
	if (!takes(list))
		return false;
	if (list->json != NULL) {
		listed_failure(list->json, failure);
		return true;
	}
	html_printf(out, "<tr><td class=\"day\">%s</td>", instant_day_text(failure->day, day));
	put_cell(out, failure->domain);
	put_cell(out, failure->organization != NULL ? failure->organization : failure->submitter);
	put_cell(out, failure->result_type);
	if (failure->sessions < 0)
		g_string_append(out, "<td class=\"n\">-</td>");
	else
		html_printf(out, "<td class=\"n\">%ld</td>", (long)failure->sessions);
	put_cell(out, failure->receiving_mx_hostname);
	put_cell(out, failure->receiving_ip);
	put_cell(out, failure->failure_reason_code);
	g_string_append(out, "</tr>\n");
	return true;
}

/* ---- lists ---- */

struct kind {
	const char *title, *path;
	const char *const *titles;
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
	html_table_begin(list->out, kind->title, kind->titles);
	bool fine = look(list, kind, db, error);
	html_table_end(list->out);
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
	static const char *const titles[] = { "Day", "Domain", "From", "OK", "Failed", "Trust",
		"Counts", "Report id", NULL };
	static const struct kind kind = { "Reports", "/reports", titles, listed_report_columns,
		LISTED_REPORT_COLUMNS, false };
	answer_list(web, request, answer, &kind);
}

void
web_failures_page(
	const struct web *web, const struct web_request *request, struct web_answer *answer)
{
	static const char *const titles[] = { "Day", "Domain", "From", "Result", "Sessions", "MX",
		"Address", "Reason", NULL };
	static const struct kind kind = { "Failures", "/failures", titles, listed_failure_columns,
		LISTED_FAILURE_COLUMNS, true };
	answer_list(web, request, answer, &kind);
}

/* ---- one report ---- */

static bool
read_digest(const char *text, uint8_t digest[DIGEST_BYTES])
{
	if (strlen(text) != 2 * DIGEST_BYTES)
		return false;
	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		int high = g_ascii_xdigit_value(text[2 * i]);
		int low = g_ascii_xdigit_value(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		digest[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* The report's JSON, out of all that it was packed in.  NULL: it cannot be unpacked. */
static GByteArray *
unwrap(GBytes *original)
{
	gsize length;
	const uint8_t *bytes = g_bytes_get_data(original, &length);
	GByteArray *inner = g_byte_array_append(g_byte_array_new(), bytes, (guint)length);
	for (int i = 0; i < LIMIT_WRAPPINGS; i++) {
		size_t trailing;
		enum wrapping wrapping = wrapping_sniff(inner->data, inner->len);
		if (wrapping == WRAPPING_NONE)
			return inner;
		GByteArray *out = g_byte_array_new();
		bool fine = inflate_bytes(
			wrapping, inner->data, inner->len, LIMIT_JSON_BYTES, out, &trailing, NULL);
		g_byte_array_unref(inner);
		inner = out;
		if (!fine)
			break;
	}
	g_byte_array_unref(inner);
	return NULL;
}

static void
put_original(const struct web *web, GString *out, const char *domain, const char *digest,
	const GByteArray *json)
{
	g_autoptr(GString) text = g_string_new(NULL);
	frame_begin(web, out, "Report", "/reports");
	html_printf(out,
		"<h1>A report about %s</h1>\n<p>As its sender wrote it, but for line ends; "
		"nothing in it is believed because it stands there.</p>\n"
		"<ul class=\"more\"><li><a href=\"/domains/",
		domain);
	frame_url(out, domain);
	html_printf(out, "\">%s</a></li><li><a href=\"/reports/", domain);
	frame_url(out, domain);
	html_printf(out, "/%s.json\">Keep the original</a></li></ul>\n", digest);
	html_printf(out, "<pre class=\"wrap\" tabindex=\"0\" aria-label=\"The report\">");
	g_autofree char *plain = g_utf8_make_valid((const char *)json->data, (gssize)json->len);
	indent_json(text, plain, strlen(plain), SHOWN_BYTES);
	g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);
	for (char **line = lines; *line != NULL; line++) {
		html_text(out, *line);
		g_string_append_c(out, '\n');
	}
	g_string_append(out, "</pre>\n");
	frame_end(out);
}

static void
answer_original(const struct web *web, const struct web_request *request, struct web_answer *answer,
	const char *domain, const char *digest)
{
	g_autoptr(GError) error = NULL;
	uint8_t bytes[DIGEST_BYTES];
	struct db *db = pool_take(web->pool, &error);
	GBytes *original = db != NULL && read_digest(digest, bytes)
				   ? look_original(db, domain, bytes, sizeof bytes, &error)
				   : NULL;
	if (db != NULL)
		pool_give(web->pool, db);
	GByteArray *json = original != NULL ? unwrap(original) : NULL;
	if (error != NULL) {
		web_refuse_database(request, answer, error);
	} else if (json == NULL) {
		web_refuse(request, answer, 404, "No such report",
			"It is not there, or its original is not kept any more.");
	} else if (request->json) {
		answer->attachment = true;
		g_string_append_len(answer->body, (const char *)json->data, json->len);
	} else {
		put_original(web, answer->body, domain, digest, json);
	}
	g_clear_pointer(&json, g_byte_array_unref);
	g_clear_pointer(&original, g_bytes_unref);
}

void
web_report_page(const struct web *web, const struct web_request *request, struct web_answer *answer,
	const char *place)
{
	g_auto(GStrv) parts = g_strsplit(place, "/", 2);
	g_autofree char *domain = domain_name_normalise(parts[0] != NULL ? parts[0] : "", false);
	uint8_t digest[DIGEST_BYTES];
	if (domain == NULL || parts[1] == NULL || !read_digest(parts[1], digest))
		web_refuse(request, answer, 404, "No such report",
			"It is not there, or its original is not kept any more.");
	else
		answer_original(web, request, answer, domain, parts[1]);
}
