#!/usr/bin/python3
"""The systemd units as they are, run by a systemd of their own (unit_world): what the sandbox takes away, nothing
needs; a restart turns nobody away.  Needs root; skipped where namespaces or overlays are not to be had."""
import os
import re
import subprocess
import threading
import unittest

from cluster import programs
from endpoint import PATH, PATIENCE, PROGRAM, STSREADY, report, wait_until

HERE = os.path.dirname(os.path.abspath(__file__))
PREPARE = """set -e
cd /etc/stsready/tls
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
	-addext subjectAltName=DNS:localhost -out cert.pem -keyout key.pem
printf '[stsready]\\ndatabase = host=/run/postgresql dbname=stsready\\n' >/etc/stsready/stsready.conf
mkdir -p /run/postgresql /run/data
chown postgres: /run/postgresql /run/data
cd /
as() { runuser -u postgres -- "$@"; }
as initdb -D /run/data/main --auth=peer --encoding=UTF8 --no-sync
as pg_ctl -D /run/data/main -w -l /run/data/log -o '-c listen_addresses= -c fsync=off -k /run/postgresql' start
as createdb stsready
as stsready init --database 'host=/run/postgresql dbname=stsready'
as psql -d stsready -c 'CREATE ROLE stsreadyd LOGIN IN ROLE stsready_ingest'
as psql -d stsready -c 'CREATE ROLE "stsready-web" LOGIN IN ROLE stsready_read'
as psql -d stsready -c 'CREATE ROLE stsready LOGIN IN ROLE stsready_watch'
systemctl start stsreadyd.socket
"""


