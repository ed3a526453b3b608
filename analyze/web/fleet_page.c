/* The page of all domains: worst first, filtered, sorted, a hundred at a time. */
#include <stdlib.h>
#include <string.h>

#include "analyze/html.h"
#include "analyze/html_table.h"
#include "analyze/json_writer.h"
#include "analyze/readiness.h"
#include "analyze/web/frame.h"
#include "ingest/instant.h"

#define PAGE_ROWS 100

enum sort { SORT_VERDICT, SORT_DOMAIN, SORT_SOAK, SORT_REPORT, SORT_CHECK, SORTS };
static const char *const sort_names[] = { "verdict", "domain", "soak", "report", "check", NULL };

/* What of the fleet is shown. */
struct view {
	const struct web_request *request;
	struct fleet_state *state;
	GPtrArray *shown; /* of struct fleet_entry, in order */
	enum sort sort;
	guint first; /* of the page */
	unsigned counts[VERDICT_NOT_APPLICABLE + 1];
};

/* ---- choosing ---- */

static gint
compare(gconstpointer a, gconstpointer b, gpointer user)
{
	const struct fleet_entry *one = *(struct fleet_entry *const *)a;
	const struct fleet_entry *other = *(struct fleet_entry *const *)b;
	int64_t difference = 0;
	switch (*(const enum sort *)user) {
	case SORT_SOAK: /* nearest to its end first */
		difference = (int64_t)(one->required_days - one->clean_days) -
			     (other->required_days - other->clean_days);
		break;
	case SORT_REPORT: /* longest silence first */
		difference = (int64_t)one->last_report_day - other->last_report_day;
		break;
	case SORT_CHECK:
		difference = one->last_check_at < other->last_check_at   ? -1
			     : one->last_check_at > other->last_check_at ? 1
									 : 0;
		break;
	case SORT_VERDICT:
		difference = (int64_t)one->verdict - (int64_t)other->verdict;
		break;
	case SORT_DOMAIN:
	case SORTS:
		break;
	}
	if (difference != 0)
		return difference < 0 ? -1 : 1;
	return strcmp(one->domain, other->domain);
}

static enum sort
sort_of(const struct web_request *request)
{
	const char *name = web_parameter(request, "sort");
	for (int i = 0; name != NULL && i < SORTS; i++)
		if (strcmp(name, sort_names[i]) == 0)
			return (enum sort)i;
	return SORT_VERDICT;
}

static bool
is_wanted(const struct web_request *request, const struct fleet_entry *entry)
{
	const char *part = web_parameter(request, "q");
	const char *verdict = web_parameter(request, "verdict");
	if (verdict != NULL && strcmp(verdict, verdict_name(entry->verdict)) != 0)
		return false;
	if (part == NULL)
		return true;
	g_autofree char *lower = g_ascii_strdown(part, -1);
	return strstr(entry->domain, lower) != NULL;
}

static void
choose(struct view *view)
{
	const char *page = web_parameter(view->request, "page");
	view->shown = g_ptr_array_new();
	view->sort = sort_of(view->request);
	for (guint i = 0; i < view->state->entries->len; i++) {
		struct fleet_entry *entry = view->state->entries->pdata[i];
		view->counts[entry->verdict]++;
		if (is_wanted(view->request, entry))
			g_ptr_array_add(view->shown, entry);
	}
	if (view->sort != SORT_VERDICT) /* which they are sorted by */
		g_ptr_array_sort_with_data(view->shown, compare, &view->sort);
	long number = page != NULL ? strtol(page, NULL, 10) : 1;
	long last = view->shown->len > 0 ? (long)(view->shown->len - 1) / PAGE_ROWS + 1 : 1;
	view->first = (guint)(CLAMP(number, 1, last) - 1) * PAGE_ROWS;
}

/* ---- as a page ---- */

/* The address of this page with one parameter changed; value NULL: left out.  Another order or
   filter begins at the first page. */
