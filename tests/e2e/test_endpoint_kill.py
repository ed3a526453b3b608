#!/usr/bin/python3
"""Every report that was answered 2xx is in the database exactly once, whatever dies when: stsreadyd and
the postmaster are killed under load, the database stops, hangs behind a dead network, and the spool's
disk is full.

STSREADY_KILLS is how often each is done (10 where it is to be shown, fewer in CI)."""
import gzip
import http.client
import itertools
import os
import random
import select
import shutil
import socket
import subprocess
import threading
import time
import unittest

from cluster import Cluster
from endpoint import PATH, Endpoint, make_schema, report, wait_until
from scratch import new_folder

KILLS = int(os.environ.get("STSREADY_KILLS", "2"))
OUTAGE = float(os.environ.get("STSREADY_OUTAGE", "6"))  # seconds that the database stays away
CONNECTIONS = 16
DRIFT = """select count(*) from (select domain, day, trust, submitter, policy_type, policy_key,
    count(distinct digest) reports, sum(success) success, sum(failure) failure
  from report join report_policy using (domain, digest) where counted group by 1, 2, 3, 4, 5, 6) t
  full join day_policy d using (domain, day, trust, submitter, policy_type, policy_key)
  where (t.reports, t.success, t.failure) is distinct from (d.reports, d.success, d.failure)"""


class Load:
    """Senders that post reports of their own until told to stop, and remember what they were told."""

    def __init__(self, endpoint, numbers):
        self.endpoint, self.numbers = endpoint, numbers
        self.stopping = threading.Event()
        self.answers = {}  # number -> status
        self.threads = [threading.Thread(target=self.send) for _ in range(CONNECTIONS)]
        for thread in self.threads:
            thread.start()

    def send(self):
        connection = self.endpoint.connection()
        while not self.stopping.is_set():
            number = next(self.numbers)
            body = gzip.compress(report(number, domain="d%d.example" % (number % 20)))
            try:
                connection.request("POST", PATH, body)
                answer = connection.getresponse()
                answer.read()
                self.answers[number] = answer.status
            except (OSError, http.client.HTTPException):
                connection.close()
                time.sleep(0.01)
        connection.close()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def taken(self):
        return {number for number, status in self.answers.items() if 200 <= status < 300}


class DeadNetwork:
    """Passes bytes between a TCP port and the database's socket, until told to swallow them."""

    def __init__(self, cluster):
        self.path = cluster.folder + "/.s.PGSQL.5432"
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.dead = threading.Event()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.carry, args=(client,), daemon=True).start()

    def carry(self, client):
        """What comes while the network is dead is gone, and so is the connection's good sense."""
        server = socket.socket(socket.AF_UNIX)
        poisoned = False
        try:
            server.connect(self.path)
            while True:
                for ready in select.select([client, server], [], [], 0.2)[0]:
                    data = ready.recv(65536)
                    poisoned = poisoned or self.dead.is_set()
                    if not data:
                        return
                    if not poisoned:
                        (server if ready is client else client).sendall(data)
                if poisoned and not self.dead.is_set():
                    return
        except OSError:
            pass
        finally:
            client.close()
            server.close()

    def close(self):
        self.listener.close()


