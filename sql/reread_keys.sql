-- A page of stored reports, by key.
-- $1 domain and $2 digest of the last one seen $3 a domain, or null for all $4 how many
select domain, digest
from payload
where (domain, digest) > ($1::text, $2::bytea) and ($3::text is null or domain = $3)
order by domain, digest
limit $4::int
