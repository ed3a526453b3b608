-- On Citus, distributes the tables by domain; does nothing where the extension is absent or it is done.
do $$
declare
	wanted text;
begin
	if not exists (select from pg_extension where extname = 'citus') then
		return;
	end if;
	foreach wanted in array array['domain', 'report', 'report_policy', 'failure_detail', 'payload',
		'quarantine', 'day_policy', 'day_failure', 'policy_text',
		'live_check', 'condition', 'notice'] loop
		if not exists (select from pg_dist_partition where logicalrelid = wanted::regclass) then
			perform create_distributed_table(wanted, 'domain');
		end if;
	end loop;
	foreach wanted in array array['peer', 'pruned'] loop
		if not exists (select from pg_dist_partition where logicalrelid = wanted::regclass) then
			perform create_reference_table(wanted);
		end if;
	end loop;
end
$$
