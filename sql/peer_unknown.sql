-- Addresses that posted reports lately and whose names are not known, or were looked up too long ago.
-- $1 reports received since $2 looked up since $3 how many
select distinct r.remote
from report r
left join peer p on p.address = r.remote and p.looked_up_at >= $2
where r.channel = 'https' and r.trust = 'https' and r.received_at >= $1 and r.remote is not null
	and p.address is null
limit $3
