-- Whether some bytes are in quarantine already.
-- $1 domain $2 digest
select 1
from quarantine
where domain = $1 and digest = $2
