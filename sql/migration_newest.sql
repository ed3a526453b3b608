-- The newest applied migration; 0: none.
select coalesce(max(number), 0)
from migration
