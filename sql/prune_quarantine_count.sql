-- Counts what prune_quarantine.sql would delete.
-- $1 time
select count(*)
from quarantine
where received_at < $1
