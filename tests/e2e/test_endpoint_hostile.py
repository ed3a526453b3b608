#!/usr/bin/python3
"""Hostile peers: while they do what they can, another sender's reports are answered at once.  Prints how
long those took."""
import gzip
import shutil
import signal
import socket
import ssl
import sys
import threading
import time
import unittest

from cluster import Cluster
from endpoint import PATH, Endpoint, make_schema, report, wait_until

HOSTILE = "127.0.0.66"
POSTS = 40
HEAD = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %%d\r\n\r\n" % PATH.encode()
PATIENCE = 3  # seconds for one post; sanitizers and two busy cores included


class Swarm:
    """Threads of a hostile peer: each runs act(endpoint) again and again."""

    def __init__(self, endpoint, act, threads):
        self.endpoint, self.act = endpoint, act
        self.stopping = threading.Event()
        self.rounds = 0
        self.threads = [threading.Thread(target=self.run) for _ in range(threads)]

    def run(self):
        while not self.stopping.is_set():
            try:
                self.act(self.endpoint)
            except (OSError, EOFError):
                time.sleep(0.01)
            self.rounds += 1

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        time.sleep(1)
        return self

    def __exit__(self, *unused):
        wait_until("a round of theirs", lambda: self.rounds > 0)
        self.stopping.set()
        for thread in self.threads:
            thread.join()


def garbage(endpoint):
    """No TLS at all."""
    with socket.create_connection(("127.0.0.1", endpoint.port), 2, (HOSTILE, 0)) as peer:
        peer.sendall(b"\x16\x03\x01\x02\x00\x01" + 500 * b"\xff")
        peer.recv(100)


def half_handshake(endpoint):
    """A handshake that is begun and left."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = endpoint.context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with socket.create_connection(("127.0.0.1", endpoint.port), 2, (HOSTILE, 0)) as peer:
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            peer.sendall(outgoing.read())
        peer.recv(100)


def large_header(endpoint):
    endpoint.raw(b"POST / HTTP/1.1\r\nX: " + 65536 * b"x", HOSTILE)


BOMB = gzip.compress(b'{"policies":[' + b"0," * (4 << 20) + b"0]}")


def bomb(endpoint):
    """Some KiB that inflate to 8 MiB of values."""
    endpoint.raw(HEAD % len(BOMB) + BOMB, HOSTILE, once=True)


HEAVY = gzip.compress(report(details=20000))


def heavy(endpoint):
    """A report as large as any, again and again."""
    endpoint.raw(HEAD % len(HEAVY) + HEAVY, HOSTILE, once=True)


def small_flood(endpoint):
    with endpoint.connect(HOSTILE) as peer:
        for _ in range(100):
            peer.sendall(HEAD % 5 + b"hello")
            if not peer.recv(1000):
                return


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster()
        cls.cluster.start()
        database = make_schema(cls.cluster, "hostile")
        cls.endpoint = Endpoint(database, "--log-level", "error")
        cls.numbers = iter(range(100000))

    @classmethod
    def tearDownClass(cls):
        status = cls.endpoint.stop()
        log = cls.endpoint.log()
        cls.cluster.stop()
        shutil.rmtree(cls.endpoint.folder, ignore_errors=True)
        assert status == 0 and "Sanitizer" not in log, log

    def setUp(self):
        wait_until("the end of what was before", lambda: self.endpoint.metric("connections") == 0)

    def check_others(self, name):
        """A sender from another address, a connection for each of its reports."""
        times = []
        for _ in range(POSTS):
            began = time.monotonic()
            self.assertIn(self.endpoint.post_new(next(self.numbers)), (201, 202))
            times.append(time.monotonic() - began)
        times.sort()
        print("%-28s others: median %.0f ms, worst %.0f ms" % (name, times[POSTS // 2] * 1000, times[-1] * 1000),
              file=sys.stderr)
        self.assertLess(times[-1], PATIENCE)

    def test_nobody(self):
        self.check_others("nobody hostile")

    def test_swarms(self):
        for act, threads in [(garbage, 8), (half_handshake, 8), (large_header, 4), (bomb, 4), (heavy, 2),
                             (small_flood, 4)]:
            with self.subTest(act.__name__), Swarm(self.endpoint, act, threads):
                self.check_others(act.__name__)

    def test_many_connections(self):
        """1,000 from one address: it holds its share, the others theirs."""
        held = []
        for _ in range(1000):
            peer = socket.create_connection(("127.0.0.1", self.endpoint.port), 5, (HOSTILE, 0))
            held.append(peer)
        self.check_others("1,000 connections")
        self.assertLessEqual(self.endpoint.metric("connections"), 256 + 1)
        for peer in held:
            peer.close()

    def test_all_at_once(self):
        """As many connections end at one moment as libmicrohttpd asks epoll for at a time: its own threads would
        sleep on them."""
        url = self.endpoint.command[self.endpoint.command.index("--database") + 1]
        endpoint = Endpoint(url, "--threads", "1")
        try:
            for count in (128, 256):
                held = [socket.create_connection(("127.0.0.1", endpoint.port), 5) for _ in range(count)]
                wait_until("%d connections" % count, lambda: endpoint.metric("connections") == count)
                endpoint.process.send_signal(signal.SIGSTOP)
                for peer in held:
                    peer.close()
                endpoint.process.send_signal(signal.SIGCONT)
                wait_until("their end", lambda: endpoint.metric("connections") == 0, 20)
        finally:
            self.assertEqual(endpoint.stop(), 0)
            shutil.rmtree(endpoint.folder, ignore_errors=True)

    def test_slow_bodies(self):
        """200 bodies that come a byte a second."""
        held = []
        for _ in range(200):
            peer = self.endpoint.connect(HOSTILE)
            peer.sendall(HEAD % 1000000)
            held.append(peer)
        stopping = threading.Event()

        def drip():
            while not stopping.wait(1):
                for peer in held:
                    try:
                        peer.sendall(b"x")
                    except OSError:
                        pass
        thread = threading.Thread(target=drip)
        thread.start()
        self.check_others("200 slow bodies")
        stopping.set()
        thread.join()
        for peer in held:
            peer.close()

    def test_never_reading(self):
        """Requests without end, answers never read."""
        peers = []
        for _ in range(20):
            peer = self.endpoint.connect(HOSTILE)
            peer.settimeout(0.2)
            try:
                for _ in range(2000):
                    peer.sendall(HEAD % 5 + b"hello")
            except OSError:
                pass
            peers.append(peer)
        self.check_others("answers never read")
        for peer in peers:
            peer.close()

    def test_half_closed(self):
        """Who has said all and shuts its side still gets its answer."""
        plain = Endpoint(self.endpoint.command[self.endpoint.command.index("--database") + 1], tls=False)
        try:
            body = report(next(self.numbers))
            self.assertRegex(plain.raw(HEAD % len(body) + body, half_close=True), b"^HTTP/1.1 20[12] ")
            self.assertEqual(plain.raw(HEAD % 1000 + b"x", half_close=True), b"")
        finally:
            self.assertEqual(plain.stop(), 0)
            shutil.rmtree(plain.folder, ignore_errors=True)


if __name__ == "__main__":
    unittest.main()
