-- Three roles: stsready_ingest may only add reports, stsready_read may only read, stsready_watch, a member
-- of both, may also keep checks and what is told of.  Made where the one who runs this may make roles
-- (else an administrator makes them and runs `stsready init` again).
do $$
begin
	begin
		if not exists (select from pg_roles where rolname = 'stsready_ingest') then
			create role stsready_ingest nologin;
		end if;
		if not exists (select from pg_roles where rolname = 'stsready_read') then
			create role stsready_read nologin;
		end if;
		if not exists (select from pg_roles where rolname = 'stsready_watch') then
			create role stsready_watch nologin in role stsready_ingest, stsready_read;
		end if;
	exception
		when insufficient_privilege or duplicate_object or unique_violation then
			null; -- not allowed to, or another database of the cluster did just now
	end;

	if exists (select from pg_roles where rolname = 'stsready_ingest') then
		grant select on migration, domain, pruned to stsready_ingest;
		grant update (what) on pruned to stsready_ingest; -- that it may hold the row, no more
		grant select, insert on report, report_policy, failure_detail, payload, quarantine, day_policy,
			day_failure, policy_text to stsready_ingest;
		grant update (arrivals, trust, trust_rank, trust_notes, counted, over_cap) on report to stsready_ingest;
		grant update on day_policy, day_failure to stsready_ingest;
	end if;
	if exists (select from pg_roles where rolname = 'stsready_read') then
		grant select on migration, domain, report, report_policy, failure_detail, payload, quarantine,
			day_policy, day_failure, policy_text, live_check, peer, pruned, condition,
			seen_domains, seen_sessions, seen_failures, seen_senders, seen_checks, seen_verdicts,
			seen_problems to stsready_read;
	end if;
	if exists (select from pg_roles where rolname = 'stsready_watch') then
		grant insert, update on live_check, peer to stsready_watch;
		grant select, insert, update, delete on condition, notice to stsready_watch;
	end if;
end
$$
