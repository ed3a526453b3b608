-- Counts what prune_peer.sql would delete.
-- $1 time
select count(*)
from peer
where looked_up_at < $1
