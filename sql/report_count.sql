-- Marks a report as the one of its identity that counts, or as one that does not.
-- $1 domain $2 digest $3 counted
update report
set counted = $3
where domain = $1 and digest = $2
