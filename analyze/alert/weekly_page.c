/* The weekly digest as a page for mail programs. */
#include "analyze/alert/weekly.h"

#include <string.h>

#include "analyze/html.h"
#include "analyze/readiness.h"
#include "ingest/instant.h"

/* Colours of text and ground are always given together: programs that turn one dark turn both. */
#define CELL                                                                                       \
	"padding:6px 14px 6px 0;border-bottom:1px solid "                                          \
	"#d0d4d9;vertical-align:top;text-align:left"
#define TABLE                                                                                      \
	"<table cellpadding=\"0\" cellspacing=\"0\" style=\"border-collapse:collapse;width:100%%;" \
	"max-width:56em\">\n"

/* As readiness_tone names them. */
static const char *
tone_style(const char *tone)
{
	static const struct {
		const char *tone, *style;
	} styles[] = { { "good", "background-color:#1b6e3c;color:#ffffff" },
		{ "warn", "background-color:#ffe08a;color:#3d2b00" },
		{ "bad", "background-color:#a3161a;color:#ffffff" } };
	for (size_t i = 0; i < G_N_ELEMENTS(styles); i++)
		if (strcmp(styles[i].tone, tone) == 0)
			return styles[i].style;
	return "background-color:#e4e7eb;color:#20262e";
}

static void
put_heading(GString *out, const char *text)
{
	html_printf(out, "<h2 style=\"font-size:17px;margin:24px 0 6px\">%s</h2>\n", text);
}

static void
put_more(GString *out, guint all)
{
	if (all > WEEKLY_MOST)
		html_printf(out, "<p>And %d more.</p>\n", (int)(all - WEEKLY_MOST));
}

static void
put_name(GString *out, const char *domain, const char *pages)
{
	if (pages != NULL)
		html_printf(out, "<a href=\"%s/domains/%s\" style=\"color:#0b57a4\">%s</a>", pages,
			domain, domain);
	else
		html_text(out, domain);
}

static void
put_domain(GString *out, const struct weekly_domain *domain, const char *pages)
{
	html_printf(out,
		"<tr><td style=\"" CELL "\"><span style=\"%s;padding:2px 8px;font-weight:bold;"
		"white-space:nowrap\">%s</span></td>\n<td style=\"" CELL "\"><strong>",
		tone_style(readiness_tone(domain->verdict)), readiness_word(domain->verdict));
	put_name(out, domain->domain, pages);
	g_string_append(out, "</strong>");
	if (domain->headline != NULL)
		html_printf(out, "<br>%s", domain->headline);
	g_string_append(out, "</td></tr>\n");
}

static void
put_domains(GString *out, const GArray *domains, const char *pages)
{
	put_heading(out, "Domains, worst first");
	if (domains->len == 0) {
		g_string_append(out, "<p>None is watched.</p>\n");
		return;
	}
	html_printf(out, TABLE);
	for (guint i = 0; i < MIN(domains->len, WEEKLY_MOST); i++)
		put_domain(out, &g_array_index(domains, struct weekly_domain, i), pages);
	g_string_append(out, "</table>\n");
	put_more(out, domains->len);
}

static void
put_events(GString *out, const GArray *events)
{
	put_heading(out, "What changed, newest first");
	if (events->len == 0) {
		g_string_append(out, "<p>Nothing.</p>\n");
		return;
	}
	html_printf(out, TABLE);
	for (guint i = 0; i < MIN(events->len, WEEKLY_MOST); i++) {
		const struct weekly_event *event = &g_array_index(events, struct weekly_event, i);
		char day[INSTANT_DAY_TEXT_BYTES];
		html_printf(out,
			"<tr><td style=\"" CELL ";white-space:nowrap\">%s</td>\n<td style=\"" CELL
			"\">%s</td></tr>\n",
			instant_day_text(instant_day(event->at), day), event->title);
	}
	g_string_append(out, "</table>\n");
	put_more(out, events->len);
}

char *
weekly_page(const char *title, const GArray *domains, const GArray *events, const char *pages)
{
	GString *out = g_string_new(
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
	html_element(out, "title", NULL, title);
	html_printf(out,
		"\n</head>\n<body style=\"margin:16px;background-color:#ffffff;color:#20262e;"
		"font-family:sans-serif;font-size:15px;line-height:1.4\">\n"
		"<h1 style=\"font-size:20px;margin:0\">stsready: %s</h1>\n",
		title);
	put_domains(out, domains, pages);
	put_events(out, events);
	if (pages != NULL)
		html_printf(out, "<p><a href=\"%s\" style=\"color:#0b57a4\">All of it</a></p>\n",
			pages);
	else
		g_string_append(out, "<p>All of it: <code>stsready readiness</code></p>\n");
	g_string_append(out, "</body>\n</html>\n");
	return g_string_free(out, FALSE);
}
