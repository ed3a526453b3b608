"""What others go by, from the same reports and checks.  Each says whether it would switch to enforce now."""

SOAK = 14  # days: Google's and most guides'
STS_CLASS = {"sts-policy-fetch-error", "sts-policy-invalid", "sts-webpki-invalid", "validation-failure"}


class Seen:
    """What came in about one world: sums by the day that is told of."""

    def __init__(self):
        self.first = None
        self.days = {}  # day -> [success, failure, failures of the sts class]

    def take(self, day, body):
        self.first = day if self.first is None else min(self.first, day)
        sums = self.days.setdefault(day, [0, 0, 0])
        for part in body["policies"]:
            summary = part["summary"]
            sums[0] += summary["total-successful-session-count"]
            sums[1] += summary["total-failure-session-count"]
            sums[2] += sum(detail["failed-session-count"] for detail in part.get("failure-details", [])
                           if detail["result-type"] in STS_CLASS)

    def last(self, today):
        """Sums of the last 14 days; None while reports are younger than that, or there are none."""
        if self.first is None or today - self.first < SOAK:
            return None
        rows = [self.days[day] for day in range(today - SOAK, today) if day in self.days]
        return [sum(column) for column in zip(*rows)] if rows else None


def zero_failures(seen, _check, today):
    sums = seen.last(today)
    return sums is not None and sums[1] == 0


def pass_rate(seen, _check, today):
    sums = seen.last(today)
    return sums is not None and sums[0] + sums[1] > 0 and sums[0] / (sums[0] + sums[1]) >= 0.99


def live_only(_seen, check, _today):
    """Nothing is wrong, and everything could be looked at; a warning that a certificate ends is none."""
    return (check["policy"]["status"] == "fine" and check["mx"]["status"] == "fine"
            and all(finding["code"] == "mx-certificate-expiring" for finding in check["findings"]))


def sts_class(seen, check, today):
    """Record, policy and its list are looked at live; of the failures those of the sts class count."""
    sums = seen.last(today)
    listed = check["policy"]["status"] == "fine" and all(host["policy_match"] for host in check["mx"]["hosts"])
    return sums is not None and sums[2] == 0 and listed


RULES = {"no failure in 14 days": zero_failures, "99 % passed in 14 days": pass_rate, "live check only": live_only,
         "sts-class failures only": sts_class}
