-- Counts what prune_payload.sql would delete.
-- $1 domain $2 first day $3 day after the last
select count(*)
from payload t
join report r on t.domain = r.domain and t.digest = r.digest
where r.domain = $1 and r.day >= $2 and r.day < $3
