-- Begins a span; a check of the same second is there already.
-- $1 domain $2 checked_at $3 digest $4 status $5 snapshot
insert into live_check (domain, checked_at, last_at, checks, digest, status, snapshot)
values
	($1, $2, $2, 1, $3, $4, $5::text::jsonb)
on conflict (domain, checked_at) do nothing
