-- Domains with reports or sums from before a day, and the days of these reports (null: sums only).
-- $1 reports before this day $2 sums before this day
select domain, min(first), max(last)
from (
	select domain, min(day) as first, max(day) as last
	from report
	where day < $1
	group by domain
	union all
	select domain, null, null
	from day_policy
	where day < $2
	group by domain
	union all
	select domain, null, null
	from day_failure
	where day < $2
	group by domain
) found
group by domain
order by domain