class Units(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if os.geteuid() != 0:
            raise unittest.SkipTest("not root")
        cls.world = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", HERE + "/unit_world", STSREADY, PROGRAM],
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                     text=True)
        cls.addClassCleanup(cls.end)
        said = cls.world.stdout.readline()
        if said != "ready\n":
            raise unittest.SkipTest("no machine for systemd here: " + said + cls.world.stdout.read())
        with open("/proc/%d/task/%d/children" % (2 * (cls.world.pid,)), encoding="ascii") as children:
            cls.first = children.read().split()[0]
        wait_until("systemd", lambda: cls.run_there("systemctl", "is-active", "world.target").returncode == 0)
        done = cls.run_there("sh", "-s", data=PREPARE.encode())
        assert done.returncode == 0, done.stdout.decode()

    @classmethod
    def end(cls):
        cls.world.kill()
        cls.world.wait()
        cls.world.stdout.close()
        place = subprocess.run(["findmnt", "-n", "-t", "cgroup2", "-o", "TARGET"], check=True, text=True,
                               stdout=subprocess.PIPE).stdout.splitlines()[0]
        group = "%s/stsready-%d" % (place, cls.world.pid)
        wait_until("the end of the group", lambda: subprocess.run(
            ["find", group, "-depth", "-type", "d", "-exec", "rmdir", "{}", "+"], check=False,
            stderr=subprocess.DEVNULL).returncode == 0 or not os.path.exists(group))

    @classmethod
    def run_there(cls, *command, data=None):
        path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin:" + programs()
        return subprocess.run(["nsenter", "--target", cls.first, "--all", "--root", "--wd", "env", "-i", path, *command],
                              input=data, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)

    def there(self, *command, data=None):
        done = self.run_there(*command, data=data)
        self.assertEqual(done.returncode, 0, done.stdout.decode())
        return done.stdout.decode().strip()

    def journal(self, unit="stsreadyd"):
        return self.there("journalctl", "--no-pager", "--output=cat", "--unit=" + unit)

    def post(self, number):
        done = self.run_there("curl", "--silent", "--max-time", str(PATIENCE), "--output", "/dev/null",
                              "--cacert", "/etc/stsready/tls/cert.pem", "--data-binary", "@-",
                              "--write-out", "%{http_code}", "https://localhost" + PATH,
                              data=report(number))
        return int(done.stdout)

    def database(self, how):
        options = "-c listen_addresses= -c fsync=off -k /run/postgresql"
        self.there("runuser", "-u", "postgres", "--", "pg_ctl", "-D", "/run/data/main", "-m", "fast", "-w",
                   "-l", "/run/data/log", "-o", options, how)

    def ask(self, sql):
        return self.there("runuser", "-u", "postgres", "--", "psql", "-At", "-d", "stsready", "-c", sql)

    def wait_for_health(self):
        wait_until("the database", lambda: self.run_there(
            "curl", "--silent", "--fail", "http://127.0.0.1:9462/healthz").returncode == 0)

    def test_1_posts(self):
        """The socket starts the service, which reaches PostgreSQL by the name of its user."""
        self.assertIn(self.post(1), (201, 202), self.journal())
        self.wait_for_health()
        self.assertIn(self.post(2), (201, 202))
        wait_until("both reports", lambda: self.ask("select count(*) from report") == "2")
        self.assertRegex(self.journal(), r"event=post peer=127\.0\.0\.1 status=20[12] domain=rcpt\.example")

    def test_2_outage(self):
        self.database("stop")
        self.assertEqual(self.post(3), 202)
        self.database("start")
        wait_until("the report", lambda: self.ask("select count(*) from report where report_id = 'r3'") == "1")

    def test_3_restart(self):
        """Whoever connects meanwhile is answered."""
        self.wait_for_health()
        stop, answers = threading.Event(), []

        def send(first):
            number = first
            while not stop.is_set():
                answers.append(self.post(number))
                number += 1
        threads = [threading.Thread(target=send, args=(1000 * (i + 1),)) for i in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(5):
            self.there("systemctl", "restart", "stsreadyd.service")
        stop.set()
        for thread in threads:
            thread.join()
        self.assertTrue(set(answers) <= {201, 202}, answers)

    def test_4_key_that_does_not_fit(self):
        """The service is tried until it is mended; the socket stays, and who comes waits."""
        self.there("sh", "-c", "cd /etc/stsready/tls && mv key.pem good.pem && openssl genpkey -algorithm ED25519"
                   " -out key.pem")
        self.assertNotEqual(self.run_there("systemctl", "restart", "stsreadyd.service").returncode, 0)
        wait_until("some tries", lambda: len(re.findall("status=78", self.journal())) > 6)
        self.assertEqual(self.there("systemctl", "is-active", "stsreadyd.socket"), "active")
        self.there("mv", "/etc/stsready/tls/good.pem", "/etc/stsready/tls/key.pem")
        self.assertIn(self.post(5), (201, 202))

    def test_6_watch(self):
        """It looks, judges and keeps what it saw, by the role and the sandbox that the unit gives it, and a secret."""
        self.there("sh", "-c", "umask 077 && echo sesame >/etc/stsready/webhook-secret"
                   " && mkdir /etc/systemd/system/stsready-watch.service.d")
        self.there("sh", "-c", "cat >/etc/systemd/system/stsready-watch.service.d/webhook.conf", data=(
            b"[Service]\nLoadCredential=webhook-secret:/etc/stsready/webhook-secret\n"
            b"Environment=STSREADY_WEBHOOK=http://127.0.0.1:9/hook\n"
            b"Environment=STSREADY_WEBHOOK_SECRET_FILE=%d/webhook-secret\n"))
        self.there("runuser", "-u", "postgres", "--", "stsready", "domains", "add", "--database",
                   "host=/run/postgresql dbname=stsready", "watched.example")
        self.there("systemctl", "daemon-reload")
        self.there("systemctl", "start", "stsready-watch.service")
        wait_until("a look", lambda: self.ask("select count(*) from live_check") == "1")
        wait_until("a verdict", lambda: self.ask("select count(*) > 0 from condition") == "t")
        wait_until("a digest that does not go", lambda: "event=not-told outlet=webhook" in self.journal("stsready-watch"))
        self.assertIn("event=watching", self.journal("stsready-watch"))
        self.assertNotIn("everybody", self.journal("stsready-watch"))
        self.there("systemctl", "stop", "stsready-watch.service")
        self.assertEqual(self.there("systemctl", "show", "--property=Result", "stsready-watch.service"), "Result=success")

    def test_5_stop(self):
        before = self.journal().count("event=stopped clean=yes")
        self.there("systemctl", "stop", "stsreadyd.socket", "stsreadyd.service")
        self.assertEqual(self.journal().count("event=stopped clean=yes"), before + 1)
        self.assertEqual(self.there("systemctl", "show", "--property=Result", "stsreadyd.service"), "Result=success")

    def page(self, *words):
        """(status, text)"""
        done = self.run_there("curl", "--silent", "--max-time", str(PATIENCE), "--write-out", "\n%{http_code}", *words)
        text, _, status = done.stdout.decode().rpartition("\n")
        return int(status), text

    def test_6_pages(self):
        """They are served from the sandbox, by a role that may only read; the end is clean."""
        self.there("systemctl", "start", "stsready-web.service")
        wait_until("the pages", lambda: self.page("http://127.0.0.1:8480/")[0] == 200)
        status, text = self.page("http://127.0.0.1:8480/reports.json")
        self.assertEqual(status, 200)
        self.assertIn("rcpt.example", text)
        self.there("systemctl", "stop", "stsready-web.service")
        self.assertEqual(self.there("systemctl", "show", "--property=Result", "stsready-web.service"), "Result=success")

    def test_7_pages_for_others(self):
        """As the unit's own words say: with a certificate and passwords."""
        with open(os.path.join(HERE, "..", "..", "contrib", "systemd", "stsready-web.service"), encoding="ascii") as file:
            words = file.read().split("Or by itself")[1].split("# Live checks")[0]
        lines = [line[1:].strip() for line in words.splitlines()[1:] if len(line) > 1]
        import crypt
        self.there("sh", "-c", "cat >/etc/stsready/web.htpasswd",
                   data=("ann:" + crypt.crypt("word", "$2b$04$abcdefghijklmnopqrstuu") + "\n").encode())
        self.there("sh", "-c", "mkdir -p /etc/systemd/system/stsready-web.service.d && cat >"
                   "/etc/systemd/system/stsready-web.service.d/x.conf && systemctl daemon-reload", data="\n".join(lines).encode())
        self.there("systemctl", "restart", "stsready-web.service")
        words = ("--cacert", "/etc/stsready/tls/cert.pem", "https://localhost:8480/")
        wait_until("the pages", lambda: self.page(*words)[0] == 401)
        self.assertEqual(self.page("--user", "ann:word", *words)[0], 200)
        self.there("systemctl", "stop", "stsready-web.service")


if __name__ == "__main__":
    unittest.main()
