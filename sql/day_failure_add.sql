-- Adds to the sums of failure details by day.
-- $1 domain $2 day $3 trust $4 submitter $5 policy_type $6 policy_key $7 result_type
-- $8 receiving_mx_hostname $9 receiving_ip $10 details $11 sessions $12 unsaid
-- @rows 64 32 16 8 4 2 1
insert into day_failure (domain, day, trust, submitter, policy_type, policy_key, result_type,
	receiving_mx_hostname, receiving_ip, details, sessions, unsaid)
values
	($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
on conflict (domain, day, trust, submitter, policy_type, policy_key, result_type,
	receiving_mx_hostname, receiving_ip) do update
set details = day_failure.details + excluded.details,
	sessions = day_failure.sessions + excluded.sessions,
	unsaid = day_failure.unsaid + excluded.unsaid
