-- Stops watching a domain.
-- $1 domain
delete from domain
where domain = $1
returning domain
