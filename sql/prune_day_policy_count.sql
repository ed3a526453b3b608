-- Counts what prune_day_policy.sql would delete.
-- $1 domain $2 day
select count(*)
from day_policy
where domain = $1 and day < $2
