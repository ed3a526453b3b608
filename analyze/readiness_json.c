/* Verdicts as JSON; the members are those of stsready(1). */
#include "analyze/json_writer.h"
#include "analyze/readiness.h"
#include "ingest/instant.h"

static void
add_day(struct json_writer *json, const char *name, int32_t day)
{
	char text[INSTANT_DAY_TEXT_BYTES];
	json_add_text(json, name, day != INT32_MIN ? instant_day_text(day, text) : NULL);
}

static void
put_soak(struct json_writer *json, const struct soak *soak)
{
	json_begin(json, "soak", '{');
	json_add_number(json, "clean_days", soak->clean_days);
	json_add_number(json, "required_days", soak->required_days);
	add_day(json, "earliest", soak->earliest_day);
	add_day(json, "from", soak->clean_days > 0 ? soak->from_day : INT32_MIN);
	json_add_number(json, "sessions", soak->sessions);
	json_add_number(json, "authenticated_sessions", soak->vouched_sessions);
	json_add_number(json, "reporters", soak->reporters);
	json_add_number(json, "longest_gap", soak->longest_gap);
	json_add_number(json, "allowed_gap", soak->allowed_gap);
	json_end(json, '}');
}

static void
put_sessions(struct json_writer *json, const struct sessions *sessions)
{
	json_begin(json, "sessions", '{');
	json_add_number(json, "success", sessions->success);
	json_add_number(json, "refused", sessions->refused);
	json_add_number(json, "unprotected", sessions->unprotected);
	json_add_number(json, "dane", sessions->dane);
	json_add_number(json, "other", sessions->other);
	json_end(json, '}');
}

static void
put_reporters(struct json_writer *json, const struct evidence *evidence)
{
	json_begin(json, "reporters", '[');
	for (size_t i = 0; i < evidence->n_reporters; i++) {
		const struct reporter *reporter = &evidence->reporters[i];
		json_begin(json, NULL, '{');
		json_add_text(json, "submitter",
			*reporter->submitter != '\0' ? reporter->submitter : NULL);
		json_add_bool(json, "authenticated", reporter->belief == BELIEF_VOUCHED);
		json_add_number(json, "reports", reporter->reports);
		json_add_number(json, "days", reporter->days);
		json_add_number(json, "success", reporter->success);
		json_add_number(json, "failure", reporter->failure);
		add_day(json, "first", reporter->first_day);
		add_day(json, "last", reporter->last_day);
		json_end(json, '}');
	}
	json_end(json, ']');
}

static void
put_group(struct json_writer *json, const struct failure_group *group)
{
	json_begin(json, NULL, '{');
	json_add_text(json, "result_type", group->detailed ? group->result_type : NULL);
	json_add_text(json, "mx", group->mx);
	json_add_text(json, "receiving_ip", group->ip);
	json_add_texts(json, "organizations", group->submitters, group->n_submitters);
	json_add_number(json, "sessions", group->sessions);
	add_day(json, "first", group->first_day);
	add_day(json, "last", group->last_day);
	json_add_text(json, "effect", effect_name(group->effect));
	json_add_text(json, "status", group_status_name(group->status));
	json_add_text(json, "because", group->because);
	json_add_bool(json, "authenticated", group->vouched);
	json_end(json, '}');
}

static void
put_reason(struct json_writer *json, const struct reason *reason)
{
	static const char *const severities[] = { "info", "warn", "block" };
	json_begin(json, NULL, '{');
	json_add_text(json, "code", reason->code);
	json_add_text(json, "severity", severities[reason->severity]);
	json_add_text(json, "text", reason->text);
	json_add_text(json, "remedy", reason->remedy);
	json_add_text(json, "evidence", reason->evidence);
	json_end(json, '}');
}

static void
put_step(struct json_writer *json, const struct plan_step *step)
{
	json_begin(json, NULL, '{');
	json_add_text(json, "when", step->when);
	json_add_text(json, "text", step->text);
	json_add_text(json, "publish", step->publish);
	json_end(json, '}');
}

static void
put_lists(struct json_writer *json, const struct judgement *judgement)
{
	json_begin(json, "failures", '[');
	for (size_t i = 0; i < judgement->n_groups; i++)
		put_group(json, &judgement->groups[i]);
	json_end(json, ']');
	json_begin(json, "reasons", '[');
	for (size_t i = 0; i < judgement->n_reasons; i++)
		put_reason(json, &judgement->reasons[i]);
	json_end(json, ']');
	json_begin(json, "plan", '[');
	for (size_t i = 0; i < judgement->n_plan; i++)
		put_step(json, &judgement->plan[i]);
	json_end(json, ']');
}

static void
put_upper_bound(struct json_writer *json, double bound)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];
	if (bound > 0)
		json_add_raw(
			json, "upper_bound", g_ascii_formatd(text, sizeof text, "%.6g", bound));
	else
		json_add_null(json, "upper_bound");
}

void
readiness_json(const struct evidence *evidence, const struct judgement *judgement, GString *out)
{
	struct json_writer json = { out, false };
	json_begin(&json, NULL, '{');
	json_add_text(&json, "domain", evidence->domain);
	json_add_instant(&json, "at", evidence->at);
	json_add_text(&json, "verdict", verdict_name(judgement->verdict));
	json_begin(&json, "window", '{');
	add_day(&json, "start", evidence->first_day);
	add_day(&json, "end", evidence->last_day);
	json_end(&json, '}');
	put_soak(&json, &judgement->soak);
	put_sessions(&json, &judgement->sessions);
	put_reporters(&json, evidence);
	json_add_texts(&json, "ignored", evidence->ignored, evidence->n_ignored);
	put_upper_bound(&json, judgement->upper_bound);
	put_lists(&json, judgement);
	add_day(&json, "removal", judgement->removal_day);
	json_add_raw(&json, "check", judgement->now != NULL ? judgement->now->json : "null");
	json_end(&json, '}');
}
