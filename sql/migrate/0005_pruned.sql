-- What stsready prune took away, so that what comes again of that age is not counted again.  About no
-- domain, so it is the same table on every node of Citus.

create table pruned (
	what text collate "C" not null,
	before date not null,
	constraint pruned_pkey primary key (what)
);
comment on table pruned is 'Reports that begin before this day are taken in no more: theirs are sums alone.';
insert into pruned (what, before) values ('reports', '1970-01-01');
