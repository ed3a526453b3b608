/* Verdicts as a page for a browser: what to do first, then why, then what it rests on. */
#include <string.h>

#include "analyze/html.h"
#include "analyze/readiness.h"
#include "analyze/readiness_plot.h"
#include "ingest/instant.h"

static const char *
day_text(int32_t day, char buffer[INSTANT_DAY_TEXT_BYTES])
{
	return day != INT32_MIN ? instant_day_text(day, buffer) : "-";
}

const char *
readiness_tone(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_PROMOTE:
	case VERDICT_ENFORCED:
		return "good";
	case VERDICT_FIX:
	case VERDICT_ROLLBACK:
		return "bad";
	case VERDICT_WAIT:
	case VERDICT_SETUP:
		return "warn";
	case VERDICT_UNKNOWN:
	case VERDICT_NOT_APPLICABLE:
		break;
	}
	return "plain";
}

/* ---- the verdict ---- */

static void
put_verdict(const struct evidence *evidence, const struct judgement *judgement, GString *out)
{
	char at[INSTANT_TEXT_BYTES], earliest[INSTANT_DAY_TEXT_BYTES];
	html_printf(out, "<h1>%s</h1>\n<div class=\"verdict %s\">\n", evidence->domain,
		readiness_tone(judgement->verdict));
	html_printf(out, "<p class=\"word\">%s</p>\n<p>%s.%s</p>\n",
		readiness_word(judgement->verdict), readiness_meaning(judgement->verdict),
		evidence->planned != NULL ? " Judged by a policy that is only planned." : "");
	if (judgement->verdict == VERDICT_WAIT && judgement->soak.earliest_day != INT32_MIN)
		html_printf(out, "<p>Enforce at the earliest on <strong>%s</strong>.</p>\n",
			day_text(judgement->soak.earliest_day, earliest));
	html_printf(out, "<p class=\"soft\">Judged for %s.</p>\n</div>\n",
		instant_text(evidence->at, at));
}

static void
put_plan(const struct judgement *judgement, GString *out)
{
	if (judgement->n_plan == 0)
		return;
	g_string_append(out, "<h2>What to do</h2>\n<ol class=\"plan\">\n");
	for (size_t i = 0; i < judgement->n_plan; i++) {
		const struct plan_step *step = &judgement->plan[i];
		html_printf(out, "<li><span class=\"when\">%s</span><span>%s</span>", step->when,
			step->text);
		if (step->publish != NULL) {
			g_auto(GStrv) lines = g_strsplit(step->publish, "\r\n", -1);
			html_printf(out, "<pre tabindex=\"0\" aria-label=\"To publish, %s\">",
				step->when);
			for (char **line = lines; *line != NULL; line++) {
				html_text(out, *line);
				if (line[1] != NULL && *line[1] != '\0')
					g_string_append_c(out, '\n');
			}
			g_string_append(out, "</pre>");
		}
		g_string_append(out, "</li>\n");
	}
	g_string_append(out, "</ol>\n");
}

static void
put_reasons(const struct judgement *judgement, GString *out)
{
	static const char *const classes[] = { "info", "warn", "block" };
	static const char *const words[] = { "note", "hold", "fix" };
	if (judgement->n_reasons == 0)
		return;
	g_string_append(out, "<h2>Why</h2>\n<ul class=\"why\">\n");
	for (size_t i = 0; i < judgement->n_reasons; i++) {
		const struct reason *reason = &judgement->reasons[i];
		html_printf(out, "<li><span class=\"mark %s\">%s</span><p>%s</p>",
			classes[reason->severity], words[reason->severity], reason->text);
		if (reason->evidence != NULL)
			html_printf(out, "<p class=\"soft\">Seen: %s</p>", reason->evidence);
		if (reason->remedy != NULL)
			html_printf(out, "<p>Remedy: %s</p>", reason->remedy);
		html_printf(out, "<p class=\"soft\"><code>%s</code></p></li>\n", reason->code);
	}
	g_string_append(out, "</ul>\n");
}

/* ---- what it rests on ---- */

static void
put_fact(GString *out, const char *name, const char *text)
{
	html_printf(out, "<dt>%s</dt><dd>%s</dd>\n", name, text);
}

