-- What went before one time, and what did not go and was made before another.
-- $1 sent before $2 made before
delete from notice
where sent_at < $1 or (sent_at is null and made_at < $2)
returning outlet, title, sent_at is null as given_up
