/* Thresholds as options. */
#include "analyze/readiness_options.h"

#include "analyze/command.h"

static const char *const names[] = { "--window", "--soak-busy", "--soak-steady", "--soak-quiet",
	"--busy-sessions", "--steady-sessions", "--least-sessions", "--least-reporters",
	"--gap-days", "--gap-medians", "--sender-share", "--fresh-days", "--check-hours" };

/* Not given: -1. */
static int window = -1, busy_days = -1, steady_days = -1, quiet_days = -1, least_sessions = -1,
	   least_reporters = -1, gap_days = -1, fresh_days = -1, check_hours = -1;
static double busy_sessions = -1, steady_sessions = -1, gap_medians = -1, sender_share = -1;

void
readiness_rule_entries(GOptionEntry *entries)
{
	const struct {
		void *value;
		bool fraction;
		const char *help, *unit;
	} rules[READINESS_RULE_COUNT] = {
		{ &window, false, "Days of reports to judge by (90)", "DAYS" },
		{ &busy_days, false, "Clean days that are enough with much mail (14)", "DAYS" },
		{ &steady_days, false, "The same with some mail (30)", "DAYS" },
		{ &quiet_days, false, "The same with little mail (60)", "DAYS" },
		{ &busy_sessions, true, "Sessions a day that are much mail (5)", "N" },
		{ &steady_sessions, true, "Sessions a day that are some mail (1)", "N" },
		{ &least_sessions, false, "Clean sessions at least (10)", "N" },
		{ &least_reporters, false, "Reporting organizations at least (2)", "N" },
		{ &gap_days, false, "Days without reports that are no break (7)", "DAYS" },
		{ &gap_medians, true, "Or so many times the usual silence (4)", "N" },
		{ &sender_share, true, "Percent of sessions that may be one sender's own fault (1)",
			"PERCENT" },
		{ &fresh_days, false, "Days in which an unexplained failure must be mended (14)",
			"DAYS" },
		{ &check_hours, false, "Hours that a live check tells of now (48)", "HOURS" },
	};
	for (size_t i = 0; i < READINESS_RULE_COUNT; i++)
		entries[i] = (GOptionEntry){ names[i] + 2, 0, 0,
			rules[i].fraction ? G_OPTION_ARG_DOUBLE : G_OPTION_ARG_INT, rules[i].value,
			rules[i].help, rules[i].unit };
}

/* A whole number within its bounds; -1: not given, the usual one stays. */
static bool
take(const char *name, int given, int least, int most, int *rule)
{
	if (given == -1)
		return true;
	if (given < least || given > most) {
		g_autofree char *why = g_strdup_printf("must be from %d to %d", least, most);
		command_complain(name, why);
		return false;
	}
	*rule = given;
	return true;
}

static bool
take_fraction(const char *name, double given, double most, double *rule)
{
	if (given == -1)
		return true;
	if (!(given >= 0 && given <= most)) {
		g_autofree char *why = g_strdup_printf("must be from 0 to %g", most);
		command_complain(name, why);
		return false;
	}
	*rule = given;
	return true;
}

bool
readiness_rules_read(struct verdict_rules *rules)
{
	*rules = verdict_usual;
	int sessions = (int)rules->least_sessions, reporters = (int)rules->least_reporters;
	double percent = rules->sender_share * 100;
	if (!take(names[0], window, 1, 3660, &rules->window_days) ||
		!take(names[1], busy_days, 1, 3660, &rules->soak_busy_days) ||
		!take(names[2], steady_days, 1, 3660, &rules->soak_steady_days) ||
		!take(names[3], quiet_days, 1, 3660, &rules->soak_quiet_days) ||
		!take_fraction(names[4], busy_sessions, 1e9, &rules->busy_sessions) ||
		!take_fraction(names[5], steady_sessions, 1e9, &rules->steady_sessions) ||
		!take(names[6], least_sessions, 1, 1000000000, &sessions) ||
		!take(names[7], least_reporters, 1, 1000, &reporters) ||
		!take(names[8], gap_days, 1, 3660, &rules->gap_days) ||
		!take_fraction(names[9], gap_medians, 1000, &rules->gap_medians) ||
		!take_fraction(names[10], sender_share, 100, &percent) ||
		!take(names[11], fresh_days, 0, 3660, &rules->fresh_days) ||
		!take(names[12], check_hours, 1, 87600, &rules->check_hours))
		return false;
	rules->least_sessions = sessions;
	rules->least_reporters = reporters;
	rules->sender_share = percent / 100;
	if (rules->window_days < rules->soak_quiet_days && window == -1)
		rules->window_days = rules->soak_quiet_days;
	return true;
}
