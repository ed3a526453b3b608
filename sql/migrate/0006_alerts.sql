-- What was told about each domain, and what waits to be told; and views for dashboards.

create table condition (
	domain text collate "C" not null,
	kind text collate "C" not null,
	subject text collate "C" not null,
	state text not null,
	since timestamptz not null,
	constraint condition_pkey primary key (domain, kind, subject)
);
comment on table condition is 'What `stsready watch` last told, or noted, about a domain.';

create table notice (
	domain text collate "C" not null,
	notice text collate "C" not null,
	outlet text collate "C" not null,
	made_at timestamptz not null,
	severity text not null,
	title text not null,
	words text not null,
	html text,
	body text not null,
	attempts bigint not null,
	next_at timestamptz not null,
	sent_at timestamptz,
	failure text,
	constraint notice_pkey primary key (domain, notice, outlet)
);
comment on table notice is 'What is told, a row for each way it goes; sent_at is null until it went.';
comment on column notice.html is 'The words as a page, where they are one.';
comment on column notice.domain is 'Empty for the weekly digest.';
create index notice_waiting on notice (outlet, notice) where sent_at is null;
create index notice_older on notice (domain, outlet, notice) where sent_at is null;

-- Views for dashboards, a stable interface: see stsready(1), VIEWS.  Each keeps domain and day as they
-- stand in the keys, so that a condition on them reads one domain's days and no more.  A condition on a
-- day does not pass through an outer join, so sums meet by union here.

create view seen_failures as
select domain, day, trust, submitter, policy_type, nullif(result_type, '') as result_type,
	nullif(mx, '') as mx, nullif(ip, '') as ip,
	case
		when result_type in ('tlsa-invalid', 'dnssec-invalid', 'dane-required') then 'dane'
		when policy_type = 'tlsa' then 'dane'
		when result_type in ('sts-policy-fetch-error', 'sts-policy-invalid', 'sts-webpki-invalid')
			then 'unprotected'
		when policy_type = 'no-policy-found' then 'none'
		else 'refused'
	end as effect,
	sum(sessions)::bigint as sessions
from (
	select domain, day, trust, submitter, policy_type, result_type, receiving_mx_hostname as mx,
		receiving_ip as ip, greatest(1, sessions + unsaid) as sessions
	from day_failure
	where details > 0
	union all
	-- what summaries tell of and no detail explains
	select domain, day, trust, submitter, policy_type, '', '', '', (sum(failure) - sum(sessions))::bigint
	from (
		select domain, day, trust, submitter, policy_type, policy_key, failure, 0::bigint as sessions,
			0::bigint as unsaid
		from day_policy
		union all
		select domain, day, trust, submitter, policy_type, policy_key, 0, sessions, unsaid
		from day_failure
		where details > 0
	) told
	group by domain, day, trust, submitter, policy_type, policy_key
	having sum(failure) > sum(sessions) and sum(unsaid) = 0
) failures
group by domain, day, trust, submitter, policy_type, result_type, mx, ip;
comment on view seen_failures is 'Failed sessions, by day, sender, policy type, result type, MX host and address.  Rows of different policy types may tell of the same sessions: never add them.';
comment on column seen_failures.result_type is 'Null: no detail explains them.';
comment on column seen_failures.mx is 'Null: not said; so is ip.';
comment on column seen_failures.effect is 'Under enforce: refused, unprotected, dane, or none.';

create view seen_sessions as
select domain, day, trust,
	coalesce(sum(sessions) filter (where kind = 'success'), 0)::bigint as success,
	coalesce(sum(sessions) filter (where kind = 'refused'), 0)::bigint as refused,
	coalesce(sum(sessions) filter (where kind = 'unprotected'), 0)::bigint as unprotected,
	coalesce(sum(sessions) filter (where kind = 'none'), 0)::bigint as other,
	coalesce(sum(sessions) filter (where kind = 'no policy'), 0)::bigint as no_policy,
	coalesce(sum(sessions) filter (where kind = 'dane'), 0)::bigint as dane
from (
	select domain, day, trust,
		case policy_type when 'sts' then 'success' when 'no-policy-found' then 'no policy' end as kind,
		success as sessions
	from day_policy
	where reports > 0
	union all
	select domain, day, trust, effect, sessions
	from seen_failures
) told
group by domain, day, trust;
comment on view seen_sessions is 'Sessions that reports tell of, by day, trust and effect, as the verdict counts them.';
comment on column seen_sessions.success is 'Went well under an sts policy.';
comment on column seen_sessions.other is 'Failed where the sender applied no policy.';
comment on column seen_sessions.no_policy is 'Went well where the sender applied no policy.';
comment on column seen_sessions.dane is 'Failed under DANE; the same sessions may be among the others: never add them.';

create view seen_senders as
select domain, day, submitter, trust, sum(reports)::bigint as reports, sum(success)::bigint as success,
	sum(failure)::bigint as failure
from (
	select domain, day, submitter, trust, 0::bigint as reports, success, failure
	from day_policy
	where reports > 0 and policy_type = 'sts'
	union all
	select domain, day, submitter, trust, 1, 0, 0
	from report
	where counted
) told
group by domain, day, submitter, trust;
comment on view seen_senders is 'Who reported about a domain, by day: reports, and sessions under sts policies.';
comment on column seen_senders.submitter is 'Empty where nothing tells it.';
comment on column seen_senders.reports is 'Those that count; 0 for days whose reports were pruned.';

create view seen_checks as
select domain, checked_at as first_at, last_at, checks, status, snapshot #>> '{policy,mode}' as mode,
	nullif(translate(jsonb_path_query_array(snapshot, '$.findings[*] ? (@.severity == "block").code')::text,
		'[]"', ''), '') as faults
from live_check;
comment on view seen_checks is 'Spans of time in which live checks saw the same.';
comment on column seen_checks.status is '0: nothing blocks enforce; 1: something does; 2: not all could be told.';
comment on column seen_checks.mode is 'Of the policy that was served; null: none.';
comment on column seen_checks.faults is 'Codes of what blocks; null: nothing.';

create view seen_verdicts as
select domain, state as verdict, since,
	array_position(array['rollback', 'fix', 'unknown', 'setup', 'wait', 'promote', 'enforced',
		'not-applicable'], state) as rank
from condition
where kind = 'verdict';
comment on view seen_verdicts is 'The verdict that was told last, and since when; needs `stsready watch` or `run`.';
comment on column seen_verdicts.rank is '1: to be mended first.';

create view seen_problems as
select domain, kind, nullif(subject, '') as subject, nullif(state, '') as state, since
from condition
where kind in ('reason', 'certificate', 'silence', 'failure');
comment on view seen_problems is 'What was told and is not over: of which kind, about what, since when.';

create view seen_domains as
select d.domain, d.added_at as watched_since, v.verdict, v.rank, v.since, r.last_report,
	c.last_at as last_check, c.status, c.mode, coalesce(p.problems, 0) as problems
from domain d
left join seen_verdicts v on v.domain = d.domain
left join (
	select domain, max(day) as last_report
	from day_policy
	where reports > 0
	group by domain
) r on r.domain = d.domain
left join (
	select domain, max(first_at) as first_at
	from seen_checks
	group by domain
) n on n.domain = d.domain
left join seen_checks c on c.domain = d.domain and c.first_at = n.first_at
left join (
	select domain, count(*) as problems
	from seen_problems
	group by domain
) p on p.domain = d.domain;
comment on view seen_domains is 'Every watched domain, with what there is to know of it at a glance.';
comment on column seen_domains.last_report is 'The last day that reports tell of.';
