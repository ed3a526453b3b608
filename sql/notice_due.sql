-- What is to be told now by one way, oldest first.
-- $1 channel $2 now
select domain, notice, made_at, title, words, html, body, attempts
from notice
where channel = $1 and sent_at is null and next_at <= $2
order by made_at, domain, notice
limit 500
