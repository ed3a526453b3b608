-- It went.
-- $1 domain $2 notice $3 outlet $4 when
update notice
set sent_at = $4, failure = null
where domain = $1 and notice = $2 and outlet = $3
