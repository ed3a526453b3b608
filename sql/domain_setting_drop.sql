-- Takes one setting of a watched domain back.
-- $1 domain $2 name
update domain
set settings = settings - $2::text
where domain = $1
returning domain
