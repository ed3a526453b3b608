-- What was told about domains since a time, each once.
-- $1 since
select distinct on (domain, notice) domain, made_at, title
from notice
where domain <> '' and made_at >= $1
order by domain, notice, outlet