static void
put_facts(const struct evidence *evidence, const struct judgement *judgement, GString *out)
{
	const struct soak *soak = &judgement->soak;
	char first[INSTANT_DAY_TEXT_BYTES], last[INSTANT_DAY_TEXT_BYTES];
	g_autofree char *clean =
		g_strdup_printf("%d of %d days clean", soak->clean_days, soak->required_days);
	g_autofree char *window = g_strdup_printf("%s to %s", day_text(evidence->first_day, first),
		day_text(evidence->last_day, last));
	g_autofree char *bound = readiness_bound(judgement);
	g_string_append(out, "<h2>What it rests on</h2>\n<dl class=\"facts\">\n");
	put_fact(out, "Soak", clean);
	if (bound != NULL)
		put_fact(out, "Confidence", bound);
	put_fact(out, "Window", window);
	for (size_t i = 0; i < evidence->n_ignored; i++)
		put_fact(out, i == 0 ? "Set aside" : "", evidence->ignored[i]);
	g_string_append(out, "</dl>\n");
}

static void
put_groups(const struct judgement *judgement, GString *out)
{
	static const char *const titles[] = { "What", "Effect", "Status", "Where", "Sessions",
		"From", "To", "Who", NULL };
	if (judgement->n_groups == 0)
		return;
	g_string_append(out, "<h2>Failures</h2>\n");
	html_table_begin(out, "Failures that reports tell of", titles);
	for (size_t i = 0; i < judgement->n_groups; i++) {
		const struct failure_group *group = &judgement->groups[i];
		char first[INSTANT_DAY_TEXT_BYTES], last[INSTANT_DAY_TEXT_BYTES];
		html_printf(out,
			"<tr><td>%s%s</td><td>%s</td><td class=\"long\">%s: %s</td>"
			"<td class=\"long\">%s %s</td><td "
			"class=\"n\">%ld</td><td class=\"day\">%s</td><td class=\"day\">%s</td>"
			"<td class=\"long\">",
			group->result_type, group->detailed ? "" : " (no detail)",
			effect_name(group->effect), group_status_name(group->status),
			group->because, group->mx != NULL ? group->mx : "",
			group->ip != NULL ? group->ip : "", (long)group->sessions,
			day_text(group->first_day, first), day_text(group->last_day, last));
		for (size_t k = 0; k < group->n_submitters; k++)
			html_printf(out, "%s%s", k > 0 ? ", " : "", group->submitters[k]);
		g_string_append(
			out, group->vouched ? "</td></tr>\n" : " (unauthenticated)</td></tr>\n");
	}
	html_table_end(out);
}

static const char *
address_words(const struct seen_address *address)
{
	if (address->status == SEEN_UNKNOWN)
		return "could not tell";
	if (address->told_starttls && !address->starttls)
		return "no STARTTLS";
	if (address->certificate_bad)
		return "certificate refused";
	return address->status == SEEN_FINE ? "fine" : "bad";
}

static void
put_address(const struct seen_host *host, const struct seen_address *address, GString *out)
{
	char last[INSTANT_DAY_TEXT_BYTES];
	html_printf(out,
		"<tr><td class=\"long\">%s</td><td>%s</td><td class=\"long\">%s</td><td>%s</td>"
		"<td class=\"day\">%s</td><td>%s</td></tr>\n",
		host->name, host->policy_match != NULL ? host->policy_match : "in no mx line",
		address->ip, address_words(address),
		address->has_certificate ? day_text(instant_day(address->not_after), last) : "-",
		address->dane != NULL ? address->dane : "-");
}

static void
put_hosts(const struct judgement *judgement, GString *out)
{
	static const char *const titles[] = { "MX host", "In the policy", "Address", "TLS",
		"Certificate until", "DANE", NULL };
	const struct seen_check *now = judgement->now;
	char at[INSTANT_TEXT_BYTES];
	if (now == NULL || now->n_hosts == 0)
		return;
	g_string_append(out, "<h2>MX hosts, as we see them</h2>\n");
	g_autofree char *name = g_strdup_printf("Live check of %s", instant_text(now->last_at, at));
	html_table_begin(out, name, titles);
	for (size_t i = 0; i < now->n_hosts; i++)
		for (size_t k = 0; k < now->hosts[i].n_addresses; k++)
			put_address(&now->hosts[i], &now->hosts[i].addresses[k], out);
	html_table_end(out);
}

