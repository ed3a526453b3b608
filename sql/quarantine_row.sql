-- Bytes in quarantine and how they came.
-- $1 domain $2 digest
select received_at, channel, remote, trust, arrival, body, header_domain, subject_domain, file_domain,
	token_domain, header_submitter, subject_submitter, from_domain, file_submitter, file_start,
	file_end
from quarantine
where domain = $1 and digest = $2
