-- Notes what is so.
-- $1 domain $2 kind $3 subject $4 state $5 since
insert into condition (domain, kind, subject, state, since)
values
	($1, $2, $3, $4, $5)
on conflict (domain, kind, subject) do update
set state = excluded.state, since = excluded.since
