-- Deletes what could not be read and came before a time.
-- $1 time
delete from quarantine
where received_at < $1
returning 1
