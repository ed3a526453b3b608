-- Locks a report for replacing it, and tells whether it counts.
-- $1 domain $2 digest
select counted
from report
where domain = $1 and digest = $2
for update
