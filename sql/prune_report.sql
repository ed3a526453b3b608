-- Deletes a domain's reports of some days, after their parts.
-- $1 domain $2 first day $3 day after the last
delete from report
where domain = $1 and day >= $2 and day < $3
returning 1
