-- Counts what prune_live_check.sql would delete.
-- $1 time
select count(*)
from live_check c
where c.last_at < $1
	and exists (select from live_check n where n.domain = c.domain and n.checked_at > c.checked_at)
