-- Domains that are watched, and when each was looked at last.
select domain, (select max(last_at) from live_check where live_check.domain = domain.domain) as last_at
from domain
order by domain
