/* Certificates about to end, which enforce must not meet: refused mail would follow within days. */
#include "analyze/verdict_parts.h"

#include <string.h>

#define DAY_SECONDS INT64_C(86400)

/* Automatic renewal comes a month before the end of 90 days, two weeks before that of 47: what has
   less time left was forgotten, or is about to be renewed, which is worth waiting for. */
#define ENDING_SECONDS (14 * DAY_SECONDS)

/* Several machines may answer at one address, and a check meets one of them: a week of checks finds
   the one that was not reloaded when the others were. */
#define MACHINES_SECONDS (7 * DAY_SECONDS)

static bool
is_address_of(const struct seen_check *now, const char *host, const char *ip)
{
	for (size_t i = 0; i < now->n_hosts; i++) {
		if (strcmp(now->hosts[i].name, host) != 0)
			continue;
		for (size_t k = 0; k < now->hosts[i].n_addresses; k++)
			if (strcmp(now->hosts[i].addresses[k].ip, ip) == 0)
				return true;
	}
	return false;
}

static void
take_soonest(const struct evidence *evidence, const struct seen_check *now,
	const struct seen_check *check, struct ending_certificate *ending)
{
	for (size_t i = 0; i < check->n_hosts; i++) {
		const struct seen_host *host = &check->hosts[i];
		for (size_t k = 0; k < host->n_addresses; k++) {
			const struct seen_address *address = &host->addresses[k];
			if (!address->has_certificate || address->certificate_bad ||
				address->not_after >= evidence->at + ENDING_SECONDS ||
				(ending->host != NULL && address->not_after >= ending->not_after) ||
				!is_address_of(now, host->name, address->ip))
				continue;
			*ending = (struct ending_certificate){ host->name, address->ip,
				address->not_after, check->last_at };
		}
	}
}

bool
verdict_ending(const struct evidence *evidence, const struct seen_check *now,
	struct ending_certificate *ending)
{
	*ending = (struct ending_certificate){ .host = NULL };
	for (size_t i = evidence->n_checks; now != NULL && i-- > 0;)
		if (evidence->at - evidence->checks[i].last_at <= MACHINES_SECONDS)
			take_soonest(evidence, now, &evidence->checks[i], ending);
	return ending->host != NULL;
}
