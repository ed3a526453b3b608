-- Adds one stored report to the sums by day, sender and policy, or takes it out of them.
-- $1 domain $2 digest $3 1 or -1 $4 most sessions that one policy may add
insert into day_policy (domain, day, trust, submitter, policy_type, policy_key, reports, success, failure)
select r.domain, r.day, r.trust, r.submitter, p.policy_type, p.policy_key, $3::bigint,
	$3::bigint * sum(least(p.success, $4::bigint))::bigint,
	$3::bigint * sum(least(p.failure, $4::bigint))::bigint
from report r
join report_policy p on p.domain = r.domain and p.digest = r.digest
where r.domain = $1 and r.digest = $2
group by r.domain, r.day, r.trust, r.submitter, p.policy_type, p.policy_key
on conflict (domain, day, trust, submitter, policy_type, policy_key) do update
set reports = day_policy.reports + excluded.reports,
	success = day_policy.success + excluded.success,
	failure = day_policy.failure + excluded.failure
