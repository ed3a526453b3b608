-- Adds the originals of new reports, where they are few.
-- $1 domain $2 digest $3 body $4 packed $5 header_domain $6 subject_domain $7 file_domain $8
-- token_domain $9 header_submitter $10 subject_submitter $11 from_domain $12 file_submitter $13
-- file_start $14 file_end
-- @rows 128 64 32 16 8 4 2 1
insert into payload (domain, digest, body, packed, header_domain, subject_domain, file_domain, token_domain,
	header_submitter, subject_submitter, from_domain, file_submitter, file_start, file_end)
values
	($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
