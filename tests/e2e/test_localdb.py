#!/usr/bin/python3
"""contrib/localdb keeps a private PostgreSQL: it starts and stops once, survives what a machine does
to it, and lets in nobody but its owner and root."""
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

LOCALDB = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "contrib", "localdb")
ROOT = os.geteuid() == 0


def wait_until(condition, what):
    deadline = time.monotonic() + 30
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("not within 30 s: " + what)
        time.sleep(0.05)


class Localdb(unittest.TestCase):
    def setUp(self):
        self.state = tempfile.mkdtemp(prefix="stsready-localdb-", dir="/tmp")
        os.chmod(self.state, 0o755)
        self.addCleanup(shutil.rmtree, self.state)
        self.addCleanup(self.localdb, "stop")
        self.data = self.state + "/postgres/data"

    def localdb(self, command, state=None, **environment):
        return subprocess.run([LOCALDB, command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              check=False, env={**os.environ, "STSREADY_STATE": state or self.state,
                                                **environment})

    def assert_status(self, command, status, said):
        done = self.localdb(command)
        self.assertEqual((done.returncode, done.stderr), (status, ""), done.stdout)
        self.assertIn(said, done.stdout)
        self.assertEqual(done.stdout.count("\n"), 1, "one line, but: " + done.stdout)

    def psql(self, sql, url=None, user=None):
        programs = self.localdb("programs").stdout.strip()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return subprocess.run([programs + "/psql", "-X", "-A", "-t", "-c", sql, "-d",
                               url or self.localdb("url").stdout.strip()], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False, cwd="/", user=user,
                              env=environment)

    def ask(self, sql):
        done = self.psql(sql)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.strip()

    def postmaster(self):
        with open(self.data + "/postmaster.pid") as file:
            return int(file.readline())

    def test_life(self):
        self.assert_status("status", 3, "no server runs")
        self.assert_status("stop", 0, "no server runs")
        self.assert_status("start", 0, "runs in")
        self.assert_status("start", 0, "runs already")
        self.assert_status("status", 0, "runs in")
        self.ask("create table kept (i int)")
        self.assert_status("stop", 0, "stopped")
        self.assert_status("status", 3, "no server runs")
        self.assert_status("start", 0, "runs in")
        self.assertEqual(self.ask("select count(*) from kept"), "0")

    def test_callers_settings_do_not_reach_it(self):
        done = self.localdb("start", PGHOST="/nowhere", PGDATA="/nowhere", PGOPTIONS="-c nonsense=1")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_two_starts_at_once(self):
        environment = {**os.environ, "STSREADY_STATE": self.state}
        both = [subprocess.Popen([LOCALDB, "start"], env=environment, stdout=subprocess.DEVNULL)
                for _ in range(2)]
        self.assertEqual([process.wait() for process in both], [0, 0])
        self.assert_status("status", 0, "runs in")

    def test_who_is_let_in(self):
        self.assert_status("start", 0, "runs in")
        self.assertEqual(self.ask("select current_user, rolsuper, rolcreaterole from pg_roles"
                                  " where rolname = current_user"), "stsready|f|t")
        self.assertEqual(self.ask("select pg_get_userbyid(datdba) from pg_database"
                                  " where datname = current_database()"), "stsready")
        self.assertEqual(self.ask("show listen_addresses"), "")
        self.assertEqual(self.ask("show fsync"), "on")
        with open(self.data + "/pg_hba.conf") as file:
            rules = [line.split()[3:] for line in file if not line.startswith("#")]
        self.assertEqual(rules, [["peer", "map=stsready"]])
        self.assertEqual(os.stat(self.state + "/postgres").st_mode & 0o777, 0o700)

    @unittest.skipUnless(ROOT, "needs root to be another user")
    def test_others_are_not_let_in(self):
        self.assert_status("start", 0, "runs in")
        url = self.localdb("url").stdout.strip()
        self.assertNotEqual(self.psql("select 1", url, user="nobody").returncode, 0)
        # nor where the folder were open: the server asks who they are
        os.chmod(self.state + "/postgres", 0o755)
        os.chmod(self.state + "/postgres/run", 0o755)
        refused = self.psql("select 1", url, user="nobody")
        self.assertIn("Peer authentication failed", refused.stderr)
        superuser = self.psql("select 1", url.replace("user=stsready", "user=postgres"))
        self.assertIn("Peer authentication failed", superuser.stderr)

    def test_server_killed(self):
        self.assert_status("start", 0, "runs in")
        pid = self.postmaster()
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not os.path.exists("/proc/%d" % pid), "the server is gone")
        self.assert_status("status", 3, "no server runs")
        self.assert_status("start", 0, "runs in")
        self.assertEqual(self.ask("select 1"), "1")

    def test_number_of_a_dead_server_taken_by_another_process(self):
        """As after a reboot: postmaster.pid names a process of the same user that is no server."""
        self.assert_status("start", 0, "runs in")
        pid = self.postmaster()
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not os.path.exists("/proc/%d" % pid), "the server is gone")
        other = subprocess.Popen(["sleep", "60"], cwd="/", user="postgres" if ROOT else None)
        self.addCleanup(other.wait)
        self.addCleanup(other.kill)
        for name in (self.data + "/postmaster.pid", self.state + "/postgres/run/.s.PGSQL.5432.lock"):
            with open(name) as file:
                lines = file.readlines()
            with open(name, "w") as file:
                file.writelines(["%d\n" % other.pid] + lines[1:])
        self.assert_status("status", 3, "no server runs")
        self.assert_status("start", 0, "runs in")
        self.assertEqual(self.ask("select 1"), "1")

    def test_half_made_data_is_made_again(self):
        os.makedirs(self.state + "/postgres/data.new/base")
        if ROOT:
            subprocess.run(["chown", "-R", "postgres:", self.state + "/postgres"], check=True)
        self.assert_status("start", 0, "runs in")

    def test_moved(self):
        self.assert_status("start", 0, "runs in")
        self.ask("create table kept (i int)")
        self.assert_status("stop", 0, "stopped")
        os.mkdir(self.state + "/elsewhere")
        os.rename(self.state + "/postgres", self.state + "/elsewhere/postgres")
        self.state += "/elsewhere"
        self.assert_status("start", 0, "runs in")
        self.assertEqual(self.ask("select count(*) from kept"), "0")
        self.addCleanup(self.localdb, "stop")

    def test_folders_that_cannot_be(self):
        cases = (("too long", self.state + "/" + "x" * 90, "a socket can have 107"),
                 ("relative", "state", "not an absolute path"),
                 ("space", self.state + "/a b", "a character that a connection string cannot take"),
                 ("quote", self.state + "/a'b", "a character that a connection string cannot take"))
        for name, state, want in cases:
            with self.subTest(name):
                done = self.localdb("start", state=state)
                self.assertEqual(done.returncode, 1)
                self.assertIn(want, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
                self.assertFalse(os.path.exists(state))


if __name__ == "__main__":
    unittest.main()
