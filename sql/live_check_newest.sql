-- The newest span of a domain, locked.
-- $1 domain
select checked_at, last_at, digest
from live_check
where domain = $1
order by checked_at desc
limit 1
for update
