-- Adds reports; one that is there already (same domain and digest), or, if it is to be counted,
-- whose identity another counted report has, is left out of the answer.
-- $1 domain $2 digest $3 organization $4 submitter $5 report_id $6 contact $7 start_at $8 end_at
-- $9 day $10 received_at $11 channel $12 remote $13 trust $14 trust_rank $15 arrivals $16 notes
-- $17 trust_notes $18 counted $19 over_cap $20 reading
-- @rows 128 64 32 16 8 4 2 1
insert into report (domain, digest, organization, submitter, report_id, contact, start_at, end_at,
	day, received_at, channel, remote, trust, trust_rank, arrivals, notes, trust_notes, counted,
	over_cap, reading)
values
	($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
on conflict do nothing
returning domain, digest
