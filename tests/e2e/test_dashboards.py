#!/usr/bin/python3
"""The PostgreSQL dashboard: every query runs as a role that may only read, and tells the same as the command line;
see test_views.py for the views it stands on.

STSREADY names the program."""
import collections
import csv
import datetime
import io
import json
import os
import re
import subprocess
import unittest

from cluster import ROOT
from grafana import dashboard, expand, panels
from web import AT, SAMPLE, STSREADY, Site, seen_check

ODD = "odd.example"
DOMAINS = (*SAMPLE, ODD)
NULL = "\1"

# Every kind of failure under every kind of policy; sessions listed twice; a detail that does not say how many; and
# policy types that are named like effects.
STS_TYPES = ("starttls-not-supported", "certificate-host-mismatch", "certificate-expired", "certificate-not-trusted",
             "validation-failure", "sts-policy-fetch-error", "sts-policy-invalid", "sts-webpki-invalid",
             "tlsa-invalid", "dnssec-invalid", "dane-required", "made-up")


def policy(kind, success, failure, details, *text):
    return {"policy": {"policy-type": kind, "policy-domain": ODD, "policy-string": list(text)},
            "summary": {"total-successful-session-count": success, "total-failure-session-count": failure},
            "failure-details": details}


def detail(kind, sessions, mx="mx1." + ODD):
    return {"result-type": kind, "receiving-mx-hostname": mx,
            **({} if sessions is None else {"failed-session-count": sessions})}


def odd_report(number, sender, *policies):
    return {"organization-name": sender, "contact-info": "tls@" + sender, "report-id": "odd-%d" % number,
            "date-range": {"start-datetime": "2026-11-1%dT00:00:00Z" % number,
                           "end-datetime": "2026-11-1%dT23:59:59Z" % number},
            "policies": list(policies)}


ODD_REPORTS = (
    odd_report(1, "one.example",
               policy("sts", 100, 200, [detail(kind, 1 + i) for i, kind in enumerate(STS_TYPES)]),
               policy("sts", 50, 5, [], "version: STSv1", "mode: testing", "mx: old." + ODD, "max_age: 86400"),
               policy("tlsa", 90, 13, [detail("certificate-expired", 3)]),
               policy("no-policy-found", 7, 3, [detail("starttls-not-supported", 2), detail("sts-policy-fetch-error", 1)])),
    odd_report(2, "two.example",
               policy("sts", 10, 4, [detail("certificate-expired", None), detail("certificate-expired", 0, "mx2." + ODD)]),
               policy("refused", 1000, 0, []), policy("none", 500, 1, [])),
    odd_report(3, "two.example", policy("tlsa", 20, 2, [])),
)

# What `stsready watch` keeps in mind: (domain, kind, subject, state, since).
CONDITIONS = (
    ("kestrel.example", "verdict", "", "promote", "2026-11-15T08:00:00Z"),
    ("kestrel.example", "policy", "", "version: STSv1", "2026-11-15T08:00:00Z"),
    ("lantern.example", "verdict", "", "fix", "2026-10-29T08:00:00Z"),
    ("lantern.example", "reason", "mx-certificate-expired", "2", "2026-11-10T06:00:00Z"),
    ("lantern.example", "failure", "certificate-expired at mx2.lantern.example", "", "2026-10-29T08:00:00Z"),
    ("thistle.example", "verdict", "", "wait", "2026-11-12T08:00:00Z"),
    ("thistle.example", "silence", "", "", "2026-11-20T08:00:00Z"),
    ("gone.example", "verdict", "", "rollback", "2026-11-12T08:00:00Z"),
)

