-- Watched domains and those that reports came in about, watched ones first.
-- $1 a domain, or null for all
with reports as (
	select domain, count(*) filter (where counted) as reports,
		count(distinct submitter) filter (where counted) as submitters, max(received_at) as last,
		max(day) as last_day
	from report
	where $1::text is null or domain = $1
	group by domain
), types as (
	select domain, policy_type, sum(success)::bigint as success, sum(failure)::bigint as failure
	from day_policy
	where $1::text is null or domain = $1
	group by domain, policy_type
), sessions as (
	-- one policy type: the same sessions are listed under sts and tlsa
	select distinct on (domain) domain, success, failure
	from types
	order by domain, success + failure desc, policy_type
), watched as (
	select domain, added_at, token
	from domain
	where $1::text is null or domain = $1
)
select coalesce(w.domain, c.domain), w.domain is not null, w.added_at, w.token,
	coalesce(c.reports, 0), coalesce(c.success, 0), coalesce(c.failure, 0),
	coalesce(c.submitters, 0), c.last, c.last_day
from watched w
full join (
	select r.*, s.success, s.failure
	from reports r
	left join sessions s on s.domain = r.domain
) c on c.domain = w.domain
order by w.domain is null, coalesce(w.domain, c.domain)
