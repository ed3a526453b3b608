-- A weekly digest that was made.
-- $1 its id
select notice
from notice
where domain = '' and notice = $1
limit 1
