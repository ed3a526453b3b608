-- Adds the failure details of new reports.
copy failure_detail (domain, digest, policy_seq, seq, result_type, sending_mta_ip,
	receiving_mx_hostname, receiving_mx_helo, receiving_ip, sessions, additional_information,
	failure_reason_code)
from stdin (format binary)
