-- Notes that a migration was applied.
-- $1 number $2 name $3 applied_at
insert into migration (number, name, applied_at)
values
	($1, $2, $3)
