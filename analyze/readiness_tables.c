/* The tables of a verdict's page. */
#include "analyze/readiness_tables.h"

#include <string.h>

#include "analyze/html.h"
#include "analyze/html_table.h"
#include "ingest/instant.h"

#define DAY_SECONDS 86400

/* Groups of failures that are shown at once. */
#define FIRST_GROUPS 25

/* Of the policies served; it may have changed at every check. */
#define MOST_SPANS 40

static const char *
or_dash(const char *text)
{
	return text != NULL && *text != '\0' ? text : "-";
}

/* ---- failures ---- */

/* Of the reason that the group gives; NULL: none. */
static const char *
remedy_of(const struct judgement *judgement, const struct failure_group *group)
{
	for (size_t i = 0; i < judgement->n_reasons; i++)
		if (judgement->reasons[i].group == group)
			return judgement->reasons[i].remedy;
	return NULL;
}

static const char *
status_tone(const struct failure_group *group)
{
	switch (group->status) {
	case GROUP_CONFIRMED:
		return "bad";
	case GROUP_UNEXPLAINED:
	case GROUP_FOREIGN:
		return "warn";
	case GROUP_FIXED:
		return "good";
	case GROUP_SENDER_SIDE:
	case GROUP_OLDER_POLICY:
		break;
	}
	return "plain";
}

static void
put_who(struct html_table *table, const struct failure_group *group)
{
	html_cell_begin(table);
	for (size_t i = 0; i < group->n_submitters; i++) {
		const char *name = group->submitters[i];
		html_printf(
			table->out, "%s%s", i > 0 ? ", " : "", *name != '\0' ? name : "(unnamed)");
	}
	if (!group->vouched)
		g_string_append(table->out, " <span class=\"soft below\">unauthenticated</span>");
	html_cell_end(table);
}

static void
put_where(struct html_table *table, const struct failure_group *group)
{
	html_cell_begin(table);
	if (group->mx != NULL)
		html_printf(table->out, "%s ", group->mx);
	if (group->ip != NULL)
		html_printf(table->out, "<span class=\"soft below\">%s</span>", group->ip);
	if (group->mx == NULL && group->ip == NULL)
		g_string_append(table->out, "not told");
	html_cell_end(table);
}

static void
put_group(const struct judgement *judgement, const struct failure_group *group,
	struct html_table *table)
{
	const char *remedy = remedy_of(judgement, group);
	html_cell(table, "%s%s", group->result_type, group->detailed ? "" : " (no detail)");
	html_cell(table, "%s", effect_name(group->effect));
	html_cell(table, "<span class=\"tag %s\">%s</span> <span class=\"soft below\">%s</span>",
		status_tone(group), group_status_name(group->status), or_dash(group->because));
	put_where(table, group);
	put_who(table, group);
	html_cell(table, "%ld", (long)group->sessions);
	html_cell(table, "%D <span class=\"soft below\">last %D</span>", group->first_day,
		group->last_day);
	html_cell(table, "%p", remedy != NULL ? remedy : "None is needed here.");
}

/* The groups from first on, up to end. */
static void
put_group_table(
	const struct judgement *judgement, size_t first, size_t end, const char *name, GString *out)
{
	static const struct html_column columns[] = { { "What", "long" }, { "Effect" },
		{ "Status", "long" }, { "Where", "host" }, { "Who tells", "host" },
		{ "Sessions", "n" }, { "Since", "day" }, { "Remedy", "long" }, { NULL } };
	struct html_table table;
	html_table_begin(&table, out, name, columns);
	for (size_t i = first; i < end; i++)
		put_group(judgement, &judgement->groups[i], &table);
	html_table_end(&table);
}

static void
put_groups(const struct judgement *judgement, GString *out)
{
	size_t n = judgement->n_groups, first = MIN(n, FIRST_GROUPS);
	if (n == 0)
		return;
	g_string_append(out, "<h2>Failures</h2>\n");
	put_group_table(judgement, 0, first,
		"What reports tell of, what enforce would do, and what to do", out);
	if (n == first)
		return;
	html_printf(out, "<details><summary>%d more</summary>", (int)(n - first));
	put_group_table(judgement, first, n, "Lighter ones", out);
	g_string_append(out, "</details>\n");
}

/* ---- MX hosts ---- */

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

static const char *
seen_tone(enum seen status)
{
	return status == SEEN_FINE ? "good" : status == SEEN_UNKNOWN ? "warn" : "bad";
}