class Kill(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(durable=True)
        cls.cluster.start()
        cls.serial = 0

    @classmethod
    def tearDownClass(cls):
        cls.cluster.stop()

    def setUp(self):
        Kill.serial += 1
        self.name = "kill%d" % Kill.serial
        self.database = make_schema(self.cluster, self.name)
        self.numbers = itertools.count()
        self.endpoint = None

    def tearDown(self):
        if self.endpoint:
            self.assertEqual(self.endpoint.stop(), 0)
            self.assertNotIn("Sanitizer", self.endpoint.log())
            shutil.rmtree(self.endpoint.folder, ignore_errors=True)

    def serve(self, *options, database=None, **named):
        # a minute of load is more than a domain may report a day, and than the usual spool holds
        self.endpoint = Endpoint(database or self.database, "--rate", "0", "--reports-per-domain", "100000000",
                                 "--spool-files", "1000000", "--spool-bytes", "4G", *options, **named)

    def ask(self, sql):
        return self.cluster.psql(self.name, sql).strip()

    def check(self, load):
        """After all has come back: what was promised is there, once, and the sums are right."""
        load.stop()
        wait_until("the spool to drain", lambda: self.endpoint.spooled() == 0, patience=120)
        wait_until("the database to be well", lambda: self.endpoint.health()[0] == 200)
        ids = self.ask("select report_id from report").split()
        self.assertEqual(len(ids), len(set(ids)))
        taken = load.taken()
        self.assertGreater(len(taken), 100)
        self.assertEqual({"r%d" % number for number in taken} - set(ids), set())
        self.assertEqual(self.ask(DRIFT), "0")
        self.assertEqual(self.ask("select count(*) from report where not counted"), "0")
        return load

    def statuses(self, load):
        return set(load.answers.values())

    def test_daemon_killed(self):
        self.serve()
        for _ in range(KILLS):
            load = Load(self.endpoint, self.numbers)
            time.sleep(random.uniform(0.5, 2))
            self.endpoint.kill()
            self.endpoint.start()
            time.sleep(0.5)
            self.assertLessEqual(self.statuses(self.check(load)), {201, 200, 202})

    def test_daemon_killed_while_spooling(self):
        self.serve()
        for _ in range(KILLS):
            self.cluster.kill9()
            load = Load(self.endpoint, self.numbers)
            time.sleep(random.uniform(0.5, 2))
            self.endpoint.kill()
            self.endpoint.start()
            self.cluster.start()
            # and once more, most likely while it drains
            time.sleep(random.uniform(0, 1))
            self.endpoint.kill()
            self.endpoint.start()
            self.assertLessEqual(self.statuses(self.check(load)), {201, 200, 202})

    def test_postmaster_killed(self):
        self.serve()
        for _ in range(KILLS):
            load = Load(self.endpoint, self.numbers)
            time.sleep(random.uniform(0.5, 2))
            self.cluster.kill9()
            time.sleep(random.uniform(0, 1))
            self.cluster.start()
            time.sleep(1)
            self.assertLessEqual(self.statuses(self.check(load)), {201, 200, 202})

    def test_database_stopped(self):
        """The server process stands still: connections hold, nothing answers."""
        self.serve()
        for _ in range(KILLS):
            load = Load(self.endpoint, self.numbers)
            time.sleep(1)
            backends = subprocess.run(["pgrep", "-P", str(self.cluster.process.pid)], capture_output=True, text=True,
                                      check=True).stdout.split()
            self.signal("STOP", backends)
            slowest = self.slowest_post()
            time.sleep(OUTAGE)
            self.signal("CONT", backends)
            self.assertLess(slowest, 8)
            self.assertLessEqual(self.statuses(self.check(load)), {201, 200, 202})

    def signal(self, name, backends):
        subprocess.run(["kill", "-" + name, str(self.cluster.process.pid), *backends], check=True)

    def slowest_post(self):
        """How long a sender waits that comes in the middle of it."""
        began = time.monotonic()
        self.assertEqual(self.endpoint.post_new(next(self.numbers)), 202)
        return time.monotonic() - began

    def test_network_dead(self):
        network = DeadNetwork(self.cluster)
        self.addCleanup(network.close)
        self.serve(database="host=127.0.0.1 port=%d user=postgres dbname=%s tcp_user_timeout=3000 "
                            "keepalives_idle=2 keepalives_interval=1 connect_timeout=3" % (network.port, self.name))
        for _ in range(KILLS):
            load = Load(self.endpoint, self.numbers)
            time.sleep(1)
            network.dead.set()
            slowest = self.slowest_post()
            time.sleep(OUTAGE)
            network.dead.clear()
            self.assertLess(slowest, 8)
            self.assertLessEqual(self.statuses(self.check(load)), {201, 200, 202})

    @unittest.skipUnless(os.geteuid() == 0, "needs to mount a file system")
    def test_disk_full(self):
        """Then there is 503, and it is told; and what was promised before is still there."""
        folder = new_folder("endpoint")[0]
        os.mkdir(folder + "/spool")
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1M", "tmpfs", folder + "/spool"], check=False).returncode:
            self.skipTest("cannot mount")
        try:
            self.serve(folder=folder)
            for _ in range(KILLS):
                load = Load(self.endpoint, self.numbers)
                time.sleep(0.5)
                self.cluster.kill9()
                wait_until("a full disk", lambda: 503 in self.statuses(load))
                self.assertEqual(self.endpoint.health()[0], 503)
                self.cluster.start()
                time.sleep(1)
                self.assertLessEqual(self.statuses(self.check(load)), {201, 200, 202, 503})
                self.assertIn("event=spool-failed", self.endpoint.log())
            self.endpoint.stop()
        finally:
            subprocess.run(["umount", folder + "/spool"], check=False)


if __name__ == "__main__":
    unittest.main()
