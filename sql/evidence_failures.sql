-- Failures in a window by day; result type '' stands for failed sessions that a summary tells of and
-- no detail explains.
-- $1 domain $2 first day $3 last day $4 submitters set aside
with told as (
	select day, trust, submitter, policy_type, policy_key, result_type, receiving_mx_hostname,
		receiving_ip, details, sessions, unsaid
	from day_failure
	where domain = $1 and day between $2 and $3 and submitter <> all ($4::text[]) and details > 0
), summed as (
	select day, trust, submitter, policy_type, policy_key, sum(sessions)::bigint as sessions,
		sum(unsaid)::bigint as unsaid
	from told
	group by day, trust, submitter, policy_type, policy_key
)
select day, trust, submitter, policy_type, policy_key, result_type, receiving_mx_hostname,
	receiving_ip, sessions, unsaid
from told
union all
select p.day, p.trust, p.submitter, p.policy_type, p.policy_key, '', '', '',
	p.failure - coalesce(s.sessions, 0), 0
from day_policy p
left join summed s on s.day = p.day and s.trust = p.trust and s.submitter = p.submitter
	and s.policy_type = p.policy_type and s.policy_key = p.policy_key
where p.domain = $1 and p.day between $2 and $3 and p.submitter <> all ($4::text[])
	and p.failure > coalesce(s.sessions, 0) and coalesce(s.unsaid, 0) = 0
order by 1, 2, 3, 4, 5, 6, 7, 8
