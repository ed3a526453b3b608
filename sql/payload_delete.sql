-- Deletes a report's original.
-- $1 domain $2 digest
delete from payload
where domain = $1 and digest = $2
