-- Deletes live checks that ended before a time; the newest of a domain stays.
-- $1 time
delete from live_check c
where c.last_at < $1
	and exists (select from live_check n where n.domain = c.domain and n.checked_at > c.checked_at)
returning 1
