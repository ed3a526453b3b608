-- Something to tell; one that is there already is not told again.
-- $1 domain $2 notice $3 outlet $4 made_at $5 severity $6 title $7 words $8 html $9 body
insert into notice (domain, notice, outlet, made_at, severity, title, words, html, body, attempts, next_at)
values
	($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $4)
on conflict (domain, notice, outlet) do nothing
