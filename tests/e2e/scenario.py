"""Reads tests/scenarios/*/scenario (its README tells the form), and makes reports and checks of them."""
import base64
import datetime
import gzip
import json
import os

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenarios")
AUTHSERV = "mx.receiver.example"
UTC = datetime.timezone.utc


class Scenario:
    def __init__(self, name):
        self.name, self.domain = name, name + ".example"
        self.teaches = None
        self.at = datetime.datetime(2026, 11, 24, 12, tzinfo=UTC)
        self.hosts, self.policies, self.reports, self.checks = [], {}, [], []
        self.options, self.expect, self.groups, self.plan = [], None, [], None
        self.soak = self.sessions = None
        with open(os.path.join(FOLDER, name, "scenario"), encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                text = line.split("#")[0].rstrip().replace("@", self.domain)
                if text:
                    try:
                        self.read(text)
                    except (ValueError, IndexError, KeyError) as error:
                        raise ValueError("%s, line %d: %r: %s" % (name, number, text, error)) from error

    # ---- reading ----

    def read(self, text):
        words = text.split()
        if text.startswith(" "):
            last = self.reports[-1] if self.current == "report" else self.checks[-1]
            (self.of_report if self.current == "report" else self.of_check)(last, words)
            return
        self.current = words[0]
        if text.startswith("teaches: "):
            self.teaches = text[9:]
        elif words[0] == "at:":
            self.at = datetime.datetime.fromisoformat(words[1].replace("Z", "+00:00"))
        elif words[0] == "host":
            self.hosts.append((words[1], words[2:]))
        elif words[0] == "policy":
            self.policies[words[1]] = (words[2], words[3:-1], int(words[-1]))
        elif words[0] == "report":
            self.reports.append({"sender": words[1], "trust": words[2], "days": span(words[3]), "policy": words[4],
                                 "success": int(words[5]), "fails": [], "options": []})
        elif words[0] == "check":
            self.checks.append({"days": span(words[1]), "addresses": {}, "status": {}, "findings": [], "hosts": [],
                                "served": None})
        elif words[0] == "options:":
            self.options = words[1:]
        elif words[0] == "expect":
            self.expect = (words[1], sorted(words[2:]))
        elif words[0] == "soak":
            clean, required = words[1].split("/")
            self.soak = (int(clean), int(required), words[2] if len(words) > 2 else None)
        elif words[0] == "group":
            self.groups.append(tuple(words[1:]))
        elif words[0] == "sessions":
            self.sessions = int(words[1])
        elif words[0] == "plan":
            self.plan = [when.replace("_", " ") for when in words[1:]]
        else:
            raise ValueError("no such line")

    @staticmethod
    def of_report(report, words):
        if words[0] == "fail":
            report["fails"].append((int(words[1]), *[None if word == "-" else word for word in words[2:5]]))
        elif words[0] == "options:":
            report["options"] = words[1:]
        else:
            raise ValueError("no such line of a report")

    @staticmethod
    def of_check(check, words):
        if words[0] == "finding":
            check["findings"].append((words[1], words[2]))
        elif words[0] == "served":
            check["served"] = words[1]
        elif words[0] == "host":
            check["hosts"].append((words[1], words[2:]))
        elif words[0] in ("mx", "record", "policy", "tlsrpt"):
            check["status"][words[0]] = words[1]
        else:
            check["addresses"].setdefault(words[0], []).append(words[1:])

    # ---- making ----

    def day(self, offset):
        return self.at.replace(hour=0, minute=0, second=0) + datetime.timedelta(days=offset)

    def policy_text(self, name, end="\n"):
        mode, hosts, age = self.policies[name]
        lines = ["version: STSv1", "mode: " + mode, *["mx: " + host for host in hosts], "max_age: %d" % age]
        return end.join(lines) + end

    def policy_part(self, report, kind):
        policy = {"policy-type": kind, "policy-domain": self.domain}
        if report["policy"] in self.policies:
            if kind == "sts":
                policy["policy-string"] = self.policy_text(report["policy"]).split("\n")[:-1]
            policy["mx-host"] = self.policies[report["policy"]][1]
        failed = [fail for fail in report["fails"]]
        part = {"policy": policy, "summary": {"total-successful-session-count": report["success"],
                                              "total-failure-session-count": sum(fail[0] for fail in failed)}}
        details = [self.detail(*fail) for fail in failed if fail[1] is not None]
        if details:
            part["failure-details"] = details
        return part

    @staticmethod
    def detail(sessions, result, host, address):
        detail = {"result-type": result, "failed-session-count": sessions}
        if host:
            detail["receiving-mx-hostname"] = host
        if address:
            detail["receiving-ip"] = address
        return detail

    def body(self, report, day, which=0):
        start = self.day(day)
        kind = report["policy"] if report["policy"] in ("no-policy-found", "tlsa") else "sts"
        parts = [self.policy_part(report, kind)]
        if "also-tlsa" in report["options"]:
            parts.append(self.policy_part(report, "tlsa"))
        return {"organization-name": report["sender"].split(".")[0].title(),
                "contact-info": "smtp-tls-reporting@" + report["sender"],
                "report-id": "%s_%s_%d" % (start.strftime("%Y-%m-%dT%H:%M:%SZ"), self.domain, which),
                "date-range": {"start-datetime": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
                               "end-datetime": start.strftime("%Y-%m-%dT23:59:59Z")},
                "policies": parts}

    def mails(self):
        """What is delivered, oldest first: (trust, sender, report)."""
        for report in self.reports:
            days = report["days"] + ([0] if "today" in report["options"] else [])
            for day in days:
                yield report["trust"], report["sender"], self.body(report, day)
                if "twice" in report["options"]:
                    yield report["trust"], report["sender"], self.body(report, day, 1)
                if "copy" in report["options"]:
                    yield report["trust"], report["sender"], self.body(report, day)
                if "forged" in report["options"]:
                    forged = self.body(report, day)
                    forged["policies"][0]["summary"]["total-successful-session-count"] += 100000
                    yield "mail", report["sender"], forged

    def check_lines(self):
        for check in self.checks:
            for day in check["days"]:
                yield self.check_json(check, day)

    def check_json(self, check, day):
        at = self.at + datetime.timedelta(days=day)
        status = {name: check["status"].get(name, "fine") for name in ("mx", "record", "policy", "tlsrpt")}
        name = check["served"] or next(iter(self.policies), None)
        served = name is not None and status["policy"] == "fine"
        mode, patterns, age = self.policies[name] if served else (None, [], None)
        hosts = [] if status["mx"] != "fine" else [
            {"name": host, "preference": 10 + place, "policy_match": match(patterns, host), "status": "fine",
             "why": None, "addresses": [self.address(ip, host, check, at) for ip in addresses], "tlsa": []}
            for place, (host, addresses) in enumerate(check["hosts"] or self.hosts)]
        return json.dumps({
            "domain": self.domain, "at": instant(at), "mx": {"status": status["mx"], "why": None, "hosts": hosts},
            "sts_record": {"status": status["record"], "txt": None, "cname": [], "why": None,
                           "id": "1" if status["record"] == "fine" else None},
            "policy": {"status": status["policy"] if name else "absent", "mode": mode, "max_age": age, "mx": patterns,
                       "text": self.policy_text(name, "\r\n") if served else None, "http_status": 200 if served else None,
                       "content_type": "text/plain", "certificate": None, "cname": [], "why": None},
            "tlsrpt_record": {"status": status["tlsrpt"], "txt": None, "rua": [], "why": None}, "dnssec": "insecure",
            "findings": [{"code": code, "severity": severity, "text": "%s." % code, "remedy": "Mend it.",
                          "evidence": None} for code, severity in check["findings"]]})

    def address(self, ip, host, check, at):
        changes = check["addresses"].get(ip, [])
        words = {change[0]: change[1:] for change in changes}
        since = self.day(int(words["since"][0]) if "since" in words else -120)
        status = "unknown" if "unknown" in words else "bad" if "bad" in words or "no-starttls" in words else "fine"
        certificate = None
        if "unknown" not in words and "no-starttls" not in words:
            certificate = {"names": [host], "issuer": "CN=CA", "key": "EC 256", "not_before": instant(since),
                           "not_after": instant(since + datetime.timedelta(days=365)),
                           "faults": words.get("bad", [])}
        return {"ip": ip, "status": status, "starttls": None if status == "unknown" else "no-starttls" not in words,
                "tls_version": "TLSv1.3" if certificate else None, "certificate": certificate, "dane": "none",
                "why": None}


def span(text):
    days, _, step = text.partition("/")
    first, _, last = days.partition("..")
    return list(range(int(first), int(last or first) + 1, int(step or 1)))


def instant(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def match(patterns, host):
    for pattern in patterns:
        if pattern == host or (pattern.startswith("*.") and host.partition(".")[2] == pattern[2:]):
            return pattern
    return None


def mail(trust, sender, domain, report, serial):
    """The report as it is mailed; signed, the receiver's server has said so."""
    packed = base64.encodebytes(gzip.compress(json.dumps(report).encode(), 1, mtime=0)).decode()
    verdict = "pass header.d=%s" % sender if trust == "dkim" else "none"
    return ("Authentication-Results: %s; dkim=%s\nFrom: tlsrpt@%s\nTo: rua@%s\nMessage-ID: <%d@%s>\n"
            "Subject: Report Domain: %s Submitter: %s Report-ID: <%s>\nTLS-Report-Domain: %s\n"
            "TLS-Report-Submitter: %s\nMIME-Version: 1.0\nContent-Type: application/tlsrpt+gzip\n"
            "Content-Transfer-Encoding: base64\n\n%s"
            % (AUTHSERV, verdict, sender, domain, serial, sender, domain, sender, report["report-id"], domain, sender,
               packed))


def scenarios():
    return [Scenario(name) for name in sorted(os.listdir(FOLDER)) if os.path.isdir(os.path.join(FOLDER, name))]
