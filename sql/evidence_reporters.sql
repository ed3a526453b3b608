-- Who reported in a window, most reports first; sessions under sts policies only.
-- $1 domain $2 first day $3 last day $4 submitters set aside
select submitter, trust, min(day), max(day), count(distinct day), sum(reports)::bigint,
	coalesce(sum(success) filter (where policy_type = 'sts'), 0)::bigint,
	coalesce(sum(failure) filter (where policy_type = 'sts'), 0)::bigint
from day_policy
where domain = $1 and day between $2 and $3 and submitter <> all ($4::text[]) and reports > 0
group by submitter, trust
order by sum(reports) desc, submitter, trust
limit 1000
