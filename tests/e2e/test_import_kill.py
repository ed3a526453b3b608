#!/usr/bin/python3
"""Nothing is lost and nothing counted twice, whatever dies when: the importer is killed at random
moments and started again, PostgreSQL is killed under it, two importers work on one Maildir.

STSREADY names the program.  STSREADY_KILL_MESSAGES and STSREADY_KILLS make the run longer than the default
(CI) one."""
import os
import random
import shutil
import subprocess
import tempfile
import threading
import time
import unittest

from cluster import Cluster
from mail_maker import make_maildir, successes

PROGRAM = os.environ["STSREADY"]
MESSAGES = int(os.environ.get("STSREADY_KILL_MESSAGES", "3000"))
KILLS = int(os.environ.get("STSREADY_KILLS", "6"))

DRIFT = """select count(*) from (select domain, day, trust, submitter, policy_type, policy_key,
    count(distinct digest) reports, sum(success) success, sum(failure) failure
  from report join report_policy using (domain, digest) where counted group by 1, 2, 3, 4, 5, 6) t
  full join day_policy d using (domain, day, trust, submitter, policy_type, policy_key)
  where (t.reports, t.success, t.failure) is distinct from (d.reports, d.success, d.failure)"""


class ImportKill(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="stsready-kill-")
        cls.cluster = Cluster(durable=True)
        cls.cluster.start()
        cls.serial = 0
        cls.pristine = os.path.join(cls.folder, "pristine")
        make_maildir(cls.pristine, MESSAGES)

    @classmethod
    def tearDownClass(cls):
        cls.cluster.stop()
        shutil.rmtree(cls.folder)

    def setUp(self):
        type(self).serial += 1
        self.name = "kill%d" % self.serial
        self.cluster.createdb(self.name)
        self.url = self.cluster.url(self.name)
        self.maildir = os.path.join(self.folder, self.name)
        shutil.copytree(self.pristine, self.maildir)
        subprocess.run([PROGRAM, "init", "--database", self.url], check=True, stdout=subprocess.DEVNULL)

    def start(self, *options):
        return subprocess.Popen([PROGRAM, "import", "--quiet", "--database", self.url, *options,
                                 self.maildir], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def ask(self, sql):
        return self.cluster.psql(self.name, sql).strip()

    def assert_complete(self):
        self.assertEqual(self.ask("select count(*) from report"), str(MESSAGES))
        self.assertEqual(self.ask("select count(*) from report where counted"), str(MESSAGES))
        self.assertEqual(self.ask("select sum(cardinality(arrivals)) from report"), str(MESSAGES))
        self.assertEqual(self.ask("select count(*) from payload"), str(MESSAGES))
        self.assertEqual(self.ask("select sum(success) from day_policy"),
                         str(sum(successes(number) for number in range(MESSAGES))))
        self.assertEqual(self.ask(DRIFT), "0", "the sums by day drifted from the reports")
        self.assertEqual(os.listdir(os.path.join(self.maildir, "new")), [])
        names = os.listdir(os.path.join(self.maildir, "cur"))
        self.assertEqual(len(names), MESSAGES)
        self.assertTrue(all(name.endswith(":2,S") for name in names))

    def measure(self):
        """Seconds that an undisturbed import takes."""
        copy = os.path.join(self.folder, "measured")
        shutil.copytree(self.pristine, copy)
        self.cluster.createdb("measured")
        url = self.cluster.url("measured")
        subprocess.run([PROGRAM, "init", "--database", url], check=True, stdout=subprocess.DEVNULL)
        before = time.monotonic()
        subprocess.run([PROGRAM, "import", "--quiet", "--database", url, copy], check=True,
                       stdout=subprocess.DEVNULL)
        shutil.rmtree(copy)
        return time.monotonic() - before

    def test_importer_killed(self):
        whole = self.measure()
        dice = random.Random(8460)
        midway = 0
        for _ in range(KILLS):
            process = self.start()
            time.sleep(dice.uniform(0, 1.5 * whole / KILLS))
            midway += process.poll() is None
            process.kill()
            process.communicate()
        self.assertGreater(midway, KILLS // 2, "most kills must hit a running import")
        last = self.start()
        out, err = last.communicate(timeout=300)
        self.assertEqual((last.returncode, err), (0, ""), out)
        self.assert_complete()

    def test_postmaster_killed(self):
        process = self.start("--wait", "60")
        kills = 0
        for _ in range(5):
            time.sleep(0.15)
            if process.poll() is not None:
                break
            self.cluster.kill9()
            kills += 1
            time.sleep(0.2)
            self.cluster.start()
        out, err = process.communicate(timeout=300)
        self.assertEqual(process.returncode, 0, out + err)
        self.assertGreater(kills, 0)
        self.assert_complete()

    def test_two_importers(self):
        processes = [self.start() for _ in range(2)]
        outputs = [None, None]

        def wait(i):
            outputs[i] = processes[i].communicate(timeout=300)
        threads = [threading.Thread(target=wait, args=(i,)) for i in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for process, (out, err) in zip(processes, outputs):
            self.assertEqual((process.returncode, err), (0, ""), out)
        self.assert_complete()


if __name__ == "__main__":
    unittest.main()
