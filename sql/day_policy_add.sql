-- Adds to the sums by day and policy.
-- $1 domain $2 day $3 trust $4 policy_type $5 policy_key $6 reports $7 success $8 failure
-- @rows 64 32 16 8 4 2 1
insert into day_policy (domain, day, trust, policy_type, policy_key, reports, success, failure)
values
	($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (domain, day, trust, policy_type, policy_key) do update
set reports = day_policy.reports + excluded.reports,
	success = day_policy.success + excluded.success,
	failure = day_policy.failure + excluded.failure