static void
put_address(const struct view *view, GString *out, const char *name, const char *value)
{
	static const char *const all[] = { "q", "verdict", "sort", "page" };
	const char *between = "?";
	g_string_append_c(out, '/');
	for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
		bool changed = strcmp(all[i], name) == 0;
		const char *word = changed ? value : web_parameter(view->request, all[i]);
		if (word == NULL || (!changed && strcmp(all[i], "page") == 0))
			continue;
		g_string_append_printf(out, "%s%s=", between, all[i]);
		frame_url(out, word);
		between = "&amp;";
	}
}

static void
put_summary(const struct view *view, GString *out)
{
	html_printf(out, "<h1>Domains</h1>\n");
	if (view->state->failure != NULL)
		html_printf(out,
			"<p class=\"trouble\" role=\"alert\">The database does not answer; what is "
			"shown was judged before: %s</p>\n",
			view->state->failure);
	html_printf(out, "<p>%d watched", (int)view->state->entries->len);
	const char *between = ": ";
	for (int i = 0; i <= VERDICT_NOT_APPLICABLE; i++) {
		if (view->counts[i] == 0)
			continue;
		html_printf(out, "%s<a href=\"", between);
		put_address(view, out, "verdict", verdict_name((enum verdict)i));
		html_printf(
			out, "\">%d %s</a>", (int)view->counts[i], verdict_name((enum verdict)i));
		between = ", ";
	}
	g_string_append(out, ".  <span class=\"soft\">");
	if (!view->state->whole)
		g_string_append(out, "They are being judged: more will follow.");
	else
		html_printf(out, "Judged for %T.", view->state->at);
	g_string_append(out, "</span></p>\n");
}

static void
put_form(const struct view *view, GString *out)
{
	const char *values[VERDICT_NOT_APPLICABLE + 3] = { "" };
	const char *names[VERDICT_NOT_APPLICABLE + 3] = { "any" };
	for (int i = 0; i <= VERDICT_NOT_APPLICABLE; i++)
		values[i + 1] = names[i + 1] = verdict_name((enum verdict)i);
	static const char *const orders[] = { "worst first", "name", "soak left", "last report",
		"last check", NULL };
	g_string_append(out, "<form class=\"filter\" method=\"get\" action=\"/\">");
	frame_field(out, view->request, "q", "Name contains", "search");
	frame_choice(out, view->request, "verdict", "Verdict", values, names);
	frame_choice(out, view->request, "sort", "Order", sort_names, orders);
	g_string_append(out, "<button type=\"submit\">Show</button></form>\n");
}

/* ---- the table ---- */

static const struct html_column columns[] = { { "Domain" }, { "Verdict", "bare" },
	{ "Soak", "soak bare" }, { "30 days", "bare" }, { "Last report", "day" },
	{ "Last check", "day" }, { "Why", "long bare" }, { NULL } };
/* What a column's title orders by; SORTS: nothing. */
static const enum sort column_sorts[] = { SORT_DOMAIN, SORT_VERDICT, SORT_SOAK, SORTS, SORT_REPORT,
	SORT_CHECK, SORTS };

static void
put_titles(const struct view *view, GString *out)
{
	g_string_append(out,
		"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Domains\">"
		"<table class=\"rows fleet\"><thead><tr>");
	for (size_t i = 0; columns[i].title != NULL; i++) {
		enum sort sort = column_sorts[i];
		g_string_append(out, "<th scope=\"col\"");
		g_string_append(out, sort == view->sort ? " aria-sort=\"ascending\">" : ">");
		if (sort == SORTS) {
			html_printf(out, "%s</th>", columns[i].title);
			continue;
		}
		g_string_append(out, "<a href=\"");
		put_address(view, out, "sort", sort_names[sort]);
		html_printf(out, "\">%s</a></th>", columns[i].title);
	}
	g_string_append(out, "</tr></thead><tbody>\n");
}

