-- What is so no more.
-- $1 domain $2 kind $3 subject
delete from condition
where domain = $1 and kind = $2 and subject = $3
