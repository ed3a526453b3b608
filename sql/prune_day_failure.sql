-- Deletes a domain's sums from before a day.
-- $1 domain $2 day
delete from day_failure
where domain = $1 and day < $2
returning 1
