-- The settings of a watched domain.
-- $1 domain
select s.key, s.value
from domain d, jsonb_each_text(d.settings) s
where d.domain = $1
order by s.key
