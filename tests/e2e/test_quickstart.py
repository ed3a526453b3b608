#!/usr/bin/python3
"""contrib/quickstart on a copy of the tree, as a new user runs it: once, and once more."""
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from cluster import ROOT


class Quickstart(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="stsready-quickstart-", dir="/tmp")
        os.chmod(cls.folder, 0o755)
        cls.tree = cls.folder + "/tree"
        shutil.copytree(ROOT, cls.tree, ignore=shutil.ignore_patterns("build*", ".git"))
        cls.environment = {**os.environ, "STSREADY_STATE": cls.folder + "/state"}

    @classmethod
    def tearDownClass(cls):
        cls.script("localdb", "stop")
        shutil.rmtree(cls.folder)

    @classmethod
    def script(cls, name, *arguments, **environment):
        return subprocess.run([cls.tree + "/contrib/" + name, *arguments], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, cwd="/",
                              env={**cls.environment, **environment})

    def assert_shown(self, out):
        for line in ("$ stsready domains\n", "$ stsready failures --limit 5\n", "kestrel.example: PROMOTE\n",
                     "thistle.example: WAIT\n", "lantern.example: FIX\n", "3 domains: 1 fix, 1 wait, 1 promote\n",
                     "mode: enforce\n"):
            self.assertIn(line, out)
        for row in (r"kestrel\.example +yes +259 +5 +\d+ +0 ", r"thistle\.example +yes +22 +3 +\d+ +0 ",
                    r"lantern\.example +yes +254 +4 +\d+ +63 ",
                    r"lantern\.example .* certificate-expired .* mx2\.lantern\.example"):
            self.assertRegex(out, row)

    def test_twice(self):
        first = self.script("quickstart")
        self.assertEqual((first.returncode, first.stderr), (0, ""), first.stdout)
        self.assert_shown(first.stdout)
        self.assertIn(", new 534, ", first.stdout)
        self.assertEqual(self.script("localdb", "status").returncode, 0)

        second = self.script("quickstart")
        self.assertEqual((second.returncode, second.stderr), (0, ""), second.stdout)
        self.assert_shown(second.stdout)
        self.assertIn("nothing was changed", second.stdout)

    def test_when_interrupted(self):
        """Ctrl-C while the mail internet is up: none of its servers stays."""
        lab = self.tree + "/build/quickstart/lab"
        shutil.rmtree(lab, ignore_errors=True)
        process = subprocess.Popen([self.tree + "/contrib/quickstart"], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/",
                                   env=self.environment, start_new_session=True)
        for _ in range(6000):
            if os.path.exists(lab + "/run/pids") or process.poll() is not None:
                break
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, out)
        told = subprocess.run([self.tree + "/tests/lab/lab", "status", lab], stdout=subprocess.PIPE, text=True,
                              check=False)
        self.assertEqual((told.returncode, told.stdout), (1, "not running\n"))
        with open("/proc/mounts") as file:
            self.assertNotIn(lab, file.read())

    def test_failure_is_one_line(self):
        failed = self.script("quickstart", STSREADY_STATE="/nowhere/" + "x" * 100)
        self.assertEqual(failed.returncode, 1)
        self.assertEqual(failed.stderr.count("\n"), 1, failed.stderr)
        self.assertIn("starting a private PostgreSQL: localdb: /nowhere/", failed.stderr)
        self.assertIn("build/quickstart.log", failed.stderr)


if __name__ == "__main__":
    unittest.main()
