-- Sets one setting of a watched domain.
-- $1 domain $2 name $3 value
update domain
set settings = settings || jsonb_build_object($2::text, $3::text)
where domain = $1
returning domain
