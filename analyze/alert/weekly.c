/* The weekly digest. */
#include "analyze/alert/weekly.h"

#include <string.h>

#include "analyze/alert/wrapped.h"
#include "analyze/readiness.h"
#include "ingest/instant.h"

#define DAY 86400
#define HOUR 3600
#define DIGEST_HOUR 6

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

static gint
compare_events(gconstpointer a, gconstpointer b)
{
	const struct weekly_event *one = a, *other = b;
	if (one->at != other->at)
		return one->at < other->at ? 1 : -1;
	return strcmp(one->domain, other->domain);
}

/* ---- as text ---- */

static void
put_more(GString *out, guint all)
{
	if (all > WEEKLY_MOST)
		g_string_append_printf(out, "  and %u more\n", all - WEEKLY_MOST);
}

static void
put_domain(GString *out, const struct weekly_domain *domain)
{
	g_string_append_printf(out, "  %-16s", readiness_word(domain->verdict));
	wrapped_append(out, 18, 18, domain->domain);
	if (domain->headline == NULL)
		return;
	g_string_append_printf(out, "%18s", "");
	wrapped_append(out, 18, 18, domain->headline);
}

static void
put_event(GString *out, const struct weekly_event *event)
{
	char day[INSTANT_DAY_TEXT_BYTES];
	g_string_append_printf(out, "  %s  ", instant_day_text(instant_day(event->at), day));
	wrapped_append(out, 14, 14, event->title);
}

static char *
words_of(const char *title, const GArray *domains, const GArray *events, const char *pages)
{
	GString *out = g_string_new(NULL);
	g_string_append_printf(
		out, "%c%s.\n\nDomains, worst first\n\n", g_ascii_toupper(*title), title + 1);
	for (guint i = 0; i < MIN(domains->len, WEEKLY_MOST); i++)
		put_domain(out, domain_at(domains, i));
	put_more(out, domains->len);
	g_string_append(out, domains->len == 0 ? "  none is watched\n" : "");
	g_string_append(out, "\nWhat changed, newest first\n\n");
	for (guint i = 0; i < MIN(events->len, WEEKLY_MOST); i++)
		put_event(out, event_at(events, i));
	put_more(out, events->len);
	g_string_append(out, events->len == 0 ? "  nothing\n" : "");
	g_string_append_printf(
		out, "\nAll of it:\n%s\n", pages != NULL ? pages : "    stsready readiness");
	return g_string_free(out, FALSE);
}

/* ---- as JSON ---- */

static char *
body_of(const char *id, int64_t now, const char *title, const GArray *domains, const GArray *events)
{
	struct json_writer json = { g_string_new(NULL), false };
	notice_begin_body(&json, "digest", id, now, title);
	json_add_text(&json, "severity", "info");
	json_add_number(&json, "watched", domains->len);
	json_add_number(&json, "changed", events->len);
	json_begin(&json, "domains", '[');
	for (guint i = 0; i < MIN(domains->len, WEEKLY_MOST); i++) {
		json_begin(&json, NULL, '{');
		json_add_text(&json, "domain", domain_at(domains, i)->domain);
		json_add_text(&json, "verdict", verdict_name(domain_at(domains, i)->verdict));
		json_add_text(&json, "why", domain_at(domains, i)->headline);
		json_end(&json, '}');
	}
	json_end(&json, ']');
	json_begin(&json, "events", '[');
	for (guint i = 0; i < MIN(events->len, WEEKLY_MOST); i++) {
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
	GArray *events, const char *pages)
{
	unsigned bad = 0;
	g_array_sort(domains, compare_domains);
	g_array_sort(events, compare_events);
	for (guint i = 0; i < domains->len; i++)
		bad += verdict_exit(domain_at(domains, i)->verdict) == 2;
	*text = (struct notice_text){ .severity = "info" };
	text->title = g_strdup_printf("the week: %u %s watched, %u to mend, %u %s", domains->len,
		domains->len == 1 ? "domain" : "domains", bad, events->len,
		events->len == 1 ? "change" : "changes");
	text->words = words_of(text->title, domains, events, pages);
	text->html = weekly_page(text->title, domains, events, pages);
	text->body = body_of(id, now, text->title, domains, events);
}
