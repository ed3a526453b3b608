-- The spans of a domain, oldest first.
-- $1 domain
select checked_at, last_at, checks, status, snapshot::text
from live_check
where domain = $1
order by checked_at
