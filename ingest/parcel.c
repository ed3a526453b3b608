/* An arrival that somebody waits for. */
#include "ingest/parcel.h"

struct parcel *
parcel_new(struct arrival *arrival, char *token, void (*done)(void *, enum receipt), void *user)
{
	struct parcel *parcel = g_new0(struct parcel, 1);
	parcel->arrival = arrival;
	parcel->token = token;
	parcel->given_at = g_get_monotonic_time();
	parcel->done = done;
	parcel->user = user;
	atomic_init(&parcel->holders, 1);
	return parcel;
}

struct parcel *
parcel_hold(struct parcel *parcel)
{
	atomic_fetch_add_explicit(&parcel->holders, 1, memory_order_relaxed);
	return parcel;
}

void
parcel_release(struct parcel *parcel)
{
	if (atomic_fetch_sub(&parcel->holders, 1) > 1)
		return;
	arrival_free(parcel->arrival);
	g_free(parcel->token);
	g_free(parcel);
}

bool
parcel_is_answered(const struct parcel *parcel)
{
	return atomic_load(&parcel->answered);
}

bool
parcel_answer(struct parcel *parcel, enum receipt receipt)
{
	if (atomic_exchange(&parcel->answered, true))
		return false;
	parcel->done(parcel->user, receipt);
	return true;
}

size_t
parcel_weight(const struct report *report)
{
	/* texts of a detail are short in honest reports, and bounded in others */
	const size_t per_detail = 4 * sizeof(struct report_detail);
	const size_t per_policy = 8 * sizeof(struct report_policy);
	size_t weight = sizeof *report;
	for (size_t i = 0; i < report->n_policies; i++) {
		const struct report_policy *policy = &report->policies[i];
		weight += per_policy + policy->n_details * per_detail +
			  (policy->policy_strings + policy->mx_hosts) * 64;
	}
	return weight;
}
