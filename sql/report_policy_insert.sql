-- Adds the policies of new reports, where they are few.
-- $1 domain $2 digest $3 seq $4 policy_type $5 policy_domain $6 policy_key $7 policy_string $8
-- mode $9 mx_host $10 success $11 failure
-- @rows 128 64 32 16 8 4 2 1
insert into report_policy (domain, digest, seq, policy_type, policy_domain, policy_key, policy_string, mode,
	mx_host, success, failure)
values
	($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
