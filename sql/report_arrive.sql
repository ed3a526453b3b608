-- Notes one more arrival of a report that is there; answers only where that changes something, the
-- new arrival is better trusted, or it comes within the cap and the stored one did not.
-- $1 domain $2 digest $3 key of the arrival $4 its trust_rank $5 most arrivals that are kept
-- $6 over_cap
-- @rows 1
update report
set arrivals = case
	when $3 = any (arrivals) or cardinality(arrivals) >= $5::int then arrivals
	else arrivals || $3::bigint
end
where domain = $1 and digest = $2
	and ((not $3 = any (arrivals) and cardinality(arrivals) < $5::int) or $4::smallint > trust_rank
		or (over_cap and not $6::boolean))
returning domain, digest, trust_rank, counted, over_cap
