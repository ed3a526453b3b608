-- Adds to the sums by day, sender and policy.
-- $1 domain $2 day $3 trust $4 submitter $5 policy_type $6 policy_key $7 reports $8 success $9 failure
-- @rows 64 32 16 8 4 2 1
insert into day_policy (domain, day, trust, submitter, policy_type, policy_key, reports, success, failure)
values
	($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (domain, day, trust, submitter, policy_type, policy_key) do update
set reports = day_policy.reports + excluded.reports,
	success = day_policy.success + excluded.success,
	failure = day_policy.failure + excluded.failure
