#!/usr/bin/python3
"""Every case of tests/scenarios, from mails and checks to the verdict, through the real program."""
import concurrent.futures
import json
import os
import shutil
import subprocess
import tempfile
import unittest

import scenario
from cluster import Cluster

STSREADY = os.environ["STSREADY"]
LEAST = 60
EXITS = {"promote": 0, "enforced": 0, "not-applicable": 0, "wait": 1, "setup": 1, "fix": 2, "rollback": 2, "unknown": 3}


class Scenarios(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.cases = scenario.scenarios()
        cls.folder = tempfile.mkdtemp(prefix="stsready-scenarios-", dir="/tmp")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.cluster = Cluster()
        cls.cluster.start()
        cls.addClassCleanup(cls.cluster.stop)
        cls.cluster.createdb("scenarios")
        cls.url = cls.cluster.url("scenarios")
        cls.run_ok("init")
        cls.deliver()

    @classmethod
    def run_ok(cls, command, *words):
        return subprocess.run([STSREADY, command, "--database", cls.url, *words], check=True,
                              stdout=subprocess.PIPE, text=True).stdout

    @classmethod
    def deliver(cls):
        """All mail in one Maildir, what the operator has as files in a folder."""
        for part in ("mail/tmp", "mail/new", "mail/cur", "file"):
            os.makedirs(os.path.join(cls.folder, part))
        serial = 0
        for case in cls.cases:
            for trust, sender, report in case.mails():
                serial += 1
                name = "file/%06d.json" if trust == "file" else "mail/new/1790000000.M%06dP1.host"
                text = json.dumps(report) if trust == "file" else scenario.mail(trust, sender, case.domain, report,
                                                                                serial)
                with open(os.path.join(cls.folder, name % serial), "w", encoding="ascii") as file:
                    file.write(text)
        out = json.loads(cls.run_ok("import", "--json", "--authserv-id", scenario.AUTHSERV, "--no-verify",
                                    cls.folder + "/mail", cls.folder + "/file"))
        assert (out["read"], out["without_report"], out["quarantined"]) == (serial, 0, 0), out

    def words(self, case):
        words = ["--offline", "--json", "--at", scenario.instant(case.at)]
        base = os.path.join(self.folder, case.name)
        if case.checks:
            with open(base + ".checks", "w", encoding="ascii") as file:
                file.writelines(line + "\n" for line in case.check_lines())
            words += ["--check", base + ".checks"]
        options = list(case.options)
        if "--policy" in options:
            at = options.index("--policy") + 1
            with open(base + ".policy", "w", encoding="ascii") as file:
                file.write(case.policy_text(options[at], "\r\n"))
            options[at] = base + ".policy"
        return [STSREADY, "readiness", "--database", self.url, *words, *options, case.domain]

    def judge(self, case):
        return subprocess.run(self.words(case), capture_output=True, text=True, check=False)

    @staticmethod
    def compare(case, done):
        """Pairs (what was got, what was expected) under their names."""
        told = json.loads(done.stdout)
        got = {"expect": (told["verdict"], sorted({"%s/%s" % (reason["code"], reason["severity"])
                                                   for reason in told["reasons"]})),
               "exit": done.returncode, "errors": done.stderr}
        want = {"expect": case.expect, "exit": EXITS[case.expect[0]], "errors": ""}
        if case.soak is not None:
            soak = told["soak"]
            got["soak"] = (soak["clean_days"], soak["required_days"], soak["earliest"] if case.soak[2] else None)
            want["soak"] = case.soak
        got["groups"] = sorted((group["result_type"] or "-", group["effect"], group["status"])
                               for group in told["failures"])
        want["groups"] = sorted(case.groups)
        if case.sessions is not None:
            got["sessions"], want["sessions"] = told["sessions"]["success"], case.sessions
        if case.plan is not None:
            got["plan"], want["plan"] = [step["when"] for step in told["plan"]], case.plan
        return got, want

    def test_all(self):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for case, done in zip(self.cases, pool.map(self.judge, self.cases)):
                with self.subTest(case.name, teaches=case.teaches):
                    self.assertTrue(done.stdout, done.stderr)
                    self.assertEqual(*self.compare(case, done))

    def test_nagios(self):
        for name, state in [("healthy-busy", "OK"), ("soak-13-days", "WARNING"), ("enforced-refusing", "CRITICAL"),
                            ("never-checked", "UNKNOWN")]:
            with self.subTest(name):
                case = next(case for case in self.cases if case.name == name)
                case.options = ["--format", "nagios"]
                words = self.words(case)
                done = subprocess.run([word for word in words if word != "--json"], capture_output=True, text=True,
                                      check=False)
                self.assertEqual(done.returncode, EXITS[case.expect[0]])
                self.assertRegex(done.stdout, r"\ASTSREADY %s - %s: %s[^|\n]*\|clean_days=\d+ required_days=\d+ "
                                 r"sessions=\d+ refused=\d+ unprotected=\d+\n\Z"
                                 % (state, case.domain, case.expect[0]))
                case.options = []

    def test_there_are_enough(self):
        self.assertGreaterEqual(len(self.cases), LEAST)
        for case in self.cases:
            with self.subTest(case.name):
                self.assertTrue(case.teaches and case.expect, "says what it teaches and expects")
        self.assertEqual({case.expect[0] for case in self.cases}, set(EXITS), "every verdict is among them")


if __name__ == "__main__":
    unittest.main()
