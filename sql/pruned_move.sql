-- Moves the day before which reports are taken in no more; never back.  Waits for those who hold it.
-- $1 day
update pruned
set before = greatest(before, $1)
where what = 'reports'
