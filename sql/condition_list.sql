-- What was told about a domain.
-- $1 domain
select kind, subject, state, since
from condition
where domain = $1
