#!/usr/bin/python3
"""What a lenient reader makes of real samples: every row of the EXPECT.tsv of a folder of samples.

STSREADY names the program, STSREADY_CORPUS the folder; without it there is nothing to do."""
import csv
import json
import os
import subprocess
import unittest

PROGRAM = os.environ["STSREADY"]
CORPUS = os.environ.get("STSREADY_CORPUS")


def policy_text(policy):
    """One policy as EXPECT.tsv writes it: "sts rcpt.example 5/2 certificate-not-trusted=2"."""
    details = []
    for failure in policy["failures"]:
        details.append("%s=%s" % (failure["result_type"],
                                  "?" if failure["sessions"] is None else failure["sessions"]))
    counts = "".join(" " + detail for detail in sorted(details))
    return "%s %s %d/%d%s" % (policy["type"], policy["domain"] or "?", policy["success"],
                              policy["failure"], counts)


def expected_policies(text):
    policies = []
    for policy in filter(None, text.split("; ")):
        words = policy.split(" ")
        policies.append(" ".join(words[:3] + sorted(words[3:])))
    return policies


def seen(report):
    return (report["organization"] or "", report["report_id"], report["start"], report["end"],
            [policy_text(policy) for policy in report["policies"]])


def expected(row):
    # EXPECT.tsv shows control and bidi characters as escapes
    def plain(text):
        return text.replace("\\x1b", "\x1b").replace("\\u202e", "\u202e")
    return (plain(row["org"]), plain(row["report-id"]), row["start"], row["end"],
            expected_policies(row["policies: type domain ok/fail detail=count"]))


@unittest.skipUnless(CORPUS, "STSREADY_CORPUS is not set")
class Corpus(unittest.TestCase):
    def test_every_row(self):
        rows = {}
        with open(os.path.join(CORPUS, "EXPECT.tsv"), encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                rows.setdefault(row["file"], []).append(row)
        self.assertGreater(len(rows), 0)
        for name, wanted in sorted(rows.items()):
            with self.subTest(file=name):
                self.check(name, wanted)

    def check(self, name, wanted):
        done = subprocess.run([PROGRAM, "parse", "--no-verify", os.path.join(CORPUS, name)],
                              capture_output=True, text=True, timeout=60)
        if wanted[0]["verdict"] == "reject":
            self.assertEqual((done.returncode, done.stdout), (65, ""))
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            return
        self.assertEqual(done.returncode, 0, done.stderr)
        reports = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([seen(report) for report in reports], [expected(row) for row in wanted])


if __name__ == "__main__":
    unittest.main()
