-- Deletes a report's policies.
-- $1 domain $2 digest
delete from report_policy
where domain = $1 and digest = $2
