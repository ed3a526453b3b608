-- Adds one stored report's failure details to the sums by day, or takes them out of them.
-- $1 domain $2 digest $3 1 or -1 $4 most sessions that one detail may add
insert into day_failure (domain, day, trust, submitter, policy_type, policy_key, result_type,
	receiving_mx_hostname, receiving_ip, details, sessions, unsaid)
select r.domain, r.day, r.trust, r.submitter, p.policy_type, p.policy_key, f.result_type,
	coalesce(f.receiving_mx_hostname, ''), coalesce(f.receiving_ip, ''), $3::bigint * count(*),
	$3::bigint * coalesce(sum(least(f.sessions, $4::bigint)), 0)::bigint,
	$3::bigint * count(*) filter (where f.sessions is null)
from report r
join report_policy p on p.domain = r.domain and p.digest = r.digest
join failure_detail f on f.domain = p.domain and f.digest = p.digest and f.policy_seq = p.seq
where r.domain = $1 and r.digest = $2
group by 1, 2, 3, 4, 5, 6, 7, 8, 9
on conflict (domain, day, trust, submitter, policy_type, policy_key, result_type,
	receiving_mx_hostname, receiving_ip) do update
set details = day_failure.details + excluded.details,
	sessions = day_failure.sessions + excluded.sessions,
	unsaid = day_failure.unsaid + excluded.unsaid
