-- Who posted: the names of addresses that reports came from over HTTPS.  About no domain, so it is the
-- same table on every node of Citus.

create table peer (
	address text collate "C" not null,
	names text[] not null,
	looked_up_at timestamptz not null,
	constraint peer_pkey primary key (address)
);
comment on table peer is 'Addresses that posted reports over HTTPS, and what the DNS says of them.';
comment on column peer.names is 'Reverse names that lead back to the address (forward-confirmed).';
