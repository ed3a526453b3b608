-- All reports of one identity that may count, locked, the one that should count first: the best trusted, of equals
-- the one that counts, else the first that came.
-- $1 domain $2 day $3 submitter $4 report_id $5 start_at $6 end_at
select digest, counted
from report
where domain = $1 and day = $2 and submitter = $3 and report_id = $4 and start_at = $5
	and end_at = $6 and not over_cap
order by trust_rank desc, counted desc, received_at, digest
for update
