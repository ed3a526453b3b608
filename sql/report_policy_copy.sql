-- Adds the policies of new reports.
copy report_policy (domain, digest, seq, policy_type, policy_domain, policy_key, policy_string, mode,
	mx_host, success, failure)
from stdin (format binary)
