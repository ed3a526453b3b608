-- Held by the one that tells, until its connection ends.
select pg_try_advisory_lock(84608461)
