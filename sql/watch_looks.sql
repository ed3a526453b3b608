-- When each domain was looked at last.
select domain, max(last_at)
from live_check
group by domain
