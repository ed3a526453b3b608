-- Waits for other machines that change the schema; held to the end of the transaction.  The number
-- is "stsready" as bytes.
select pg_advisory_xact_lock(x'7374737265616479'::bigint)