static void
put_reporters(const struct evidence *evidence, GString *out)
{
	static const char *const titles[] = { "Who", "Believed", "Days", "From", "To", "Clean",
		"Failed", NULL };
	if (evidence->n_reporters == 0)
		return;
	g_string_append(out, "<h2>Who reports</h2>\n");
	html_table_begin(out, "Organizations that reported in the window", titles);
	for (size_t i = 0; i < evidence->n_reporters; i++) {
		const struct reporter *reporter = &evidence->reporters[i];
		char first[INSTANT_DAY_TEXT_BYTES], last[INSTANT_DAY_TEXT_BYTES];
		html_printf(out,
			"<tr><td class=\"long\">%s</td><td>%s</td><td class=\"n\">%ld</td>"
			"<td class=\"day\">%s</td><td class=\"day\">%s</td>"
			"<td class=\"n\">%ld</td><td class=\"n\">%ld</td>"
			"</tr>\n",
			*reporter->submitter != '\0' ? reporter->submitter : "(unnamed)",
			reporter->belief == BELIEF_VOUCHED ? "yes" : "unauthenticated",
			(long)reporter->days, day_text(reporter->first_day, first),
			day_text(reporter->last_day, last), (long)reporter->success,
			(long)reporter->failure);
	}
	html_table_end(out);
}

static void
put_policies(const struct evidence *evidence, GString *out)
{
	static const char *const titles[] = { "Type", "mx lines", "max_age", "First applied",
		"Last applied", NULL };
	if (evidence->n_policies == 0)
		return;
	g_string_append(out, "<h2>Policies that senders applied</h2>\n");
	html_table_begin(out, "By the reports", titles);
	for (size_t i = 0; i < evidence->n_policies; i++) {
		const struct applied_policy *policy = &evidence->policies[i];
		char first[INSTANT_DAY_TEXT_BYTES], last[INSTANT_DAY_TEXT_BYTES];
		html_printf(out, "<tr><td>%s</td><td class=\"long\">", policy->type);
		for (size_t k = 0; policy->sts != NULL && k < policy->sts->n_mx; k++)
			html_printf(out, "%s%s", k > 0 ? ", " : "", policy->sts->mx[k]);
		g_autofree char *age =
			policy->sts != NULL && policy->sts->has_max_age
				? g_strdup_printf("%" G_GUINT64_FORMAT, policy->sts->max_age)
				: g_strdup("-");
		html_printf(out,
			"%s</td><td class=\"n\">%s</td><td class=\"day\">%s</td>"
			"<td class=\"day\">%s</td></tr>\n",
			policy->sts == NULL ? "-" : "", age, day_text(policy->first_day, first),
			day_text(policy->last_day, last));
	}
	html_table_end(out);
}

char *
readiness_html_title(const struct evidence *evidence, const struct judgement *judgement)
{
	return g_strdup_printf("%s: %s", evidence->domain, readiness_word(judgement->verdict));
}

void
readiness_html_content(
	const struct evidence *evidence, const struct judgement *judgement, GString *out)
{
	put_verdict(evidence, judgement, out);
	put_plan(judgement, out);
	put_reasons(judgement, out);
	if (judgement->verdict != VERDICT_NOT_APPLICABLE) {
		put_facts(evidence, judgement, out);
		readiness_calendar(evidence, judgement, out);
		g_string_append(out, "<h2>Sessions by day</h2>\n");
		readiness_days(evidence, judgement, out);
		put_groups(judgement, out);
		put_hosts(judgement, out);
		put_reporters(evidence, out);
		put_policies(evidence, out);
	}
}

void
readiness_html(const struct evidence *evidence, const struct judgement *judgement, GString *out)
{
	g_autofree char *title = readiness_html_title(evidence, judgement);
	html_begin(out, title);
	readiness_html_content(evidence, judgement, out);
	g_string_append(out, "<footer>Made by stsready.</footer>\n");
	html_end(out);
}
