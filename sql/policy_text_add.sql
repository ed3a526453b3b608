-- Notes policies that senders were seen to apply, and the days between which.
-- $1 domain $2 policy_key $3 policy_type $4 policy_string $5 first_day $6 last_day
-- @rows 16 1
insert into policy_text (domain, policy_key, policy_type, policy_string, first_day, last_day)
values
	($1, $2, $3, $4, $5, $6)
on conflict (domain, policy_key) do update
set first_day = least(policy_text.first_day, excluded.first_day),
	last_day = greatest(policy_text.last_day, excluded.last_day)
where excluded.first_day < policy_text.first_day or excluded.last_day > policy_text.last_day
