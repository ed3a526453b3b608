-- Sums by day and policy in a window, with how many senders each row comes from.
-- $1 domain $2 first day $3 last day $4 submitters set aside
select day, trust, policy_type, policy_key, sum(reports)::bigint, sum(success)::bigint,
	sum(failure)::bigint, count(*) filter (where success > 0 or failure > 0)
from day_policy
where domain = $1 and day between $2 and $3 and submitter <> all ($4::text[]) and reports > 0
group by day, trust, policy_type, policy_key
order by day, trust, policy_type, policy_key
