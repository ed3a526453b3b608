-- A stored report with its original.
-- $1 domain $2 digest
select r.reading, r.trust, r.channel, r.remote, r.received_at, r.arrivals, r.trust_notes, r.over_cap,
	r.submitter, r.report_id, r.start_at, r.end_at, p.body, p.packed, p.header_domain,
	p.subject_domain, p.file_domain, p.token_domain, p.header_submitter, p.subject_submitter,
	p.from_domain, p.file_submitter, p.file_start, p.file_end
from report r
join payload p on p.domain = r.domain and p.digest = r.digest
where r.domain = $1 and r.digest = $2
