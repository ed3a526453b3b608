-- Reports, newest day first.
-- $1 domain $2 submitter or organization $3 trust $4 since $5 until (any of them null: all)
-- $6 how many (null: all)
select r.domain, encode(r.digest, 'hex'), r.organization, nullif(r.submitter, ''), r.report_id,
	r.contact, r.start_at, r.end_at, r.received_at, r.channel, r.remote, r.trust, r.counted,
	cardinality(r.arrivals), p.policies, p.success, p.failure, f.details, r.notes, r.trust_notes
from (
	select *
	from report
	where ($1::text is null or domain = $1)
		and ($2::text is null or submitter = lower($2) or lower(organization) = lower($2))
		and ($3::text is null or trust = $3)
		and ($4::timestamptz is null or start_at >= $4)
		and ($5::timestamptz is null or start_at < $5)
	order by day desc, domain, submitter, report_id, digest
	limit $6::bigint
) r
left join lateral (
	-- one policy type: the same sessions are listed under sts and tlsa
	select sum(t.policies) over ()::bigint as policies, t.success, t.failure
	from (
		select policy_type, count(*) as policies, sum(success)::bigint as success,
			sum(failure)::bigint as failure
		from report_policy
		where domain = r.domain and digest = r.digest
		group by policy_type
	) t
	order by t.success + t.failure desc, t.policy_type
	limit 1
) p on true
left join lateral (
	select count(*) as details
	from failure_detail
	where domain = r.domain and digest = r.digest
) f on true
order by r.day desc, r.domain, r.submitter, r.report_id, r.digest
