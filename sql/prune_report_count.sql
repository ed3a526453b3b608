-- Counts what prune_report.sql would delete.
-- $1 domain $2 first day $3 day after the last
select count(*)
from report
where domain = $1 and day >= $2 and day < $3
