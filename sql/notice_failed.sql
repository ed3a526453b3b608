-- It did not go; later again.
-- $1 domain $2 notice $3 outlet $4 next_at $5 why
update notice
set attempts = attempts + 1, next_at = $4, failure = $5
where domain = $1 and notice = $2 and outlet = $3
