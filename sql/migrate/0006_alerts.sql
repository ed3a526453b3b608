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
create index notice_waiting on notice (outlet, next_at) where sent_at is null;

create view seen_sessions as
select domain, day, trust, policy_type, sum(reports)::bigint as reports, sum(success)::bigint as success,
	sum(failure)::bigint as failure
from day_policy
group by domain, day, trust, policy_type;
comment on view seen_sessions is 'Sessions that reports tell of, by day, trust and policy type.';

create view seen_failures as
select domain, day, trust, submitter, policy_type, result_type, receiving_mx_hostname as mx, receiving_ip as ip,
	sum(sessions)::bigint as sessions
from day_failure
group by domain, day, trust, submitter, policy_type, result_type, receiving_mx_hostname, receiving_ip;
comment on view seen_failures is 'Failed sessions, by day, sender, result type, MX host and address; empty: not said.';

create view seen_senders as
select domain, submitter, min(day) as first_day, max(day) as last_day, count(distinct day) as days
from day_policy
group by domain, submitter;
comment on view seen_senders is 'Who reports about a domain, since when, until when.';

create view seen_checks as
select domain, checked_at as first_at, last_at, checks, status
from live_check;
comment on view seen_checks is 'Live checks that saw the same: status 0 fine, 1 something blocks, 2 could not be told.';

create view seen_verdicts as
select domain, state as verdict, since
from condition
where kind = 'verdict';
comment on view seen_verdicts is 'The verdict that was told last, and since when; needs `stsready watch` or `run`.';

create view seen_problems as
select domain, kind, subject, state, since
from condition
where kind in ('reason', 'certificate', 'silence', 'failure');
comment on view seen_problems is 'What was told and is not over: of which kind, about what, since when.';