static void
put_soak(const struct fleet_entry *entry, struct html_table *table)
{
	int clean = entry->clean_days, required = entry->required_days;
	int part = required > 0 ? MIN(clean, required) * 80 / required : 0;
	bool waits = entry->verdict == VERDICT_WAIT && entry->earliest_day != INT32_MIN;
	html_cell_begin(table);
	html_printf(table->out,
		"<svg viewBox=\"0 0 80 8\" width=\"80\" height=\"8\" aria-hidden=\"true\">"
		"<rect width=\"80\" height=\"8\" rx=\"2\" class=\"silent\"/><rect width=\"%d\" "
		"height=\"8\" rx=\"2\" class=\"clean\"/></svg><span>",
		part);
	if (clean >= required)
		html_printf(table->out, "%d clean days", clean);
	else
		html_printf(table->out, "%d of %d days", clean, required);
	if (waits)
		html_printf(table->out, "</span><span>until %D", entry->earliest_day);
	g_string_append(table->out, "</span>");
	html_cell_end(table);
}

/* Bars of one kind as one path; refused sessions stand on clean ones. */
static void
put_bars(const struct fleet_entry *entry, GString *out, bool refused, int64_t most)
{
	const char *before =
		refused ? "<path class=\"sparkbad\" d=\"" : "<path class=\"spark\" d=\"";
	for (int i = 0; i < FLEET_DAYS; i++) {
		const struct fleet_day *day = &entry->days[i];
		int64_t sessions = refused ? day->refused : day->clean;
		int below = refused && day->clean > 0 ? (int)MAX(2, day->clean * 19 / most) : 0;
		if (sessions == 0)
			continue;
		g_string_append_printf(out, "%sM%d %dv-%d", before, i * 4 + 2, 24 - below,
			(int)MAX(refused ? 3 : 2, sessions * 19 / most));
		before = "";
	}
	if (*before == '\0')
		g_string_append(out, "\"/>");
}

static void
put_spark(const struct fleet_entry *entry, struct html_table *table)
{
	int64_t most = 1;
	int clean = 0, refused = 0;
	for (int i = 0; i < FLEET_DAYS; i++) {
		most = MAX(most, entry->days[i].clean + entry->days[i].refused);
		refused += entry->days[i].refused > 0;
		clean += entry->days[i].told && entry->days[i].refused == 0;
	}
	html_cell_begin(table);
	html_printf(table->out,
		"<svg viewBox=\"0 0 120 24\" width=\"120\" height=\"24\" role=\"img\" "
		"aria-label=\"Of 30 days %d clean, %d with refused sessions, %d without "
		"report\"><path d=\"M0 23.5h120\" class=\"axis\"/>",
		clean, refused, FLEET_DAYS - clean - refused);
	put_bars(entry, table->out, false, most);
	put_bars(entry, table->out, true, most);
	g_string_append(table->out, "</svg>");
	html_cell_end(table);
}

static void
put_entry(const struct fleet_entry *entry, struct html_table *table)
{
	html_cell_begin(table);
	g_string_append(table->out, "<a href=\"/domains/");
	frame_url(table->out, entry->domain);
	html_printf(table->out, "\">%s</a>", entry->domain);
	html_cell_end(table);
	html_cell(table, "<span class=\"tag %s\">%s</span>", readiness_tone(entry->verdict),
		readiness_word(entry->verdict));
	put_soak(entry, table);
	put_spark(entry, table);
	if (entry->last_report_day != INT32_MIN)
		html_cell(table, "%D", entry->last_report_day);
	else
		html_cell(table, "none");
	if (entry->last_check_at != INT64_MIN)
		html_cell(table, "%T", entry->last_check_at);
	else
		html_cell(table, "none");
	if (entry->headline != NULL)
		html_cell(table, "<span class=\"brief\">%s</span>", entry->headline);
	else
		html_cell(table, "<span class=\"soft\">Nothing stands against it.</span>");
}

