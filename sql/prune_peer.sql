-- Deletes what was learnt before a time of addresses that posted.
-- $1 time
delete from peer
where looked_up_at < $1
returning 1
