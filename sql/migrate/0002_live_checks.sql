-- Live checks: what a domain looked like, and how long it stayed so.  A snapshot that equals the one
-- before only lengthens that one's time.

create table live_check (
	domain text collate "C" not null,
	checked_at timestamptz not null,
	last_at timestamptz not null,
	checks bigint not null,
	digest bytea not null,
	status smallint not null,
	snapshot jsonb not null,
	constraint live_check_pkey primary key (domain, checked_at)
);
comment on table live_check is 'Spans of time in which live checks of a domain saw the same.';
comment on column live_check.checked_at is 'The first check that saw it.';
comment on column live_check.last_at is 'The last one.';
comment on column live_check.checks is 'How many did.';
comment on column live_check.digest is 'SHA-256 of the snapshot''s text without its time.';
comment on column live_check.status is 'Exit status of stsready check: 0 nothing blocks, 1 something does, 2 not all could be told.';
comment on column live_check.snapshot is 'The check, as stsready check --json prints it; its time is checked_at.';
