/* The page of a domain, judged when it is asked for. */
#include <string.h>

#include "analyze/html.h"
#include "analyze/judge.h"
#include "analyze/readiness.h"
#include "analyze/web/frame.h"
#include "ingest/domain_name.h"

static void
put_link(GString *out, const char *before, const char *domain, const char *after, const char *words)
{
	html_printf(out, "<li><a href=\"%s", before);
	frame_url(out, domain);
	html_printf(out, "%s\">%s</a></li>", after, words);
}

static void
put_page(const struct web *web, const struct judged *judged, GString *out)
{
	const char *domain = judged->evidence->domain;
	g_autofree char *title = readiness_html_title(judged->evidence, judged->judgement);
	frame_begin(web, out, title, "");
	readiness_html_content(judged->evidence, judged->judgement, out);
	g_string_append(out, "<h2 class=\"more\">More</h2>\n<ul class=\"more\">");
	put_link(out, "/reports?domain=", domain, "", "Its reports");
	put_link(out, "/failures?domain=", domain, "", "Its failures, one by one");
	if (web->looker != NULL)
		put_link(out, "/check?domain=", domain, "", "Check it now");
	put_link(out, "/domains/", domain, ".json", "The same as JSON");
	g_string_append(out, "</ul>\n");
	frame_end(out);
}

/* Whether anything is known of it. */
static bool
is_known(const struct evidence *evidence)
{
	return evidence->n_days > 0 || evidence->n_checks > 0 || evidence->n_reporters > 0;
}

static bool
is_watched(const struct web *web, const char *domain)
{
	struct fleet_state *state = fleet_look(web->fleet);
	bool found = false;
	for (guint i = 0; i < state->entries->len && !found; i++) {
		const struct fleet_entry *entry = state->entries->pdata[i];
		found = strcmp(entry->domain, domain) == 0;
	}
	fleet_state_unref(state);
	return found;
}

static void
answer_judged(const struct web *web, const struct web_request *request, struct web_answer *answer,
	const struct judged *judged)
{
	if (!is_known(judged->evidence) && !is_watched(web, judged->evidence->domain)) {
		web_refuse(request, answer, 404, "Unknown domain",
			"It is not watched, and no report tells of it.");
	} else if (request->json) {
		readiness_json(judged->evidence, judged->judgement, answer->body);
		g_string_append_c(answer->body, '\n');
	} else {
		put_page(web, judged, answer->body);
	}
}

void
web_domain_page(const struct web *web, const struct web_request *request, struct web_answer *answer,
	const char *name)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *domain = domain_name_normalise(name, false);
	if (domain == NULL) {
		web_refuse(request, answer, 404, "No such domain", "That is no domain name.");
		return;
	}
	struct db *db = pool_take(web->pool, &error);
	if (db == NULL) {
		web_refuse_database(request, answer, error);
		return;
	}
	struct arena *arena = arena_new();
	const struct judge_request wanted = {
		.domain = domain, .at = web_at(web), .saved = web->saved
	};
	struct judged judged;
	if (judge_domain(db, arena, &wanted, &judged, &error))
		answer_judged(web, request, answer, &judged);
	else
		web_refuse_database(request, answer, error);
	arena_free(arena);
	pool_give(web->pool, db);
}
