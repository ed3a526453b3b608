#!/usr/bin/python3
"""The sample mailbox is what its generator makes, and its import tells the story that the generator set
out to tell."""
import json
import os
import subprocess
import sys
import unittest

from cluster import ROOT, Cluster

PROGRAM = os.environ["STSREADY"]
SAMPLE = os.path.join(ROOT, "contrib", "sample", "reports.mbox")
GENERATOR = os.path.join(ROOT, "tests", "samples", "make_sample.py")

FINGERPRINT = """select md5(string_agg(row::text, e'\\n' order by row::text)) from (
    select r::text as row from report r union all select p::text from report_policy p
    union all select f::text from failure_detail f union all select d::text from day_policy d
    union all select d::text from day_failure d union all select q::text from quarantine q) t"""


class Sample(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster()
        cls.cluster.start()
        cls.cluster.createdb("sample")
        cls.url = cls.cluster.url("sample")
        cls.run_program("init")
        cls.counts = json.loads(cls.run_import())

    @classmethod
    def tearDownClass(cls):
        cls.cluster.stop()

    @classmethod
    def run_program(cls, command, *arguments):
        done = subprocess.run([PROGRAM, command, "--database", cls.url, *arguments], stdout=subprocess.PIPE,
                              text=True, check=True)
        return done.stdout

    @classmethod
    def run_import(cls):
        return cls.run_program("import", "--quiet", "--json", "--authserv-id", "mx.example.net", "--no-verify",
                               SAMPLE)

    def assert_rows(self, want, sql):
        self.assertEqual(self.cluster.psql("sample", sql).split("\n")[:-1], want)

    def test_is_what_the_generator_makes(self):
        made = subprocess.run([sys.executable, GENERATOR], stdout=subprocess.PIPE, check=True).stdout
        with open(SAMPLE, "rb") as file:
            shipped = file.read()
        self.assertEqual(made == shipped, True, "make_sample.py > contrib/sample/reports.mbox was forgotten")
        self.assertLess(len(shipped), 2 << 20)

    def test_counts(self):
        with open(SAMPLE) as file:
            messages = sum(line.startswith("From ") for line in file)
        self.assertEqual(self.counts, {
            "read": messages, "new": messages - 6, "seen_before": 4, "conflicts": 1, "without_report": 1,
            "quarantined": 0, "not_dkim": 0, "pruned": 0, "failed": 0})

    def test_importing_again_changes_nothing(self):
        before = self.cluster.psql("sample", FINGERPRINT)
        again = json.loads(self.run_import())
        self.assertEqual((again["new"], again["conflicts"]), (0, 0))
        self.assertEqual(self.cluster.psql("sample", FINGERPRINT), before)

    def test_days_and_senders(self):
        self.assert_rows(
            ["kestrel.example|66|4|2026-09-15|2026-11-19", "lantern.example|66|4|2026-09-15|2026-11-19",
             "thistle.example|14|3|2026-11-02|2026-11-19"],
            "select domain, count(distinct day), count(distinct submitter), min(day), max(day) from report"
            " where counted group by domain order by domain")

    def test_trust(self):
        self.assert_rows(["dkim|t", "mail|f"], "select distinct trust, counted from report order by 1")
        self.assert_rows(["kestrel.example|larkmail.example|2026-11-17"],
                         "select domain, submitter, day from report where not counted")

    def test_two_reports_of_one_sender_and_day_add_up(self):
        self.assert_rows(["2026-10-15|2"],
                         "select day, count(*) from report where counted and domain = 'kestrel.example' and"
                         " submitter = 'mta.sternpost.example' group by day having count(*) > 1")

    def test_failures(self):
        self.assert_rows(
            ["lantern.example|certificate-expired|mx2.lantern.example|larkmail.example, mta.sternpost.example|t",
             "lantern.example|validation-failure||meridianmail.example|f",
             "lantern.example|validation-failure|mx3.lantern.example|fennel.example|f"],
            "select domain, result_type, receiving_mx_hostname, string_agg(distinct submitter, ', '),"
            " min(day) < '2026-11-05' from day_failure where details > 0 group by 1, 2, 3 order by 1, 2, 3")
        self.assert_rows(["2026-10-28|2026-11-05"],
                         "select min(day), min(day) filter (where result_type = 'validation-failure')"
                         " from day_failure where details > 0")
        self.assert_rows(["kestrel.example|0", "lantern.example|63", "thistle.example|0"],
                         "select domain, sum(failure) from day_policy group by domain order by domain")

    def test_policies(self):
        self.assert_rows(
            ["kestrel.example|sts", "lantern.example|sts", "thistle.example|no-policy-found",
             "thistle.example|sts"],
            "select distinct domain, policy_type from day_policy where reports > 0 order by 1, 2")
        self.assert_rows(["no-policy-found|f", "sts|t"],
                         "select distinct policy_type, day >= '2026-11-09' from day_policy"
                         " where domain = 'thistle.example' order by 1")


if __name__ == "__main__":
    unittest.main()
