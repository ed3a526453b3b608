-- Reports that were posted by an address with names, and whose trust does not say so.
-- $1 reports received since
select r.domain, r.digest, r.submitter, r.report_id, r.start_at, r.end_at, r.over_cap,
	r.trust_notes, p.names
from report r
join peer p on p.address = r.remote
where r.channel = 'https' and r.trust = 'https' and r.received_at >= $1 and r.submitter <> ''
	and p.names <> '{}' and not exists (select from pruned u where r.day < u.before)
order by r.domain, r.submitter, r.report_id, r.start_at, r.end_at
