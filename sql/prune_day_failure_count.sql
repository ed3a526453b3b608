-- Counts what prune_day_failure.sql would delete.
-- $1 domain $2 day
select count(*)
from day_failure
where domain = $1 and day < $2
