-- How full the quarantine is.
select count(*), coalesce(sum(size), 0)::bigint
from quarantine
