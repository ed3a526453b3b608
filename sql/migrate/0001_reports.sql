-- Reports: what arrived, what it says, and the sums by day that verdicts are made from.
--
-- Every table that holds data about domains has `domain` first in its keys, so that it can be
-- distributed by it; see sql/distribute.sql.  There are no foreign keys between them: a report and
-- its parts are written and deleted by one transaction each, and a check for every failure detail
-- costs more than writing it.
--
-- Text in keys is compared byte by byte (collate "C"): it is names, no prose, and an index that sorts
-- by a language costs several times as much and breaks when the operating system changes its mind.

create table domain (
	domain text collate "C" not null,
	added_at timestamptz not null,
	token text not null,
	settings jsonb not null,
	constraint domain_pkey primary key (domain)
);
comment on table domain is 'Domains that are watched.';
comment on column domain.token is 'Capability: the last part of the URL that reports about it are posted to.';

create table report (
	domain text collate "C" not null,
	digest bytea not null,
	organization text,
	submitter text collate "C" not null,
	report_id text collate "C" not null,
	contact text,
	start_at timestamptz not null,
	end_at timestamptz not null,
	day date not null,
	received_at timestamptz not null,
	channel text not null,
	remote text,
	trust text not null,
	trust_rank smallint not null,
	arrivals bigint[] not null,
	notes text[] not null,
	trust_notes text[] not null,
	counted boolean not null,
	over_cap boolean not null,
	reading bigint not null,
	constraint report_pkey primary key (domain, digest)
);
comment on table report is 'One TLS report about one domain; a report about several has a row for each.';
comment on column report.domain is 'Recipient domain; "unknown" where nothing tells it.';
comment on column report.digest is 'SHA-256 of the whole report''s JSON.';
comment on column report.submitter is 'Domain that sent it; empty where nothing tells it.';
comment on column report.day is 'UTC day of start_at.';
comment on column report.trust_rank is 'Which of two reports under one identity counts: the higher; of equals, the first.';
comment on column report.arrivals is 'A key for each time it arrived, the first one first, capped.';
comment on column report.notes is 'What the reader found not to be as RFC 8460 has it.';
comment on column report.trust_notes is 'What its trust rests on.';
comment on column report.counted is 'False: another report under the same identity counts instead, or it is over_cap.';
comment on column report.over_cap is 'It came over HTTPS beyond its domain''s reports a day: never counted.';
comment on column report.reading is 'Digest of what the reader made of it; changes when the reader does.';
create unique index report_identity on report (domain, submitter, report_id, start_at, end_at) where counted;
create index report_day on report (domain, day);

create table report_policy (
	domain text collate "C" not null,
	digest bytea not null,
	seq integer not null,
	policy_type text not null,
	policy_domain text,
	policy_key bytea not null,
	policy_string text[] not null,
	mode text,
	mx_host text[] not null,
	success bigint not null,
	failure bigint not null,
	constraint report_policy_pkey primary key (domain, digest, seq)
);
comment on column report_policy.seq is 'Place in the report''s policies, from 0.';
comment on column report_policy.policy_key is 'Same key, same policy text; zero bytes where the text is not told.';

create table failure_detail (
	domain text collate "C" not null,
	digest bytea not null,
	policy_seq integer not null,
	seq integer not null,
	result_type text not null,
	sending_mta_ip text,
	receiving_mx_hostname text,
	receiving_mx_helo text,
	receiving_ip text,
	sessions bigint,
	additional_information text,
	failure_reason_code text,
	constraint failure_detail_pkey primary key (domain, digest, policy_seq, seq)
);
comment on column failure_detail.sessions is 'Null where the sender did not say: at least one.';

create table payload (
	domain text collate "C" not null,
	digest bytea not null,
	body bytea not null,
	packed boolean not null,
	header_domain text,
	subject_domain text,
	file_domain text,
	token_domain text,
	header_submitter text,
	subject_submitter text,
	from_domain text,
	file_submitter text,
	file_start bigint not null,
	file_end bigint not null,
	constraint payload_pkey primary key (domain, digest)
);
alter table payload alter column body set storage external;
comment on table payload is 'Originals, with what their wrapping said: enough to read them again.';
comment on column payload.packed is 'True where the original was not gzip and was packed here.';

create table quarantine (
	domain text collate "C" not null,
	digest bytea not null,
	received_at timestamptz not null,
	channel text not null,
	remote text,
	trust text not null,
	arrival bigint not null,
	reason text not null,
	body bytea not null,
	size bigint not null,
	header_domain text,
	subject_domain text,
	file_domain text,
	token_domain text,
	header_submitter text,
	subject_submitter text,
	from_domain text,
	file_submitter text,
	file_start bigint not null,
	file_end bigint not null,
	constraint quarantine_pkey primary key (domain, digest)
);
alter table quarantine alter column body set storage external;
comment on table quarantine is 'What could not be read, as it came; bounded.';
comment on column quarantine.digest is 'SHA-256 of body.';
comment on column quarantine.domain is 'What the wrapping says; "unknown" where it does not.';

create table day_policy (
	domain text collate "C" not null,
	day date not null,
	trust text collate "C" not null,
	policy_type text collate "C" not null,
	policy_key bytea not null,
	reports bigint not null,
	success bigint not null,
	failure bigint not null,
	constraint day_policy_pkey primary key (domain, day, trust, policy_type, policy_key)
);
comment on table day_policy is 'Sums over counted reports.  Rows of different policy types tell of the same sessions: never add them.';

create table day_failure (
	domain text collate "C" not null,
	day date not null,
	trust text collate "C" not null,
	submitter text collate "C" not null,
	policy_type text collate "C" not null,
	policy_key bytea not null,
	result_type text collate "C" not null,
	receiving_mx_hostname text collate "C" not null,
	receiving_ip text collate "C" not null,
	details bigint not null,
	sessions bigint not null,
	unsaid bigint not null,
	constraint day_failure_pkey primary key (domain, day, trust, submitter, policy_type, policy_key,
		result_type, receiving_mx_hostname, receiving_ip)
);
comment on table day_failure is 'Failure details of counted reports, summed.';
comment on column day_failure.unsaid is 'Details that did not say how many sessions.';

create table policy_text (
	domain text collate "C" not null,
	policy_key bytea not null,
	policy_type text not null,
	policy_string text[] not null,
	constraint policy_text_pkey primary key (domain, policy_key)
);
comment on table policy_text is 'Every policy that a sender was seen to apply, by key.';
