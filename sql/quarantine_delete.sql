-- Deletes bytes from quarantine.
-- $1 domain $2 digest
delete from quarantine
where domain = $1 and digest = $2
