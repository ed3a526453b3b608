/* Judging one domain. */
#include "analyze/judge.h"

#include "analyze/readiness_options.h"

/* Both lists in one, out of arena. */
static char **
join(struct arena *arena, char **one, char **other)
{
	size_t n = 0, room = 1 + (one != NULL ? g_strv_length(one) : 0) +
			     (other != NULL ? g_strv_length(other) : 0);
	char **all = arena_calloc(arena, room, sizeof *all);
	for (size_t i = 0; one != NULL && one[i] != NULL; i++)
		all[n++] = arena_strdup(arena, one[i]);
	for (size_t i = 0; other != NULL && other[i] != NULL; i++)
		all[n++] = arena_strdup(arena, other[i]);
	return all;
}

bool
judge_domain(struct db *db, struct arena *arena, const struct judge_request *request,
	struct judged *judged, GError **error)
{
	struct verdict_rules rules;
	g_auto(GStrv) own = NULL;
	if (!readiness_rules_for(db, request->domain, &rules, &own, error))
		return false;
	const struct evidence_request wanted = { .domain = request->domain,
		.at = request->at,
		.window_days = rules.window_days,
		.ignore = join(arena, request->ignore, own),
		.saved = request->saved,
		.planned = request->planned };
	const struct evidence *evidence = evidence_gather(db, arena, &wanted, error);
	if (evidence == NULL)
		return false;
	*judged = (struct judged){ evidence, verdict_judge(evidence, &rules) };
	return true;
}
