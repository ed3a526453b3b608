#!/usr/bin/python3
"""stsready check over every domain of the lab: exactly the codes, statuses and exit statuses of
tests/lab/domains.tsv."""
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
LAB = os.path.join(HERE, "..", "lab", "lab")
sys.path.insert(0, os.path.join(HERE, "..", "lab"))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import table

STSREADY = os.environ["STSREADY"]
AT_ONCE = 12      # some domains are slow by nature, and wait for nobody
TIMEOUT = "30"    # seconds for a domain that never answers


class Lab(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="stsready-lab-", dir="/tmp")
        os.chmod(cls.folder, 0o755)
        started = subprocess.run([LAB, "start", cls.folder + "/lab", "--for", "800"], stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True, check=False, stdin=subprocess.DEVNULL)
        if started.returncode != 0:
            shutil.rmtree(cls.folder)
            raise AssertionError(started.stdout)
        with open(cls.folder + "/lab/lab.json", encoding="utf-8") as file:
            cls.lab = json.load(file)
        cls.rows = [row for row in table.rows() if row.domain not in cls.lab["left_out"]]

    @classmethod
    def tearDownClass(cls):
        subprocess.run([LAB, "stop", cls.folder + "/lab"], check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(cls.folder, ignore_errors=True)

    def options(self, resolver):
        options = list(self.lab["options"])
        if resolver is not None:
            options[options.index("--resolver") + 1] = self.lab["resolvers"][resolver]
        return options

    def check(self, row):
        """What is not as the table has it, in words."""
        done = subprocess.run([STSREADY, "check", row.domain, "--json", "--timeout", TIMEOUT,
                               *self.options(row.resolver)], capture_output=True, text=True, check=False)
        try:
            seen = json.loads(done.stdout)
        except ValueError:
            return "%s: exit %d: %s%s" % (row.domain, done.returncode, done.stdout, done.stderr)
        codes = sorted({finding["code"] for finding in seen["findings"]})
        statuses = {name: seen["dnssec"] if name == "dnssec" else seen[name]["status"] for name in row.statuses}
        wrong = [(what, got, want) for what, got, want in
                 (("exit", done.returncode, row.exit), ("codes", codes, sorted(row.codes)),
                  ("statuses", statuses, row.statuses)) if got != want]
        return "%s (%s): %s" % (row.domain, row.what, wrong) if wrong or done.stderr else None

    def test_each(self):
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            wrong = [words for words in pool.map(self.check, self.rows) if words]
        self.assertEqual(wrong, [])
        self.assertGreater(len(self.rows), 45)

    def test_all_at_once(self):
        """One run over all of them gives the same findings, in the order given."""
        rows = [row for row in self.rows if row.resolver is None]
        done = subprocess.run([STSREADY, "check", "--file", "-", "--json", "--timeout", TIMEOUT, *self.options(None)],
                              input="\n".join(row.domain for row in rows), capture_output=True, text=True, check=False)
        seen = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([check["domain"] for check in seen], [row.domain for row in rows])
        self.assertEqual([sorted({finding["code"] for finding in check["findings"]}) for check in seen],
                         [sorted(row.codes) for row in rows])
        self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    unittest.main()
