-- Adds the originals of new reports.
copy payload (domain, digest, body, packed, header_domain, subject_domain, file_domain, token_domain,
	header_submitter, subject_submitter, from_domain, file_submitter, file_start, file_end)
from stdin (format binary)