static void
put_host(const struct seen_host *host, struct html_table *table)
{
	html_cell(table, "%s", host->name);
	if (host->policy_match != NULL)
		html_cell(table, "%s",
			g_ascii_strcasecmp(host->policy_match, host->name) == 0
				? "yes"
				: host->policy_match);
	else
		html_cell(table, "<span class=\"tag bad\">in no mx line</span>");
}

static void
put_address(const struct seen_address *address, struct html_table *table)
{
	html_cell(table, "%s", address->ip);
	html_cell(table, "<span class=\"tag %s\">%s</span> <span class=\"soft\">%s</span>",
		seen_tone(address->status), address_words(address),
		address->tls_version != NULL ? address->tls_version : "");
	if (address->has_certificate)
		html_cell(table, "%D to %D", instant_day(address->not_before),
			instant_day(address->not_after));
	else
		html_cell(table, "-");
	html_cell(table, "%s", or_dash(address->dane));
}

/* A host of which no address is known. */
static void
put_no_address(const struct seen_host *host, struct html_table *table)
{
	put_host(host, table);
	html_cell(table, "-");
	html_cell(table, "<span class=\"tag %s\">%s</span>",
		host->status == SEEN_UNKNOWN ? "warn" : "bad",
		host->status == SEEN_UNKNOWN ? "could not tell" : "no address");
	html_cell(table, "-");
	html_cell(table, "-");
}

static void
put_hosts(const struct judgement *judgement, GString *out)
{
	static const struct html_column columns[] = { { "MX host", "host" },
		{ "In the policy", "long" }, { "Address", "long" }, { "TLS" },
		{ "Certificate", "day" }, { "DANE" }, { NULL } };
	const struct seen_check *now = judgement->now;
	struct html_table table;
	char at[INSTANT_TEXT_BYTES];
	if (now == NULL || now->n_hosts == 0)
		return;
	g_string_append(out, "<h2>MX hosts, as we see them</h2>\n");
	instant_text(now->last_at, at);
	g_autofree char *name = g_strdup_printf("Live check of %.10s %.5s", at, at + 11);
	html_table_begin(&table, out, name, columns);
	for (size_t i = 0; i < now->n_hosts; i++) {
		const struct seen_host *host = &now->hosts[i];
		if (host->n_addresses == 0)
			put_no_address(host, &table);
		for (size_t k = 0; k < host->n_addresses; k++) {
			put_host(host, &table);
			put_address(&host->addresses[k], &table);
		}
	}
	html_table_end(&table);
}

/* ---- who reports ---- */

static void
put_reporters(const struct evidence *evidence, GString *out)
{
	static const struct html_column columns[] = { { "Who", "host" }, { "Believed" },
		{ "Days", "n" }, { "First", "day" }, { "Last", "day" }, { "Clean", "n" },
		{ "Failed", "n" }, { NULL } };
	struct html_table table;
	if (evidence->n_reporters == 0)
		return;
	g_string_append(out, "<h2>Who reports</h2>\n");
	html_table_begin(&table, out, "Organizations that reported in the window", columns);
	for (size_t i = 0; i < evidence->n_reporters; i++) {
		const struct reporter *reporter = &evidence->reporters[i];
		html_cell(&table, "%s",
			*reporter->submitter != '\0' ? reporter->submitter : "(unnamed)");
		html_cell(&table, "%s",
			reporter->belief == BELIEF_VOUCHED ? "yes" : "no: unauthenticated");
		html_cell(&table, "%ld", (long)reporter->days);
		html_cell(&table, "%D", reporter->first_day);
		html_cell(&table, "%D", reporter->last_day);
		html_cell(&table, "%ld", (long)reporter->success);
		html_cell(&table, "%ld", (long)reporter->failure);
	}
	html_table_end(&table);
}

/* ---- the history of the policy ---- */

static bool
same_hosts(const struct sts_policy *one, const struct sts_policy *other)
{
	if (one == NULL || other == NULL || one->n_mx != other->n_mx)
		return false;
	for (size_t i = 0; i < one->n_mx; i++)
		if (strcmp(one->mx[i], other->mx[i]) != 0)
			return false;
	return true;
}

static void
put_hosts_of_policy(const struct sts_policy *sts, struct html_table *table)
{
	html_cell_begin(table);
	for (size_t i = 0; sts != NULL && i < sts->n_mx; i++)
		html_printf(table->out, "%s%s", i > 0 ? ", " : "", sts->mx[i]);
	if (sts == NULL || sts->n_mx == 0)
		g_string_append_c(table->out, '-');
	html_cell_end(table);
}

