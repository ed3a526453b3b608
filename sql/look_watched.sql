-- Names of the domains that are watched.
select domain
from domain
order by domain
