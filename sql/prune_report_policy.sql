-- Deletes the policies of a domain's reports of some days.
-- $1 domain $2 first day $3 day after the last
delete from report_policy t
using report r
where r.domain = $1 and r.day >= $2 and r.day < $3 and t.domain = r.domain and t.digest = r.digest
returning 1
