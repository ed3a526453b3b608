-- Adds the failure details of new reports, where they are few.
-- $1 domain $2 digest $3 policy_seq $4 seq $5 result_type $6 sending_mta_ip $7
-- receiving_mx_hostname $8 receiving_mx_helo $9 receiving_ip $10 sessions $11
-- additional_information $12 failure_reason_code
-- @rows 128 64 32 16 8 4 2 1
insert into failure_detail (domain, digest, policy_seq, seq, result_type, sending_mta_ip,
	receiving_mx_hostname, receiving_mx_helo, receiving_ip, sessions, additional_information,
	failure_reason_code)
values
	($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
