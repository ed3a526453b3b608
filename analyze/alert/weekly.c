/* The weekly digest. */
#include "analyze/alert/weekly.h"

#include <string.h>

#include "analyze/html.h"
#include "analyze/readiness.h"
#include "ingest/instant.h"
#include "ingest/printable.h"

#define DAY 86400
#define HOUR 3600
#define DIGEST_HOUR 6
/* Domains and changes that are listed; a mail of thousands nobody reads. */
#define MOST_DOMAINS 300
#define MOST_EVENTS 300

char *
weekly_id(int64_t at, int weekday)
{
	/* moved so that the digest's hour is Monday, midnight */
	int64_t moved = at - (weekday - 1) * DAY - DIGEST_HOUR * HOUR;
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(moved);
	return g_date_time_format(time, "%G-W%V");
}

static gint
compare_domains(gconstpointer a, gconstpointer b)
{
	const struct weekly_domain *one = a, *other = b;
	if (one->verdict != other->verdict)
		return (int)one->verdict - (int)other->verdict;
	return strcmp(one->domain, other->domain);
}

static const struct weekly_domain *
domain_at(const GArray *domains, guint place)
{
	return &g_array_index(domains, struct weekly_domain, place);
}

static const struct weekly_event *
event_at(const GArray *events, guint place)
{
	return &g_array_index(events, struct weekly_event, place);
}

/* ---- as text ---- */

static void
put_line(GString *out, const char *before, const char *text)
{
	g_string_append(out, before);
	printable_append(out, text, 0);
	g_string_append_c(out, '\n');
}

static void
put_more(GString *out, guint all, guint most)
{
	if (all > most)
		g_string_append_printf(out, "  and %u more\n", all - most);
}

static char *
words_of(const GArray *domains, const GArray *events, const char *pages)
{
	GString *out = g_string_new("Domains, worst first\n\n");
	for (guint i = 0; i < MIN(domains->len, MOST_DOMAINS); i++) {
		const struct weekly_domain *domain = domain_at(domains, i);
		g_string_append_printf(out, "  %-15s", readiness_word(domain->verdict));
		put_line(out, "", domain->domain);
		if (domain->headline != NULL)
			put_line(out, "                 ", domain->headline);
	}
	put_more(out, domains->len, MOST_DOMAINS);
	g_string_append(out, domains->len == 0 ? "  none is watched\n\n" : "\n");
	g_string_append(out, "What changed in the week\n\n");
	for (guint i = 0; i < MIN(events->len, MOST_EVENTS); i++) {
		char day[INSTANT_DAY_TEXT_BYTES];
		g_string_append_printf(
			out, "  %s  ", instant_day_text(instant_day(event_at(events, i)->at), day));
		put_line(out, "", event_at(events, i)->title);
	}
	put_more(out, events->len, MOST_EVENTS);
	g_string_append(out, events->len == 0 ? "  nothing\n" : "");
	if (pages != NULL)
		put_line(out, "\nAll of it: ", pages);
	return g_string_free(out, FALSE);
}

/* ---- as a page ---- */

static void
put_row(GString *out, const struct weekly_domain *domain, const char *pages)
{
	html_printf(out, "<tr><td><span class=\"tag %s\">%s</span></td><th scope=\"row\">",
		readiness_tone(domain->verdict), readiness_word(domain->verdict));
	if (pages != NULL)
		html_printf(out, "<a href=\"%s/domains/%s\">%s</a>", pages, domain->domain,
			domain->domain);
	else
		html_text(out, domain->domain);
	html_printf(out, "</th><td class=\"long\">%s</td></tr>\n",
		domain->headline != NULL ? domain->headline : "");
}

static char *
page_of(const char *title, const GArray *domains, const GArray *events, const char *pages)
{
	GString *out = g_string_new(NULL);
	html_begin(out, title);
	html_printf(out, "<h1>%s</h1>\n<h2>Domains</h2>\n", title);
	g_string_append(out,
		"<table><caption>Worst first</caption><tr><th scope=\"col\">Verdict</th>"
		"<th scope=\"col\">Domain</th><th scope=\"col\">Why</th></tr>\n");
	for (guint i = 0; i < MIN(domains->len, MOST_DOMAINS); i++)
		put_row(out, domain_at(domains, i), pages);
	g_string_append(out, "</table>\n");
	if (domains->len > MOST_DOMAINS)
		html_printf(out, "<p>And %d more.</p>\n", (int)(domains->len - MOST_DOMAINS));
	g_string_append(out, "<h2>What changed in the week</h2>\n");
	if (events->len == 0)
		g_string_append(out, "<p>Nothing.</p>\n");
	else
		g_string_append(out,
			"<table><caption>Oldest first</caption><tr><th scope=\"col\">Day</th>"
			"<th scope=\"col\">What</th></tr>\n");
	for (guint i = 0; i < MIN(events->len, MOST_EVENTS); i++) {
		char day[INSTANT_DAY_TEXT_BYTES];
		html_printf(out, "<tr><td class=\"day\">%s</td><td class=\"long\">%s</td></tr>\n",
			instant_day_text(instant_day(event_at(events, i)->at), day),
			event_at(events, i)->title);
	}
	if (events->len > 0)
		g_string_append(out, "</table>\n");
	html_end(out);
	return g_string_free(out, FALSE);
}

/* ---- as JSON ---- */

static char *
body_of(const char *id, int64_t now, const char *title, const GArray *domains, const GArray *events)
{
	struct json_writer json = { g_string_new(NULL), false };
	notice_begin_body(&json, "digest", id, now, title);
	json_add_text(&json, "severity", "info");
	json_begin(&json, "domains", '[');
	for (guint i = 0; i < domains->len; i++) {
		json_begin(&json, NULL, '{');
		json_add_text(&json, "domain", domain_at(domains, i)->domain);
		json_add_text(&json, "verdict", verdict_name(domain_at(domains, i)->verdict));
		json_add_text(&json, "why", domain_at(domains, i)->headline);
		json_end(&json, '}');
	}
	json_end(&json, ']');
	json_begin(&json, "events", '[');
	for (guint i = 0; i < events->len; i++) {
		json_begin(&json, NULL, '{');
		json_add_text(&json, "domain", event_at(events, i)->domain);
		json_add_instant(&json, "at", event_at(events, i)->at);
		json_add_text(&json, "title", event_at(events, i)->title);
		json_end(&json, '}');
	}
	json_end(&json, ']');
	json_end(&json, '}');
	return g_string_free(json.out, FALSE);
}

void
weekly_compose(struct notice_text *text, const char *id, int64_t now, GArray *domains,
	const GArray *events, const char *pages)
{
	unsigned bad = 0;
	g_array_sort(domains, compare_domains);
	for (guint i = 0; i < domains->len; i++)
		bad += verdict_exit(domain_at(domains, i)->verdict) == 2;
	*text = (struct notice_text){ .severity = "info" };
	text->title = g_strdup_printf("the week: %u %s watched, %u to mend, %u %s", domains->len,
		domains->len == 1 ? "domain" : "domains", bad, events->len,
		events->len == 1 ? "change" : "changes");
	text->words = words_of(domains, events, pages);
	text->html = page_of(text->title, domains, events, pages);
	text->body = body_of(id, now, text->title, domains, events);
}
