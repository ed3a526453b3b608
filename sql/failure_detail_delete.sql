-- Deletes a report's failure details.
-- $1 domain $2 digest
delete from failure_detail
where domain = $1 and digest = $2
