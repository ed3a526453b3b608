-- Something to tell; one that is there already is not told again.
-- $1 domain $2 notice $3 channel $4 made_at $5 title $6 words $7 html $8 body
insert into notice (domain, notice, channel, made_at, title, words, html, body, attempts, next_at)
values
	($1, $2, $3, $4, $5, $6, $7, $8, 0, $4)
on conflict (domain, notice, channel) do nothing
