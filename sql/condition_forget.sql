-- What was told about domains that are watched no more: who watches one again begins afresh.
delete from condition
where not exists (select from domain where domain.domain = condition.domain)
