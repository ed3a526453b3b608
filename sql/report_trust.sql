-- Raises the trust of a report that arrived again by a better way.
-- $1 domain $2 digest $3 trust $4 trust_rank $5 trust_notes
update report
set trust = $3, trust_rank = $4, trust_notes = $5
where domain = $1 and digest = $2 and trust_rank < $4
