-- Keeps bytes that could not be read; what is there already stays.
-- $1 domain $2 digest $3 received_at $4 channel $5 remote $6 trust $7 arrival $8 reason $9 body
-- $10 size $11 header_domain $12 subject_domain $13 file_domain $14 token_domain
-- $15 header_submitter $16 subject_submitter $17 from_domain $18 file_submitter $19 file_start
-- $20 file_end
insert into quarantine (domain, digest, received_at, channel, remote, trust, arrival, reason, body, size,
	header_domain, subject_domain, file_domain, token_domain, header_submitter, subject_submitter,
	from_domain, file_submitter, file_start, file_end)
values
	($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
on conflict (domain, digest) do nothing
returning size
