-- The capability token of a watched domain.
-- $1 domain
select token
from domain
where domain = $1
