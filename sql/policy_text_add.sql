-- Notes policies that senders were seen to apply; day_policy tells when.
-- $1 domain $2 policy_key $3 policy_type $4 policy_string
-- @rows 64 32 16 8 4 2 1
insert into policy_text (domain, policy_key, policy_type, policy_string)
values
	($1, $2, $3, $4)
on conflict do nothing