# Live checks of lantern.example: (first, last, status).  Nobody looked from the 5th to the 9th of November.
CHECKS = (("2026-10-20T00:00:00Z", "2026-10-28T00:00:00Z", 0), ("2026-10-28T06:00:00Z", "2026-11-05T00:00:00Z", 1),
          ("2026-11-09T00:00:00Z", "2026-11-18T00:00:00Z", 1), ("2026-11-18T06:00:00Z", "2026-11-18T06:00:00Z", 2),
          ("2026-11-18T12:00:00Z", "2026-11-20T00:00:00Z", 0))


def literal(value):
    return "'%s'" % str(value).replace("'", "''")


def check_rows():
    for first, last, status in CHECKS:
        snapshot = seen_check("lantern.example", ["mx1.lantern.example", "mx2.lantern.example"],
                              expired="mx2.lantern.example" if status == 1 else None)
        yield "insert into live_check values ('lantern.example', '%s', '%s', 3, '', %d, %s)" % (
            first, last, status, literal(json.dumps(snapshot)))


def instant(text):
    return datetime.datetime.fromisoformat(re.sub(r"Z$|\+00$", "+00:00", text))


class Dashboard(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = Site()
        cls.addClassCleanup(cls.site.end)
        cls.site.watch(ODD)
        for number, report in enumerate(ODD_REPORTS):
            cls.site.add_report("odd%d.json" % number, report)
        rows = ["insert into condition values (%s)" % ", ".join(map(literal, row)) for row in CONDITIONS]
        cls.site.cluster.psql("web", ";".join([*rows, *check_rows(), "create role grafana login in role stsready_read"]))
        cls.board = dashboard("stsready")
        cls.panels = panels(cls.board)
        cls.judged = {domain: cls.judge(domain) for domain in DOMAINS}

    @classmethod
    def judge(cls, domain):
        done = subprocess.run([STSREADY, "readiness", "--database", cls.site.database, "--at", AT, "--check",
                               cls.site.checks, "--json", domain], stdout=subprocess.PIPE, text=True, check=False)
        return json.loads(done.stdout)

    def run_sql(self, sql):
        """(columns, rows) as the role grafana sees them; null is None."""
        done = subprocess.run(["psql", "-X", "-q", "--csv", "-P", "null=" + NULL, "-v", "ON_ERROR_STOP=1", "-d",
                               self.site.database.replace("user=postgres", "user=grafana"), "-c", "set timezone to 'UTC'",
                               "-c", sql], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError("%s in: %s" % (done.stderr, sql))
        columns, *rows = csv.reader(io.StringIO(done.stdout))
        return columns, [dict(zip(columns, (None if cell == NULL else cell for cell in row))) for row in rows]

    def expanded(self, sql, domain):
        window = self.judged[domain]["window"]
        return expand(sql, domain, window["start"], window["end"])

    def ask(self, title, domain="lantern.example"):
        return self.run_sql(self.expanded(self.panels[title]["targets"][0]["rawSql"], domain))[1]

    def lines(self, command, domain):
        window = self.judged[domain]["window"]
        done = self.site.stsready(command, "--json", "--domain", domain, "--since", window["start"])
        return [json.loads(line) for line in done.stdout.splitlines()]

    # ---- every panel ----

    def queries(self):
        for title, panel in self.panels.items():
            for target in panel["targets"]:
                yield title, panel, target
        for annotation in self.board["annotations"]["list"]:
            yield annotation["name"], None, annotation["target"]

    def test_every_query_gives_rows(self):
        for title, _, target in self.queries():
            with self.subTest(title):
                self.assertTrue(self.run_sql(self.expanded(target["rawSql"], "lantern.example"))[1])

    def test_every_query_runs_for_every_domain(self):
        for domain in (*DOMAINS, "unheard-of.example", "o''brien"):
            for title, _, target in self.queries():
                with self.subTest(title, domain=domain):
                    self.run_sql(expand(target["rawSql"], domain, "2026-11-01", "2026-11-20"))

    def test_columns_that_panels_name(self):
        for title, panel, target in self.queries():
            columns = self.run_sql(self.expanded(target["rawSql"], "lantern.example"))[0]
            with self.subTest(title):
                self.assertEqual(len(set(columns)), len(columns))
                if target["format"] == "time_series":
                    self.assertEqual(columns[0], "time")
                for override in panel["fieldConfig"]["overrides"] if panel else ():
                    self.assertIn(override["matcher"]["options"], columns)
                fields = panel["options"].get("reduceOptions", {}).get("fields", "") if panel else ""
                if fields:
                    self.assertTrue([name for name in columns if re.search(fields.strip("/"), name)])

    def test_only_views_are_read(self):
        views = set(self.site.cluster.psql("web", "select table_name from information_schema.views"
                                           " where table_schema = 'public'").split())
        queries = [target["rawSql"] for _, _, target in self.queries()]
        queries += [one["query"] for one in self.board["templating"]["list"] if one["type"] == "query"]
        named = {name for sql in queries for name in re.findall(r"(?<!epoch )\b(?:from|join)\s+([a-z_]+)", sql)}
        self.assertEqual(named, views - {"seen_verdicts"})

    def test_the_role_only_reads(self):
        for sql in ("delete from domain", "create table x (x int)", "insert into condition values ('', '', '', '', now())"):
            with self.assertRaisesRegex(AssertionError, "permission denied"):
                self.run_sql(sql)

    def test_variable_has_the_watched_domains(self):
        sql = [one["query"] for one in self.board["templating"]["list"] if one["name"] == "domain"][0]
        watched = [json.loads(line) for line in self.site.stsready("domains", "--json").stdout.splitlines()]
        self.assertEqual([row["domain"] for row in self.run_sql(sql)[1]],
                         sorted(one["domain"] for one in watched if one["added_at"] is not None))

    # ---- all domains ----

    def test_domains_by_verdict(self):
        counts = {name: int(count) for name, count in self.ask("Domains by verdict")[0].items() if count != "0"}
        self.assertEqual(counts, {"promote": 1, "fix": 1, "wait": 1, "not judged yet": 1})

    def test_every_verdict_has_a_column(self):
        with open(ROOT + "/analyze/verdict.c", encoding="ascii") as file:
            names = re.findall(r'"([a-z-]+)"', re.search(r"(?s)\nverdict_name\(.*?\n}", file.read()).group())
        self.assertEqual(list(self.ask("Domains by verdict")[0]), [*names, "not judged yet"])
        ranks = self.site.cluster.psql("web", "begin; " + "".join(
            "insert into condition values ('%s.example', 'verdict', '', '%s', now());" % (name, name) for name in names)
            + "select verdict from seen_verdicts where domain = verdict || '.example' order by rank; rollback;")
        self.assertEqual(ranks.split(), names)

    def test_domains_worst_first(self):
        rows = self.ask("Domains, worst first")
        today = datetime.datetime.now(datetime.timezone.utc).date()
        self.assertEqual([(row["Domain"], row["Verdict"]) for row in rows],
                         [("lantern.example", "fix"), ("thistle.example", "wait"), ("kestrel.example", "promote"),
                          (ODD, None)])
        self.assertEqual([int(row["Open problems"]) for row in rows], [2, 1, 0, 0])
        self.assertEqual(instant(rows[0]["Since"]), instant("2026-10-29T08:00:00Z"))
        self.assertEqual((rows[0]["Last check"], rows[0]["Mode"], rows[1]["Last check"]), ("0", "testing", None))
        for row in rows:
            last = max(report["day"] for report in self.lines("reports", row["Domain"]) if report["counted"])
            age = (today - datetime.date.fromisoformat(last)).days
            self.assertIn(int(row["Days since last report"]), (age, age + 1))  # midnight may pass meanwhile

    def test_one_domain(self):
        self.assertEqual(self.ask("Verdict"), [{"verdict": "fix"}])
        self.assertEqual(float(self.ask("Since")[0]["since"]), instant("2026-10-29T08:00:00Z").timestamp() * 1000)
        self.assertEqual(float(self.ask("Last check")[0]["last_check"]), instant(CHECKS[-1][1]).timestamp() * 1000)
        self.assertEqual(self.ask("Problems"), [{"problems": "2"}])

    # ---- the same as the command line ----

    def test_sessions_are_those_of_the_verdict(self):
        for domain in DOMAINS:
            rows = self.ask("Sessions by day and effect under enforce", domain)
            sums = {name: sum(int(row[name] or 0) for row in rows)
                    for name in ("success", "refused", "unprotected", "dane", "other")}
            with self.subTest(domain):
                self.assertEqual(sums, self.judged[domain]["sessions"])

    def test_sessions_of_each_day_are_those_of_the_reports(self):
        for domain in SAMPLE:
            told = collections.Counter()
            for report in self.lines("reports", domain):
                if report["counted"]:
                    told[report["day"]] += report["success"] + report["failure"]
            rows = self.ask("Sessions by day and effect under enforce", domain)
            seen = {row["time"][:10]: sum(int(row[name]) for name in ("success", "no policy", "other", "unprotected", "refused"))
                    for row in rows}
            with self.subTest(domain):
                self.assertEqual(seen, dict(told))

    def test_only_the_time_shown(self):
        """Both days at its ends are whole."""
        for title in ("Sessions by day and effect under enforce", "Failed sessions by result type", "Failures", "Senders",
                      "Refused under enforce"):
            sql = self.panels[title]["targets"][0]["rawSql"]
            whole, part = (self.run_sql(expand(sql, "lantern.example", "2026-11-04", until))[1]
                           for until in ("2026-11-19", "2026-11-05"))
            with self.subTest(title):
                self.assertTrue(part)
                self.assertNotEqual(part, whole)
                for row in part:
                    for name in {"time", "Last day"} & set(row):
                        self.assertIn(row[name][:10], ("2026-11-04", "2026-11-05"))
        failed = sum(row["sessions"] for row in self.lines("failures", "lantern.example")
                     if row["day"] in ("2026-11-04", "2026-11-05"))
        sql = self.panels["Failures"]["targets"][0]["rawSql"]
        rows = self.run_sql(expand(sql, "lantern.example", "2026-11-04", "2026-11-05"))[1]
        self.assertEqual(sum(int(row["Sessions"]) for row in rows), failed)

    def test_share_of_refused(self):
        sessions = self.judged["lantern.example"]["sessions"]
        self.assertAlmostEqual(float(self.ask("Refused under enforce")[0]["share"]),
                               sessions["refused"] / (sessions["success"] + sessions["refused"]))

    def test_sessions_listed_twice_are_not_added(self):
        panel = self.panels["Sessions by day and effect under enforce"]
        apart = [dict((one["id"], one["value"]) for one in override["properties"])
                 for override in panel["fieldConfig"]["overrides"] if override["matcher"]["options"] == "dane"][0]
        self.assertEqual(panel["fieldConfig"]["defaults"]["custom"]["stacking"], {"group": "A", "mode": "normal"})
        self.assertEqual(apart["custom.stacking"], {"group": "B", "mode": "none"})

    def test_failures_are_those_of_the_verdict(self):
        for domain in DOMAINS:
            told, seen = collections.Counter(), collections.Counter()
            for group in self.judged[domain]["failures"]:
                told[group["result_type"] or "no detail", group["mx"] or "not said", group["effect"]] += group["sessions"]
            for row in self.ask("Failures", domain):
                seen[row["Result type"], row["MX"], row["Effect"]] += int(row["Sessions"])
            with self.subTest(domain):
                self.assertEqual(seen, told)
        self.assertGreater(len(seen), 15)  # of the odd one

    def test_failures_are_those_that_are_listed(self):
        told = collections.defaultdict(lambda: [0, set(), set()])
        for row in self.lines("failures", "lantern.example"):
            entry = told[row["result_type"], row["receiving_mx_hostname"] or "not said", row["policy_type"]]
            entry[0] += row["sessions"]
            entry[1].add(row["submitter"])
            entry[2].add(row["day"])
        seen = {(row["Result type"], row["MX"], row["Policy type"]):
                (int(row["Sessions"]), row["Senders"], row["First day"], row["Last day"]) for row in self.ask("Failures")}
        self.assertEqual(seen, {key: (sessions, ", ".join(sorted(senders)), min(days), max(days))
                                for key, (sessions, senders, days) in told.items()})

    def test_failures_by_result_type(self):
        told, seen = collections.Counter(), collections.Counter()
        for row in self.lines("failures", "lantern.example"):
            told[row["day"], row["result_type"]] += row["sessions"]
        for row in self.ask("Failed sessions by result type"):
            seen[row["time"][:10], row["metric"]] += int(row["sessions"])
        self.assertEqual(seen, told)

    def test_senders(self):
        for domain in DOMAINS:
            reports, days = collections.Counter(), collections.defaultdict(set)
            for report in self.lines("reports", domain):
                if report["counted"]:
                    reports[report["submitter"]] += 1
                    days[report["submitter"]].add(report["day"])
            told = {one["submitter"]: (reports[one["submitter"]], len(days[one["submitter"]]), one["success"],
                                       one["failure"], one["last"]) for one in self.judged[domain]["reporters"]}
            seen = {row["Sender"]: (int(row["Reports"]), int(row["Days"]), int(row["Sessions that went well"]),
                                    int(row["Failed"]), row["Last day"]) for row in self.ask("Senders", domain)}
            with self.subTest(domain):
                self.assertEqual(seen, told)

    # ---- checks and problems ----

    def test_checks_over_time(self):
        rows = [(instant(row["time"]), row["status"]) for row in self.ask("What our own live checks saw")]
        day = datetime.timedelta(days=1)
        want = [(instant(first), str(status)) for first, _, status in CHECKS]
        want.insert(2, (instant("2026-11-05T00:00:00Z") + 2 * day, None))  # nobody looked
        self.assertEqual(rows, want)

    def test_a_span_that_began_before(self):
        sql = self.panels["What our own live checks saw"]["targets"][0]["rawSql"]
        rows = self.run_sql(expand(sql, "lantern.example", "2026-10-30", "2026-11-08"))[1]
        self.assertEqual([(instant(row["time"]), row["status"]) for row in rows],
                         [(instant("2026-10-30T00:00:00Z"), "1"), (instant("2026-11-07T00:00:00Z"), None)])

    def test_list_of_checks(self):
        rows = self.ask("Live checks")
        self.assertEqual([(instant(row["From"]), instant(row["To"]), int(row["State"])) for row in rows],
                         [(instant(first), instant(last), status) for first, last, status in reversed(CHECKS)])
        self.assertEqual([row["What blocks"] for row in rows],
                         [None, None, "mx-certificate-expired", "mx-certificate-expired", None])

    def test_faults_are_marked(self):
        annotation = self.board["annotations"]["list"][0]
        self.assertEqual(annotation["rawQuery"], annotation["target"]["rawSql"])  # before and after Grafana 9.2
        rows = self.run_sql(self.expanded(annotation["rawQuery"], "lantern.example"))[1]
        self.assertEqual([(instant(row["time"]), instant(row["timeend"]), row["text"]) for row in rows],
                         [(instant(first), instant(last), "mx-certificate-expired")
                          for first, last, status in CHECKS if status == 1])

    def test_open_problems(self):
        self.assertEqual([(row["Kind"], row["What"], row["State"]) for row in self.ask("Open problems")],
                         [("reason", "mx-certificate-expired", "2"),
                          ("failure", "certificate-expired at mx2.lantern.example", None)])


if __name__ == "__main__":
    unittest.main()
