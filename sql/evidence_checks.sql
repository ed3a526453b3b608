-- The spans of a domain's live checks that reach into a window, oldest first.
-- $1 domain $2 since $3 until
select checked_at, least(last_at, $3), checks, status, snapshot::text
from (
	select checked_at, last_at, checks, status, snapshot
	from live_check
	where domain = $1 and last_at >= $2 and checked_at <= $3
	order by checked_at desc
	limit 1000
) newest
order by checked_at
