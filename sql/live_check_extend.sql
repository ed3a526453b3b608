-- Lengthens a span.
-- $1 domain $2 checked_at $3 last_at
update live_check
set last_at = $3, checks = checks + 1
where domain = $1 and checked_at = $2
