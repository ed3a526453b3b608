/* What a policy's settings mean in practice. */
#include "checker/plain_words.h"

#include <glib.h>

#define MINUTE UINT64_C(60)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define WEEK (7 * DAY)

const char *
plain_mode(enum sts_mode mode)
{
	switch (mode) {
	case STS_MODE_TESTING:
		return "Senders deliver whatever they find, and report what they would have "
		       "refused under enforce: nothing is blocked, nothing is protected.";
	case STS_MODE_ENFORCE:
		return "Senders deliver only to the hosts of the policy, over TLS with a valid "
		       "certificate; else mail waits, and goes back after some days.";
	case STS_MODE_NONE:
		return "Senders treat the domain as one without a policy, and forget what they "
		       "held: this is how MTA-STS is ended.";
	case STS_MODE_MISSING:
		break;
	}
	return "There is no mode that senders know: they refuse the policy, and keep to one they "
	       "may hold from before.";
}

static const struct unit {
	uint64_t seconds;
	const char *name;
} units[] = {
	{ DAY, "day" },
	{ HOUR, "hour" },
	{ MINUTE, "minute" },
	{ 1, "second" },
};

/* "1 week", "2 days" */
static void
append_count(GString *text, uint64_t count, const char *unit)
{
	g_string_append_printf(text, "%s%" G_GUINT64_FORMAT " %s%s", text->len > 0 ? " " : "",
		count, unit, count == 1 ? "" : "s");
}

char *
plain_duration(uint64_t seconds)
{
	GString *text = g_string_new(NULL);
	/* Whole weeks are what people publish; beyond eight they say days. */
	if (seconds > 0 && seconds % WEEK == 0 && seconds <= 8 * WEEK) {
		append_count(text, seconds / WEEK, "week");
		return g_string_free(text, FALSE);
	}
	unsigned parts = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(units) && parts < 2; i++) {
		uint64_t count = seconds / units[i].seconds;
		if (count == 0)
			continue;
		append_count(text, count, units[i].name);
		seconds %= units[i].seconds;
		parts++;
	}
	if (parts == 0)
		append_count(text, 0, "second");
	else if (seconds > 0)
		g_string_prepend(text, "about ");
	return g_string_free(text, FALSE);
}

/* What a max_age of at least so many seconds means. */
static const struct {
	uint64_t least;
	const char *meaning;
} meanings[] = {
	{ (uint64_t)STS_POLICY_MOST_AGE + 1,
		"longer than the RFC allows: strict senders refuse the policy" },
	{ 26 * WEEK, "the longest protection, but a mistake under enforce stays with senders that "
		     "cannot reach a newer policy for as long" },
	{ 2 * WEEK, "weeks, as RFC 8461 asks for: an attacker would have to keep a sender from "
		    "the policy for all that time" },
	{ WEEK, "good to begin enforce with: it bridges a weekend without the policy host, and a "
		"mistake is over in a week" },
	{ DAY, "good for testing: most senders look daily, so a change is picked up soon, but one "
	       "day without the policy host ends the protection" },
	{ 1, "too short: many senders look once a day, and have no policy between" },
	{ 0, "senders forget the policy at once: good only with mode none, to end MTA-STS" },
};

char *
plain_max_age(uint64_t seconds)
{
	size_t i = 0;
	while (seconds < meanings[i].least)
		i++;
	g_autofree char *duration = plain_duration(seconds);
	return g_strdup_printf("%s: %s.", duration, meanings[i].meaning);
}
