-- Failure details of reports that count, newest day first; and a row for what a policy's summary tells
-- of and no detail explains.
-- $1 domain $2 submitter or organization $3 trust $4 since $5 until $6 result type (any of them
-- null: all) $7 how many (null: all)
with r as not materialized (
	select domain, digest, nullif(submitter, '') as submitter, organization, report_id, trust, day
	from report
	where counted
		and ($1::text is null or domain = $1)
		and ($2::text is null or submitter = lower($2) or lower(organization) = lower($2))
		and ($3::text is null or trust = $3)
		and ($4::timestamptz is null or start_at >= $4)
		and ($5::timestamptz is null or start_at < $5)
), failures as (
	select r.domain, r.submitter, r.organization, r.report_id, r.trust, r.day, p.policy_type,
		p.policy_domain, f.result_type, f.sending_mta_ip, f.receiving_mx_hostname,
		f.receiving_mx_helo, f.receiving_ip, f.sessions, f.additional_information,
		f.failure_reason_code, r.digest, p.seq as policy_seq, f.seq
	from r
	join report_policy p on p.domain = r.domain and p.digest = r.digest
	join failure_detail f on f.domain = p.domain and f.digest = p.digest and f.policy_seq = p.seq
	where $6::text is null or f.result_type = $6
	union all
	select r.domain, r.submitter, r.organization, r.report_id, r.trust, r.day, p.policy_type,
		p.policy_domain, 'unexplained', null, null, null, null, p.failure - coalesce(e.told, 0),
		null, null, r.digest, p.seq, null
	from r
	join report_policy p on p.domain = r.domain and p.digest = r.digest
	left join lateral (
		-- a detail that does not say how many may explain all of them
		select sum(sessions)::bigint as told, bool_or(sessions is null) as unsaid
		from failure_detail
		where domain = p.domain and digest = p.digest and policy_seq = p.seq
	) e on true
	where p.failure > 0 and p.failure > coalesce(e.told, 0) and not coalesce(e.unsaid, false)
		and ($6::text is null or $6 = 'unexplained')
)
select domain, submitter, organization, report_id, trust, day, policy_type, policy_domain, result_type,
	sending_mta_ip, receiving_mx_hostname, receiving_mx_helo, receiving_ip, sessions,
	additional_information, failure_reason_code, encode(digest, 'hex')
from failures
order by day desc, domain, submitter, report_id, digest, policy_seq, seq
limit $7::bigint
