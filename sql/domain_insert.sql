-- Watches a domain; one that is watched already is left as it is.
-- $1 domain $2 added_at $3 token
insert into domain (domain, added_at, token, settings)
values
	($1, $2, $3, '{}')
on conflict (domain) do nothing
returning token
