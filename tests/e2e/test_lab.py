#!/usr/bin/python3
"""The lab is what tests/lab/domains.tsv says, seen with tools that know nothing of stsready; and it
starts and stops as its README says."""
import concurrent.futures
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
LAB = os.path.join(HERE, "..", "lab", "lab")
sys.path.insert(0, os.path.join(HERE, "..", "lab"))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import table
from lab_postures import WANT
from lab_probe import Looker, Presented

AT_ONCE = 8  # domains: some are slow by nature
ROOT = os.geteuid() == 0


def run_lab(*arguments, **more):
    return subprocess.run([LAB, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, stdin=subprocess.DEVNULL, **more)


def names(rows):
    return [row.domain + ("@" + row.resolver if row.resolver else "") for row in rows]


class LabCase(unittest.TestCase):
    def folder(self):
        made = tempfile.mkdtemp(prefix="stsready-lab-", dir="/tmp")
        self.addCleanup(shutil.rmtree, made)
        self.addCleanup(run_lab, "stop", made + "/lab")
        return made + "/lab"

    def start(self, *options, **more):
        folder = self.folder()
        done = run_lab("start", folder, "--for", "600", *options, **more)
        self.assertEqual(done.returncode, 0, done.stdout)
        with open(folder + "/lab.json") as file:
            return folder, done.stdout, json.load(file)

    def pids(self, folder):
        with open(folder + "/run/pids") as file:
            return [int(line.split()[1]) for line in file]

    def assert_gone(self, pids):
        deadline = time.monotonic() + 15
        alive = pids
        while alive and time.monotonic() < deadline:
            alive = [pid for pid in alive if os.path.exists("/proc/%d/exe" % pid)
                     and os.access("/proc/%d/exe" % pid, os.F_OK)]
            time.sleep(0.05)
        self.assertEqual(alive, [])


class Postures(LabCase):
    def test_table_is_whole(self):
        rows = list(table.rows())
        self.assertEqual(names(rows), list(WANT), "a row without assertion, or the other way round")
        for row in rows:
            with self.subTest(row.domain):
                self.assertEqual(row.codes, sorted(set(row.codes)))
                self.assertIn(row.exit, (0, 1, 2))
                self.assertTrue(set(row.statuses) <= {"mx", "sts_record", "policy", "tlsrpt_record", "dnssec"})

    def test_each_domain(self):
        _, _, told = self.start()
        look = Looker(told)
        left = [name for name in WANT if name not in told["left_out"]]

        def look_at(name):
            try:
                for check in WANT[name]:
                    check(self, look, name.partition("@")[0])
            except (AssertionError, OSError, LookupError) as failure:
                return failure
            return None

        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            for name, failure in zip(left, pool.map(look_at, left)):
                with self.subTest(name):
                    if failure is not None:
                        raise failure


class Bulk(LabCase):
    DOMAINS, PAIRS, DELAY = 60, 4, 80
    SLACK = 500  # milliseconds, on a machine that does other things too

    def setUp(self):
        folder, _, told = self.start("--bulk", str(self.DOMAINS), "--mx-pairs", str(self.PAIRS),
                                     "--delay", str(self.DELAY))
        self.look = Looker(told)
        with open(folder + "/bulk-domains") as file:
            self.names = file.read().split()

    def took(self, act):
        begun = time.monotonic()
        result = act()
        return result, 1000 * (time.monotonic() - begun)

    def assert_answers(self, milliseconds, count):
        """So many answers were waited for, one after the other."""
        self.assertGreaterEqual(milliseconds, count * self.DELAY)
        self.assertLess(milliseconds, count * self.DELAY + self.SLACK)

    def test_domains_and_delay(self):
        self.assertEqual((len(self.names), self.names[0], self.names[-1]),
                         (self.DOMAINS, "d0001.bulk.test", "d0060.bulk.test"))
        self.all_at_once()
        self.own_certificates()
        self.delayed()
        self.mail()

    def all_at_once(self):
        """Each gets its own answers, also when all ask together."""
        with concurrent.futures.ThreadPoolExecutor(30) as pool:
            policies = list(pool.map(lambda name: self.look.fetch("mta-sts." + name).body, self.names))
            hosts = list(pool.map(lambda name: self.look.ask(name, "MX").records, self.names))
            texts = list(pool.map(lambda name: self.look.ask("_mta-sts." + name, "TXT").texts, self.names))
        for number, name in enumerate(self.names):
            pair = 2 * (number % self.PAIRS)
            want = ["mx%d.mx.bulk.test" % (pair + 1), "mx%d.mx.bulk.test" % (pair + 2)]
            with self.subTest(name):
                self.assertEqual([record.split()[1] for record in hosts[number]], want)
                self.assertEqual(policies[number].decode().split()[5:8:2], want)
                self.assertEqual(texts[number], ["v=STSv1; id=20260101T000000;"])

    def own_certificates(self):
        serials = set()
        for name in self.names[:5]:
            host = "mta-sts." + name
            done = subprocess.run(["openssl", "s_client", "-connect", "%s:%d" % (
                self.look.addresses(host)[0], self.look.told["policy_port"]), "-servername", host],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            seen = Presented(done.stdout.decode())
            self.assertIn("DNS:%s\n" % host, seen.text)
            serials.add(seen.text.split("Serial Number:")[1].split()[0])
        self.assertEqual(len(serials), 5)

    def delayed(self):
        name = "_mta-sts." + self.names[0]
        answer, milliseconds = self.took(lambda: self.look.ask(name, "TXT"))
        self.assertEqual(answer.rcode, "NOERROR")
        self.assert_answers(milliseconds, 1)
        answer, milliseconds = self.took(lambda: self.look.ask("_mta-sts.sts-large-answer.test", "TXT"))
        self.assertEqual((answer.tcp, len(answer.texts)), (True, 81))
        self.assert_answers(milliseconds, 2)
        seconds = self.look.fetch("mta-sts." + self.names[0]).seconds
        self.assert_answers(1000 * seconds, 2)  # the handshake's and the policy's

    def mail(self):
        for name in self.look.ask(self.names[-1], "MX").records:
            host = name.split()[1]
            seen = self.look.s_client(host, self.look.addresses(host)[0])
            self.assertEqual((seen.errors, seen.version), ([], "TLSv1.3"))


class Life(LabCase):
    def test_starts_once_and_stops(self):
        folder, said, told = self.start()
        self.assertIn("options   " + " ".join(told["options"]), said)
        with open(folder + "/options") as file:
            self.assertEqual(file.read().split(), told["options"])
        self.assertEqual(run_lab("status", folder).returncode, 0)
        self.assertIn("runs already", run_lab("start", folder).stdout)
        self.assertEqual(run_lab("hosts", folder).stdout.count("mx1.lab.test "), 1)
        pids = self.pids(folder)
        self.assertEqual(run_lab("stop", folder).stdout, "stopped\n")
        self.assert_gone(pids)
        self.assertEqual(run_lab("stop", folder).stdout, "did not run\n")
        self.assertEqual(run_lab("status", folder).returncode, 1)

    def test_begins_anew_where_it_was(self):
        folder, _, first = self.start()
        run_lab("stop", folder)
        done = run_lab("start", folder, "--for", "600")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(first["ca_file"], folder + "/certs/root.pem")

    def test_two_at_once(self):
        one, _, told_one = self.start()
        other, _, told_other = self.start()
        self.assertNotEqual(told_one["options"], told_other["options"])
        self.assertEqual(run_lab("stop", one).stdout, "stopped\n")
        self.assertEqual(run_lab("status", other).returncode, 0)

    def test_leaves_what_is_none_alone(self):
        folder = self.folder()
        os.mkdir(folder)
        with open(folder + "/kept", "w"):
            pass
        done = run_lab("start", folder)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("is not empty, and no lab", done.stdout)
        self.assertEqual(os.listdir(folder), ["kept"])

    def test_ends_by_itself(self):
        folder = self.folder()
        done = run_lab("start", folder, "--for", "6")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assert_gone(self.pids(folder))
        self.assertEqual(run_lab("status", folder).stdout, "not running\n")

    def test_servers_do_not_outlive_their_keeper(self):
        folder, _, _ = self.start()
        with open(folder + "/run/keeper.pid") as file:
            keeper = int(file.read().split()[0])
        os.kill(keeper, signal.SIGKILL)
        self.assert_gone(self.pids(folder))

    @unittest.skipUnless(ROOT, "needs root, to become somebody else")
    def test_runs_for_anybody(self):
        folder = self.folder()
        os.chmod(os.path.dirname(folder), 0o777)
        # who may not enter the folder of this tree, perhaps
        program = shutil.copytree(os.path.dirname(LAB), os.path.dirname(folder) + "/program") + "/lab"
        done = subprocess.run([program, "start", folder, "--for", "600"], stdout=subprocess.PIPE, text=True, check=False,
                              stderr=subprocess.STDOUT, user="nobody", group="nogroup", extra_groups=[])
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("a scripted server stands in", done.stdout)
        with open(folder + "/lab.json") as file:
            look = Looker(json.load(file))
        for check in WANT["lab.test"]:
            check(self, look, "lab.test")


if __name__ == "__main__":
    unittest.main(verbosity=2)
