/* Thresholds: one table for options and for settings of a domain. */
#include "analyze/readiness_options.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "analyze/command.h"
#include "ingest/domain_name.h"
#include "sql/look.h"

enum kind { WHOLE, WHOLE_64, FRACTION, PERCENT };

static struct rule {
	const char *name, *help, *unit;
	enum kind kind;
	size_t offset; /* in struct verdict_rules */
	double least, most;
	char *given; /* the option's value */
} rules[READINESS_RULE_COUNT] = {
#define AT(member) offsetof(struct verdict_rules, member)
	{ "window", "Days of reports to judge by (90)", "DAYS", WHOLE, AT(window_days), 1, 3660,
		NULL },
	{ "soak-busy", "Clean days that are enough with much mail (14)", "DAYS", WHOLE,
		AT(soak_busy_days), 1, 3660, NULL },
	{ "soak-steady", "The same with some mail (30)", "DAYS", WHOLE, AT(soak_steady_days), 1,
		3660, NULL },
	{ "soak-quiet", "The same with little mail (60)", "DAYS", WHOLE, AT(soak_quiet_days), 1,
		3660, NULL },
	{ "busy-sessions", "Sessions a day that are much mail (5)", "N", FRACTION,
		AT(busy_sessions), 0, 1e9, NULL },
	{ "steady-sessions", "Sessions a day that are some mail (1)", "N", FRACTION,
		AT(steady_sessions), 0, 1e9, NULL },
	{ "least-sessions", "Clean sessions at least (10)", "N", WHOLE_64, AT(least_sessions), 1,
		1e9, NULL },
	{ "least-reporters", "Reporting organizations at least (2)", "N", WHOLE_64,
		AT(least_reporters), 1, 1000, NULL },
	{ "gap-days", "Days without reports that are no break (7)", "DAYS", WHOLE, AT(gap_days), 1,
		3660, NULL },
	{ "gap-medians", "Or so many times the usual silence (4)", "N", FRACTION, AT(gap_medians),
		0, 1000, NULL },
	{ "sender-share", "Percent of sessions that may be one sender's own fault (1)", "PERCENT",
		PERCENT, AT(sender_share), 0, 100, NULL },
	{ "fresh-days", "Days in which an unexplained failure must be mended (14)", "DAYS", WHOLE,
		AT(fresh_days), 0, 3660, NULL },
	{ "check-hours", "Hours that a live check tells of now (48)", "HOURS", WHOLE,
		AT(check_hours), 1, 87600, NULL },
#undef AT
};

void
readiness_rule_entries(GOptionEntry *entries)
{
	for (size_t i = 0; i < READINESS_RULE_COUNT; i++)
		entries[i] = (GOptionEntry){ rules[i].name, 0, 0, G_OPTION_ARG_STRING,
			&rules[i].given, rules[i].help, rules[i].unit };
}

static const struct rule *
find(const char *name)
{
	for (size_t i = 0; i < READINESS_RULE_COUNT; i++)
		if (strcmp(rules[i].name, name) == 0)
			return &rules[i];
	return NULL;
}

static void
put(struct verdict_rules *to, const struct rule *rule, double value)
{
	void *place = (char *)to + rule->offset;
	switch (rule->kind) {
	case WHOLE:
		*(int *)place = (int)value;
		break;
	case WHOLE_64:
		*(int64_t *)place = (int64_t)value;
		break;
	case FRACTION:
		*(double *)place = value;
		break;
	case PERCENT:
		*(double *)place = value / 100;
		break;
	}
}

static bool
is_whole(const struct rule *rule)
{
	return rule->kind == WHOLE || rule->kind == WHOLE_64;
}

/* Sets a rule from text; false where that is no value for it. */
static bool
set(struct verdict_rules *to, const struct rule *rule, const char *text)
{
	char *end;
	double value = g_ascii_strtod(text, &end);
	if (end == text || *end != '\0' || !(value >= rule->least && value <= rule->most) ||
		(is_whole(rule) && value != floor(value)))
		return false;
	put(to, rule, value);
	return true;
}

static char *
bounds(const struct rule *rule)
{
	return g_strdup_printf("must be a%s number from %.10g to %.10g",
		is_whole(rule) ? " whole" : "", rule->least, rule->most);
}

bool
readiness_rules_check(void)
{
	struct verdict_rules any = verdict_usual;
	for (size_t i = 0; i < READINESS_RULE_COUNT; i++) {
		if (rules[i].given == NULL || set(&any, &rules[i], rules[i].given))
			continue;
		g_autofree char *option = g_strconcat("--", rules[i].name, NULL);
		g_autofree char *why = bounds(&rules[i]);
		command_complain(option, why);
		return false;
	}
	return true;
}

static bool
check_ignore(const char *value, char **why)
{
	g_auto(GStrv) names = g_strsplit(value, ",", 0);
	for (char **name = names; *name != NULL; name++) {
		g_autofree char *domain = domain_name_normalise(*name, false);
		if (domain != NULL)
			continue;
		*why = g_strdup_printf("\"%s\" is no domain name of a sender", *name);
		return false;
	}
	return true;
}

bool
readiness_setting_check(const char *name, const char *value, char **why)
{
	struct verdict_rules any = verdict_usual;
	const struct rule *rule = find(name);
	if (strcmp(name, READINESS_IGNORE) == 0)
		return value == NULL || check_ignore(value, why);
	if (rule == NULL) {
		*why = g_strdup("no such setting; the thresholds of `stsready readiness` can be "
				"set, and ignore");
		return false;
	}
	if (value == NULL || set(&any, rule, value))
		return true;
	*why = bounds(rule);
	return false;
}

/* ---- one domain ---- */

struct own {
	struct verdict_rules *rules;
	bool window_given;
	char **ignore;
};

/* Settings are checked when they are stored; one that a later version does not know is passed
   over. */
static bool
take_setting(void *user, const char *name, const char *value)
{
	struct own *own = user;
	const struct rule *rule = find(name);
	if (strcmp(name, READINESS_IGNORE) == 0) {
		g_strfreev(own->ignore);
		own->ignore = g_strsplit(value, ",", 0);
	} else if (rule != NULL) {
		set(own->rules, rule, value);
		own->window_given = own->window_given || rule == &rules[0];
	}
	return true;
}

bool
readiness_rules_for(
	struct db *db, const char *domain, struct verdict_rules *to, char ***ignore, GError **error)
{
	struct own own = { .rules = to };
	*to = verdict_usual;
	if (!look_domain_settings(db, domain, take_setting, &own, error)) {
		g_strfreev(own.ignore);
		return false;
	}
	for (size_t i = 0; i < READINESS_RULE_COUNT; i++)
		if (rules[i].given != NULL)
			set(to, &rules[i], rules[i].given);
	/* a window that nobody chose holds the longest soak */
	if (!own.window_given && rules[0].given == NULL)
		to->window_days = MAX(to->window_days, to->soak_quiet_days);
	if (ignore != NULL)
		*ignore = own.ignore;
	else
		g_strfreev(own.ignore);
	return true;
}