static void
put_pages(const struct view *view, GString *out)
{
	guint page = view->first / PAGE_ROWS + 1,
	      last = (view->shown->len + PAGE_ROWS - 1) / PAGE_ROWS;
	if (last <= 1)
		return;
	g_string_append(out, "<nav aria-label=\"More domains\"><ul class=\"more\">");
	for (int step = -1; step <= 1; step += 2) {
		char number[16];
		if ((step < 0 && page == 1) || (step > 0 && page == last))
			continue;
		g_snprintf(number, sizeof number, "%u", page + (guint)step);
		g_string_append(out, "<li><a href=\"");
		put_address(view, out, "page", number);
		html_printf(out, "\">%s</a></li>", step < 0 ? "Previous" : "Next");
	}
	html_printf(out, "<li>Page %d of %d</li></ul></nav>\n", (int)page, (int)last);
}

static void
put_table(const struct view *view, GString *out)
{
	struct html_table table = { out, columns, 0 };
	put_titles(view, out);
	for (guint i = view->first; i < MIN(view->shown->len, view->first + PAGE_ROWS); i++)
		put_entry(view->shown->pdata[i], &table);
	html_table_end(&table);
	put_pages(view, out);
}

static void
put_page(const struct web *web, const struct view *view, GString *out)
{
	frame_begin(web, out, "Domains", "/");
	put_summary(view, out);
	put_form(view, out);
	if (view->shown->len > 0)
		put_table(view, out);
	else if (view->state->entries->len > 0)
		g_string_append(
			out, "<p>No domain matches.  <a href=\"/\">Show all of them.</a></p>\n");
	else if (view->state->whole)
		g_string_append(out, "<p>No domain is watched yet: <code>stsready domains add "
				     "DOMAIN</code></p>\n");
	frame_end(out);
}

/* ---- as JSON ---- */

static void
put_json_entry(struct json_writer *json, const struct fleet_entry *entry)
{
	char day[INSTANT_DAY_TEXT_BYTES];
	json_begin(json, NULL, '{');
	json_add_text(json, "domain", entry->domain);
	json_add_text(json, "verdict", verdict_name(entry->verdict));
	json_add_text(json, "code", entry->code);
	json_add_text(json, "why", entry->headline);
	json_add_number(json, "clean_days", entry->clean_days);
	json_add_number(json, "required_days", entry->required_days);
	json_add_text(json, "earliest",
		entry->earliest_day != INT32_MIN ? instant_day_text(entry->earliest_day, day)
						 : NULL);
	json_add_number(json, "success", entry->success);
	json_add_number(json, "refused", entry->refused);
	json_add_text(json, "last_report",
		entry->last_report_day != INT32_MIN ? instant_day_text(entry->last_report_day, day)
						    : NULL);
	if (entry->last_check_at != INT64_MIN)
		json_add_instant(json, "last_check", entry->last_check_at);
	else
		json_add_null(json, "last_check");
	json_end(json, '}');
}

static void
put_json(const struct view *view, GString *out)
{
	struct json_writer json = { out, false };
	json_begin(&json, NULL, '{');
	if (view->state->at != INT64_MIN)
		json_add_instant(&json, "at", view->state->at);
	else
		json_add_null(&json, "at");
	json_add_bool(&json, "whole", view->state->whole);
	json_add_text(&json, "failure", view->state->failure);
	json_begin(&json, "domains", '[');
	for (guint i = 0; i < view->shown->len; i++)
		put_json_entry(&json, view->shown->pdata[i]);
	json_end(&json, ']');
	json_end(&json, '}');
	g_string_append_c(out, '\n');
}

void
web_fleet_page(const struct web *web, const struct web_request *request, struct web_answer *answer)
{
	struct view view = { .request = request, .state = fleet_look(web->fleet) };
	choose(&view);
	if (request->json)
		put_json(&view, answer->body);
	else
		put_page(web, &view, answer->body);
	g_ptr_array_unref(view.shown);
	fleet_state_unref(view.state);
}
