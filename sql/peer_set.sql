-- Notes the names of an address.
-- $1 address $2 names $3 looked_up_at
insert into peer (address, names, looked_up_at)
values
	($1, $2, $3)
on conflict (address) do update
set names = excluded.names, looked_up_at = excluded.looked_up_at