static void
put_age(const struct sts_policy *sts, struct html_table *table)
{
	if (sts == NULL || !sts->has_max_age)
		html_cell(table, "-");
	else if (sts->max_age % DAY_SECONDS != 0 || sts->max_age == 0)
		html_cell(table, "%ld", (long)sts->max_age);
	else
		html_cell(table, "%ld <span class=\"soft\">(%ld %s)</span>", (long)sts->max_age,
			(long)(sts->max_age / DAY_SECONDS),
			sts->max_age == DAY_SECONDS ? "day" : "days");
}

static const char *
served_word(const struct seen_check *check)
{
	if (check->policy == SEEN_UNKNOWN)
		return "could not tell";
	if (check->sts == NULL)
		return check->policy == SEEN_ABSENT ? "none" : "none that can be read";
	const char *mode = sts_mode_name(check->sts->mode);
	return mode != NULL ? mode : "no mode";
}

/* Whether both saw the same policy and id served. */
static bool
is_same(const struct seen_check *one, const struct seen_check *other)
{
	if (strcmp(served_word(one), served_word(other)) != 0 ||
		g_strcmp0(one->record_id, other->record_id) != 0)
		return false;
	if (one->sts == NULL || other->sts == NULL)
		return one->sts == other->sts;
	return one->sts->max_age == other->sts->max_age && same_hosts(one->sts, other->sts);
}

/* The place of the first of the checks before end that saw what the last of them saw. */
static size_t
span_begin(const struct evidence *evidence, size_t end)
{
	size_t begin = end - 1;
	while (begin > 0 && is_same(&evidence->checks[begin - 1], &evidence->checks[end - 1]))
		begin--;
	return begin;
}

/* What was served from then on until the check; shown is the policy in the row before. */
static void
put_span(const struct seen_check *check, int64_t from, const struct sts_policy *shown,
	struct html_table *table)
{
	html_cell(table, "%T", from);
	html_cell(table, "%T", check->last_at);
	html_cell(table, "%s", served_word(check));
	html_cell(table, "%s", or_dash(check->record_id));
	if (same_hosts(check->sts, shown))
		html_cell(table, "<span class=\"soft\">the same</span>");
	else
		put_hosts_of_policy(check->sts, table);
	put_age(check->sts, table);
}

/* Newest first. */
static void
put_served(const struct evidence *evidence, GString *out)
{
	static const struct html_column columns[] = { { "Seen from", "day" }, { "To", "day" },
		{ "Mode" }, { "Id of the record", "long" }, { "mx lines", "host" },
		{ "max_age", "n" }, { NULL } };
	struct html_table table;
	const struct sts_policy *shown = NULL;
	size_t rows = 0, end = evidence->n_checks;
	html_table_begin(&table, out, "Served, as our own checks saw it", columns);
	for (size_t begin; end > 0 && rows < MOST_SPANS; end = begin, rows++) {
		const struct seen_check *check = &evidence->checks[end - 1];
		begin = span_begin(evidence, end);
		put_span(check, evidence->checks[begin].first_at, shown, &table);
		shown = check->sts != NULL ? check->sts : shown;
	}
	html_table_end(&table);
	if (end > 0)
		html_printf(out,
			"<p class=\"soft\">Earlier ones: <code>stsready check --history "
			"%s</code></p>\n",
			evidence->domain);
}

static void
put_applied(const struct evidence *evidence, GString *out)
{
	static const struct html_column columns[] = { { "Kind", "long" }, { "First", "day" },
		{ "Last", "day" }, { "mx lines", "host" }, { "max_age", "n" }, { NULL } };
	struct html_table table;
	html_table_begin(&table, out, "Applied by senders, as their reports say", columns);
	for (size_t i = 0; i < evidence->n_policies; i++) {
		const struct applied_policy *policy = &evidence->policies[i];
		html_cell(&table, "%s", policy->type);
		html_cell(&table, "%D", policy->first_day);
		html_cell(&table, "%D", policy->last_day);
		put_hosts_of_policy(policy->sts, &table);
		put_age(policy->sts, &table);
	}
	html_table_end(&table);
}

static void
put_policies(const struct evidence *evidence, GString *out)
{
	if (evidence->n_policies == 0 && evidence->n_checks == 0)
		return;
	g_string_append(out, "<h2>Policy history</h2>\n");
	if (evidence->n_checks > 0)
		put_served(evidence, out);
	if (evidence->n_policies > 0)
		put_applied(evidence, out);
}

void
readiness_tables(const struct evidence *evidence, const struct judgement *judgement, GString *out)
{
	put_groups(judgement, out);
	put_hosts(judgement, out);
	put_reporters(evidence, out);
	put_policies(evidence, out);
}
