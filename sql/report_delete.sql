-- Deletes a report; its parts go by statements of their own.
-- $1 domain $2 digest
delete from report
where domain = $1 and digest = $2
