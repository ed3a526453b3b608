-- Notes that a report arrived again by a better way: better trusted, or within the cap.
-- $1 domain $2 digest $3 trust $4 trust_rank $5 trust_notes $6 over_cap
update report
set trust = case when trust_rank < $4 then $3 else trust end,
	trust_notes = case when trust_rank < $4 then $5 else trust_notes end,
	trust_rank = greatest(trust_rank, $4),
	over_cap = over_cap and $6
where domain = $1 and digest = $2
