-- Reports, newest day first.  Each step is limited to the rows that are shown, so that a page of them
-- costs no sums over all.
-- $1 domain $2 submitter or organization $3 trust $4 since $5 until (any of them null: all)
-- $6 how many (null: all)
with r as materialized (
	select *
	from report
	where ($1::text is null or domain = $1)
		and ($2::text is null or submitter = lower($2) or lower(organization) = lower($2))
		and ($3::text is null or trust = $3)
		and ($4::timestamptz is null or start_at >= $4)
		and ($5::timestamptz is null or start_at < $5)
	order by day desc, domain, submitter, report_id, digest
	limit $6::bigint
), types as materialized (
	select p.domain, p.digest, p.policy_type, count(*) as policies, sum(p.success)::bigint as success,
		sum(p.failure)::bigint as failure
	from r
	join report_policy p on p.domain = r.domain and p.digest = r.digest
	where $1::text is null or p.domain = $1
	group by p.domain, p.digest, p.policy_type
), sessions as materialized (
	-- one policy type: the same sessions are listed under sts and tlsa
	select distinct on (domain, digest) domain, digest, success, failure,
		sum(policies) over (partition by domain, digest)::bigint as policies
	from types
	order by domain, digest, success + failure desc, policy_type
), details as materialized (
	select f.domain, f.digest, count(*) as details
	from r
	join failure_detail f on f.domain = r.domain and f.digest = r.digest
	where $1::text is null or f.domain = $1
	group by f.domain, f.digest
)
select r.domain, encode(r.digest, 'hex'), r.organization, nullif(r.submitter, ''), r.report_id,
	r.contact, r.start_at, r.end_at, r.received_at, r.channel, r.remote, r.trust, r.counted,
	cardinality(r.arrivals), s.policies, s.success, s.failure, d.details, r.notes, r.trust_notes
from r
left join sessions s on s.domain = r.domain and s.digest = r.digest
left join details d on d.domain = r.domain and d.digest = r.digest
order by r.day desc, r.domain, r.submitter, r.report_id, r.digest
