-- The day before which reports are taken in no more; held until the transaction ends, so that it
-- cannot move between this look and the writing.
select before
from pruned
where what = 'reports'
for share
