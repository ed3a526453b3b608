-- What went long ago.
-- $1 before
delete from notice
where sent_at < $1
