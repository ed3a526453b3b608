-- Every policy that senders were seen to apply, with the first and last day they did.
-- $1 domain $2 no day after this one
select t.policy_key, t.policy_type, t.policy_string,
	(select min(day) from day_policy where domain = $1 and policy_key = t.policy_key and reports > 0),
	(select max(day) from day_policy where domain = $1 and policy_key = t.policy_key and reports > 0
		and day <= $2)
from policy_text t
where t.domain = $1
order by t.policy_key
limit 1000
