#!/usr/bin/python3
"""The importer as a user runs it, on what mailboxes and file systems really hold: every kind of source,
hostile files, full disks, interruption, following a Maildir.

STSREADY names the program."""
import gzip
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from cluster import Cluster
from mail_maker import make_maildir, message, report

PROGRAM = os.environ["STSREADY"]
ROOT = os.geteuid() == 0
LIBRARIES = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True, check=True).stdout
SANITIZED = "asan" in LIBRARIES or "tsan" in LIBRARIES


def bare(number):
    return json.dumps(report(number, 0)[3]).encode()


class Import(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster()
        cls.cluster.start()
        cls.serial = 0

    @classmethod
    def tearDownClass(cls):
        cls.cluster.stop()

    def setUp(self):
        type(self).serial += 1
        self.name = "import%d" % self.serial
        self.cluster.createdb(self.name)
        self.url = self.cluster.url(self.name)
        folder = tempfile.TemporaryDirectory(prefix="stsready-import-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.chmod(self.folder, 0o755)
        self.run_ok("init")

    def command(self, *words):
        return [PROGRAM, words[0], "--database", self.url, *words[1:]]

    def run_ok(self, *words, **kwargs):
        done = self.run_any(*words, **kwargs)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return done.stdout

    def run_any(self, *words, **kwargs):
        return subprocess.run(self.command(*words), capture_output=True, text="input" not in kwargs,
                              timeout=120, check=False, **kwargs)

    def measured(self, *words):
        """What a command that succeeds prints, and its peak memory in KiB."""
        process = subprocess.Popen(self.command(*words), stdout=subprocess.PIPE, text=True)
        out = process.stdout.read()
        process.stdout.close()
        _, process.returncode, usage = os.wait4(process.pid, 0)
        self.assertEqual(process.returncode, 0, out)
        return out, usage.ru_maxrss

    def ask(self, sql):
        return self.cluster.psql(self.name, sql).strip()

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, data):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        return self.path(name)

    # ---- sources ----

    def test_every_kind_of_source(self):
        make_maildir(self.path("Maildir"), 3)
        self.write("mbox", "".join("From tls@sender.example Mon Mar  2 03:00:00 2026\n%s\n" % message(n)
                                   for n in range(10, 13)))
        self.write("folder/a.eml", message(20))
        self.write("folder/deep/er/b.json", bare(21))
        self.write("folder/deep/c.json.gz", gzip.compress(bare(22)))
        make_maildir(self.path("folder", "inner"), 1)  # number 0 again: seen before
        self.write("folder/.hidden", message(23))
        self.write("lunch.eml", "From: a@b.example\nSubject: lunch\n\nAt noon?\n")
        out = self.run_ok("import", self.path("Maildir"), self.path("mbox"), self.path("folder"),
                          self.path("lunch.eml"))
        self.assertEqual(out, "read 11, new 9, seen before 1, conflicts 0, without a report 1, quarantined 0\n")
        self.assertEqual(self.ask("select string_agg(distinct trust, ' ') from report"), "file mail")

    def test_standard_input(self):
        for data in (message(1).encode(), bare(2), gzip.compress(bare(3)),
                     b"From x Mon Mar  2 03:00:00 2026\n" + message(4).encode() +
                     b"\nFrom x Mon Mar  2 03:00:00 2026\n" + message(5).encode()):
            done = self.run_any("import", "-", input=data)
            self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(self.ask("select count(*) from report"), "5")

    def test_maildir_flags(self):
        make_maildir(self.path("m"), 1)
        self.write("m/new/2.lunch", "From: a@b.example\n\nAt noon?\n")
        self.write("m/new/3.broken", message(7).replace("H4sI", "H4sIAA", 1))
        self.write("m/cur/4.read:2,R", message(8))
        out = self.run_ok("import", self.path("m"))
        self.assertEqual(out, "read 4, new 2, seen before 0, conflicts 0, without a report 1, quarantined 1\n")
        self.assertEqual(os.listdir(self.path("m/new")), ["2.lunch"])
        self.assertEqual(sorted(os.listdir(self.path("m/cur"))),
                         ["1767225600.M000000P1.host:2,S", "3.broken:2,FS", "4.read:2,RS"])
        self.assertEqual(self.ask("select count(*) from quarantine"), "1")
        # and again: nothing changes
        out = self.run_ok("import", self.path("m"))
        self.assertEqual(out, "read 4, new 0, seen before 2, conflicts 0, without a report 1, quarantined 1\n")
        self.assertEqual(self.ask("select count(*), sum(cardinality(arrivals)) from report"), "2|2")
        self.assertEqual(self.ask("select count(*) from quarantine"), "1")

    def test_reports_in_one_mail_and_two_channels(self):
        one = message(1)
        self.write("one.eml", one)
        self.write("other-relay.eml", "Received: by relay2.example\n" + one)
        self.write("posted.json", bare(1))
        self.run_ok("import", self.path("one.eml"))
        self.run_ok("import", self.path("other-relay.eml"), self.path("posted.json"))
        self.assertEqual(self.ask("select count(*), max(cardinality(arrivals)), max(trust) from report"), "1|3|file")
        self.assertEqual(self.ask("select sum(success), sum(reports) from day_policy"), "2|1")

    def test_require_dkim(self):
        self.write("signed.eml", "Authentication-Results: mx.example.net; dkim=pass header.d=sender0.example\n" +
                   message(1))
        self.write("forged.eml", message(2))
        out = self.run_ok("import", "--require-dkim", "--authserv-id", "mx.example.net", self.folder)
        self.assertEqual(out, "read 2, new 1, seen before 0, conflicts 0, without a report 0, quarantined 0, "
                              "dropped unsigned 1\n")
        self.assertEqual(self.ask("select trust from report"), "dkim")

    # ---- hostile ----

    def hostile(self, path, why):
        """One clear line, and the rest is still imported."""
        good = self.write("good.eml", message(1))
        done = self.run_any("import", path, good)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertIn(why, done.stderr)
        self.assertIn("new 1", done.stdout)

    def test_fifo(self):
        os.mkfifo(self.path("fifo"))
        self.hostile(self.path("fifo"), "a FIFO, not read")

    def test_device(self):
        self.hostile("/dev/zero", "a device, not read")

    def test_broken_symlink(self):
        os.symlink("nowhere", self.path("link"))
        self.hostile(self.path("link"), "No such file")

    def test_sparse_10_gib(self):
        with open(self.path("sparse"), "wb") as file:
            file.truncate(10 << 30)
        self.hostile(self.path("sparse"), "10737418240 bytes, at most")

    def test_missing(self):
        self.hostile(self.path("missing\x1b[2J"), "missing\\x1b[2J: No such file")

    @unittest.skipUnless(ROOT, "needs to become another user")
    def test_no_permission(self):
        good = self.write("good.eml", message(1))
        secret = self.write("secret.eml", message(2))
        os.chmod(secret, 0)
        # another user may not enter the folder that this program was built in
        program = shutil.copy(PROGRAM, self.path("stsready"))
        # uid 65534 may read neither the secret nor, on its own, the cluster's socket: run as its user
        done = subprocess.run([program, *self.command("import", secret, good)[1:]], capture_output=True, text=True,
                              check=False, user=self.cluster.user, env={})
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(done.stderr, "stsready: %s: Permission denied\n" % secret)
        self.assertIn("new 1", done.stdout)

    def test_bombs_and_nonsense(self):
        self.write("d/bomb.json.gz", gzip.compress(b" " * (64 << 20)))
        self.write("d/random", os.urandom(100000))
        self.write("d/empty", b"")
        self.write("d/truncated.json.gz", gzip.compress(bare(1))[:100])
        self.write("d/nested.eml", "From: a@b.example\n" + "".join(
            'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(5000)))
        self.write("d/long-line.mbox", b"From x Mon Mar  2 03:00:00 2026\n" + b"x" * (40 << 20) +
                   b"\n\nFrom x Mon Mar  2 03:00:00 2026\n" + message(9).encode())
        self.write("d/good.eml", message(2))
        done = self.run_any("import", self.path("d"))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("too large, skipped", done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertIn("new 2", done.stdout)
        self.assertIn("quarantined 2", done.stdout)

    def test_100000_entries(self):
        os.mkdir(self.path("many"))
        for number in range(100000):
            with open(self.path("many", str(number)), "wb"):
                pass
        self.write("many/good.eml", message(1))
        out, peak = self.measured("import", self.path("many"))
        self.assertEqual(out, "read 100001, new 1, seen before 0, conflicts 0, without a report 100000, "
                              "quarantined 0\n")
        if not SANITIZED:
            self.assertLess(peak, 96 << 10, "peak memory in KiB")

    @unittest.skipIf(SANITIZED, "the sanitizer's memory is not the program's")
    def test_memory_of_what_inflates(self):
        """Messages of 0.1 MiB whose reports are 15 MiB of policy text: a few in memory at once, not all."""
        for number in range(40):
            body = report(number, 0)[3]
            body["policies"] = [{"policy": {"policy-type": "sts", "policy-domain": "d.example", "policy-string": [
                "%d-%d %s" % (policy, line, "x" * 1000) for line in range(15)]}} for policy in range(990)]
            self.write("d/%d.json.gz" % number, gzip.compress(json.dumps(body).encode(), 6))
        out, peak = self.measured("import", self.path("d"))
        self.assertIn("read 40, new 40,", out)
        self.assertLess(peak, 400 << 10, "peak memory in KiB")

    # ---- the database in trouble ----

    def test_no_database(self):
        done = subprocess.run([PROGRAM, "import", "--database", "host=%s" % self.folder, self.folder],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 69)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertTrue(done.stderr.startswith("stsready: database: "))

    def test_no_tables(self):
        self.cluster.createdb("empty")
        done = subprocess.run([PROGRAM, "import", "--database", self.cluster.url("empty"), self.folder],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 69)
        self.assertIn("run `stsready init`", done.stderr)

    @unittest.skipUnless(ROOT, "needs to mount")
    def test_disk_full(self):
        """The database's disk fills up: one line, nothing lost, nothing marked that is not committed."""
        disk = self.path("disk")
        os.mkdir(disk)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m,mode=0777", "tmpfs", disk], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=True)
        os.mkdir(os.path.join(disk, "space"))
        subprocess.run(["chown", "-R", self.cluster.user, disk], check=True)
        self.cluster.psql("postgres", "create tablespace small location '%s/space'" % disk)
        self.cluster.psql("postgres", "create database full_disk tablespace small")
        self.addCleanup(lambda: (self.cluster.psql("postgres", "drop database full_disk"),
                                 self.cluster.psql("postgres", "drop tablespace small")))
        url = self.cluster.url("full_disk")
        subprocess.run([PROGRAM, "init", "--database", url], check=True, stdout=subprocess.DEVNULL)
        make_maildir(self.path("m"), 6000)
        self.write("m/new/0.broken", message(7).replace("H4sI", "H4sIAA", 1))
        done = subprocess.run([PROGRAM, "import", "--quiet", "--wait", "1", "--database", url, self.path("m")],
                              capture_output=True, text=True, check=False, timeout=120)
        self.assertEqual(done.returncode, 74, done.stderr)
        self.assertIn("No space left on device", done.stderr)
        self.assertLessEqual(done.stderr.count("\n"), 2, done.stderr)
        stored = int(self.cluster.psql("full_disk", "select count(*) from report").strip())
        left = len(os.listdir(self.path("m/new")))
        self.assertGreater(left, 0, "the disk must have filled up")
        self.assertGreaterEqual(stored + left, 6000)
        marked = len(os.listdir(self.path("m/cur")))
        self.assertLessEqual(marked, stored + 1)
        # room again: the rest comes in
        subprocess.run(["mount", "-o", "remount,size=200m", disk], check=True)
        done = subprocess.run([PROGRAM, "import", "--quiet", "--database", url, self.path("m")],
                              capture_output=True, text=True, check=False, timeout=120)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(self.cluster.psql("full_disk", "select count(*) from report").strip(), "6000")
        self.assertEqual(self.cluster.psql("full_disk", "select count(*) from quarantine").strip(), "1")

    # ---- interruption and following ----

    def test_interrupted(self):
        make_maildir(self.path("m"), 4000)
        process = subprocess.Popen(self.command("import", "--batch", "50", self.path("m")),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while self.ask("select count(*) from report") == "0" and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("interrupted: run it again", err)
        stored = int(self.ask("select count(*) from report"))
        self.assertLess(stored, 4000)
        self.assertEqual(len(os.listdir(self.path("m/cur"))), stored)
        self.assertIn("new %d," % stored, out)
        self.run_ok("import", self.path("m"))
        self.assertEqual(self.ask("select count(*) from report"), "4000")

    def wait_for(self, sql, want):
        deadline = time.monotonic() + 20
        while self.ask(sql) != want:
            self.assertLess(time.monotonic(), deadline, "%s: not %s" % (sql, want))
            time.sleep(0.05)

    def deliver(self, number):
        with open(self.path("m/tmp/%d" % number), "w", encoding="ascii") as file:
            file.write(message(number))
        os.rename(self.path("m/tmp/%d" % number), self.path("m/new/%d" % number))

    def test_watch(self):
        make_maildir(self.path("m"), 2)  # arrived while nobody watched
        process = subprocess.Popen(self.command("import", "--watch", self.path("m")),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.wait_for("select count(*) from report", "2")
        for number in range(100, 110):
            self.deliver(number)
        self.wait_for("select count(*) from report", "12")
        # a message copied into new/ directly, in two pieces
        text = message(200)
        with open(self.path("m/new/200"), "w", encoding="ascii") as file:
            file.write(text[:300])
            file.flush()
            time.sleep(0.3)
            file.write(text[300:])
        self.wait_for("select count(*) from report", "13")
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
        self.assertEqual((process.returncode, err), (0, ""))
        self.assertEqual(os.listdir(self.path("m/new")), [])
        self.assertEqual(self.ask("select count(*) from quarantine"), "0")

    def test_watch_nothing(self):
        done = self.run_any("import", "--watch", self.folder)
        self.assertEqual(done.returncode, 65)
        self.assertIn("none of the paths is a Maildir", done.stderr)

    # ---- looking ----

    def test_hostile_text_is_visible(self):
        hostile = bare(1).replace(b"Sender Number 0", "=cmd\\u001b[2J\u202e\U000e0041".encode())
        self.run_ok("import", self.write("h.json", hostile))
        table = self.run_ok("reports")
        self.assertIn("=cmd\\x1b[2J\\u{202e}", table)
        csv = self.run_ok("reports", "--csv")
        self.assertIn(",'=cmd\\x1b[2J\\u{202e}\\u{e0041},", csv)
        line = self.run_ok("reports", "--json")
        self.assertIn('"=cmd\\u001b[2J\\u202e\\udb40\\udc41"', line)
        self.assertEqual(json.loads(line)["organization"], "=cmd\x1b[2J\u202e\U000e0041")

    def test_filters(self):
        make_maildir(self.path("m"), 300)
        self.run_ok("import", self.path("m"))

        def count(*options):
            return len(self.run_ok("reports", "--json", *options).splitlines())
        self.assertEqual(count(), 300)
        self.assertEqual(count("--domain", "Domain7.Example."), 6)
        self.assertEqual(count("--since", "2026-01-02"), 100)
        self.assertEqual(count("--until", "2026-01-02T00:00:00Z"), 200)
        self.assertEqual(count("--submitter", "sender1.example"), 100)
        self.assertEqual(count("--submitter", "sender number 1"), 100)
        self.assertEqual(count("--trust", "dkim"), 0)
        self.assertEqual(count("--limit", "7"), 7)
        table = self.run_any("reports")
        self.assertEqual(len(table.stdout.splitlines()), 51)
        self.assertEqual(table.stderr, "50 reports shown, there are more: --limit 0 shows all\n")
        self.assertEqual(self.run_any("reports", "--domain", "a b").returncode, 64)
        self.assertEqual(self.run_any("reports", "--trust", "blind").returncode, 64)
        self.assertEqual(self.run_any("reports", "--since", "soon").returncode, 64)

    def test_failures(self):
        self.write("a.eml", message(1, 3))
        body = json.loads(bare(2))
        body["policies"][0]["summary"]["total-failure-session-count"] = 4
        self.write("b.json", json.dumps(body))
        self.run_ok("import", self.folder)
        rows = [json.loads(line) for line in self.run_ok("failures", "--json").splitlines()]
        self.assertEqual(sorted((row["result_type"], row["sessions"]) for row in rows),
                         [("certificate-expired", 1)] * 3 + [("unexplained", 4)])
        only = self.run_ok("failures", "--json", "--result-type", "unexplained").splitlines()
        self.assertEqual(len(only), 1)

    def test_domains(self):
        self.run_ok("import", self.write("a.eml", message(1)))
        out = self.run_ok("domains", "add", "--endpoint", "rua.example.net", "B\u00fccher.example")
        self.assertRegex(out, r'_smtp\._tls\.xn--bcher-kva\.example\. IN TXT "v=TLSRPTv1; '
                              r'rua=https://rua\.example\.net/v1/tlsrpt/[0-9a-z]{26}"')
        again = self.run_ok("domains", "add", "--endpoint", "rua.example.net", "xn--bcher-kva.example")
        self.assertEqual(out.split("IN TXT")[1], again.split("IN TXT")[1], "the token stays")
        rows = [json.loads(line) for line in self.run_ok("domains", "--json").splitlines()]
        self.assertEqual([(row["domain"], row["watched"], row["reports"]) for row in rows],
                         [("xn--bcher-kva.example", True, 0), ("domain1.example", False, 1)])
        self.run_ok("domains", "remove", "b\u00fccher.example")
        self.assertEqual(self.run_any("domains", "remove", "b\u00fccher.example").returncode, 1)

    def test_settings_of_a_domain(self):
        self.run_ok("domains", "add", "domain1.example", "other.example")
        self.run_ok("import", self.write("a.eml", message(1)))
        self.assertEqual(self.run_ok("domains", "set", "Domain1.example", "soak-quiet=21", "ignore=nobody.example"),
                         "ignore=nobody.example\nsoak-quiet=21\n")

        def judged(domain, *words):
            done = self.run_any("readiness", "--offline", "--json", *words, domain)
            told = json.loads(done.stdout)
            return told["soak"]["required_days"], told["ignored"]
        self.assertEqual(judged("domain1.example"), (21, ["nobody.example"]))
        self.assertEqual(judged("domain1.example", "--soak-quiet", "40", "--ignore", "x.example"),
                         (40, ["x.example", "nobody.example"]))
        self.assertEqual(judged("other.example"), (60, []))
        self.assertEqual(self.run_ok("domains", "set", "domain1.example", "ignore=", "--json"),
                         '{"soak-quiet":"21"}\n')
        for words, why in [(["soak-quiet=0"], "from 1 to 3660"), (["soak-quiet=1.5"], "whole number"),
                           (["speed=1"], "no such setting"), (["soak-quiet"], "NAME=VALUE"),
                           (["ignore=a b"], "no domain name")]:
            with self.subTest(words):
                done = self.run_any("domains", "set", "domain1.example", *words)
                self.assertEqual((done.returncode, done.stdout), (64, ""))
                self.assertIn(why, done.stderr)
        self.assertEqual(self.run_any("domains", "set", "nobody.example", "soak-quiet=20").returncode, 1)

    def test_prune(self):
        day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 500 * 86400))
        for name, number, old in ("a.json", 1, True), ("b.json", 2, False):
            told = json.loads(bare(number))
            if old:
                told["date-range"] = {"start-datetime": day + "T00:00:00Z", "end-datetime": day + "T23:59:59Z"}
            else:
                told["date-range"] = {key: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - ago))
                                      for key, ago in [("start-datetime", 86400), ("end-datetime", 1)]}
            self.run_ok("import", self.write(name, json.dumps(told)))
        would = json.loads(self.run_ok("prune", "--dry-run", "--json"))
        self.assertEqual((would["reports"], would["dry_run"]), (1, True))
        self.assertEqual(self.ask("select count(*) from report"), "2")
        out = self.run_ok("prune")
        self.assertRegex(out, r"(?m)^reports     before \d{4}-\d\d-\d\d           1 gone$")
        self.assertEqual(self.run_ok("import", self.path("a.json")),
                         "read 1, new 0, seen before 0, conflicts 0, without a report 0, quarantined 0, "
                         "older than what is kept 1\n")
        self.assertEqual(self.ask("select sum(reports) from day_policy"), "2")
        for words, why in [(["--reports", "30"], "from 31"), (["--payloads", "401"], "longer than --details"),
                           (["x"], "no operands")]:
            with self.subTest(words):
                done = self.run_any("prune", *words)
                self.assertEqual((done.returncode, done.stdout), (64, ""))
                self.assertIn(why, done.stderr)


if __name__ == "__main__":
    unittest.main()
