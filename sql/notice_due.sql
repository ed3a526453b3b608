-- What is to be told now by one way, oldest first; of a domain nothing before what is older.
-- $1 outlet $2 now
select domain, notice, made_at, severity, title, words, html, body, attempts
from notice
where outlet = $1 and sent_at is null and next_at <= $2
	and not exists (
		select from notice as older
		where older.domain = notice.domain and older.outlet = notice.outlet and older.sent_at is null
			and older.next_at > $2 and older.notice < notice.notice)
order by notice, domain
limit 500
