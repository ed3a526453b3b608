-- Sums by day tell senders apart: a verdict must know who saw a policy, and who else that day did not
-- see a failure.  The sums are made anew from the reports that count.
delete from day_policy;
alter table day_policy drop constraint day_policy_pkey;
alter table day_policy add column submitter text collate "C" not null default '';
alter table day_policy alter column submitter drop default;
alter table day_policy add constraint day_policy_pkey
	primary key (domain, day, trust, submitter, policy_type, policy_key);
insert into day_policy (domain, day, trust, submitter, policy_type, policy_key, reports, success, failure)
select r.domain, r.day, r.trust, r.submitter, p.policy_type, p.policy_key, count(distinct r.digest),
	sum(least(p.success, 1000000000000))::bigint, sum(least(p.failure, 1000000000000))::bigint
from report r
join report_policy p on p.domain = r.domain and p.digest = r.digest
where r.counted
group by 1, 2, 3, 4, 5, 6;
create index day_policy_applied on day_policy (domain, policy_key, day);
