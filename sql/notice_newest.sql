-- The newest weekly digest that was made.
-- $1 the empty domain
select max(notice)
from notice
where domain = $1
