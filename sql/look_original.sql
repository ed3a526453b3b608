-- The original of a report.
-- $1 domain $2 digest
select body, packed
from payload
where domain = $1 and digest = $2
