#!/usr/bin/python3
"""`stsready check` as a user runs it: many domains, interruption, history, text that strangers wrote; and peers
that want its time, its memory, or to be connected to from inside."""
import concurrent.futures
import json
import os
import pty
import re
import resource
import select
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import unittest

from cluster import ROOT, Cluster
from endpoint import make_schema
from names import AAAA, MX, TXT, A, Names, name

STSREADY = os.environ["STSREADY"]
LAB = os.path.join(ROOT, "tests", "lab", "lab")
LIMIT = 18          # seconds that a hostile domain may take
AT_ONCE = 10        # they mostly wait
GRACE = 10          # and the machine beside it
MEMORY = 48 << 10   # KiB that a hostile peer may cost more than an honest one; a flood is 64 MiB and more
# What a sanitizer keeps back of memory that was freed is no cost of a peer's.
os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
HOSTILE = {
    "policy-silent.test": "policy-unreachable", "policy-drip.test": "policy-unreachable",
    "policy-cut.test": "policy-unreachable", "policy-garbage.test": "policy-unreachable",
    "policy-header-flood.test": None, "policy-endless.test": "policy-too-large",
    "policy-redirect.test": "policy-redirect",
    "mx-silent.test": "mx-unreachable", "mx-slow-banner.test": "mx-unreachable",
    "mx-hangs-up.test": "mx-unreachable", "mx-endless-banner.test": None,
    "mx-starttls-454.test": None, "mx-starttls-refused.test": "mx-no-starttls",
    "mx-starttls-garbage.test": "mx-tls-failed", "mx-starttls-injected.test": "mx-tls-failed",
    "mx-starttls-silent.test": None, "mx-renegotiates.test": None,
    "sts-endless-cname.test": "lookup-failed", "dns-silent.test": "lookup-failed",
    "dns-garbage.test": "lookup-failed",
}
TOLD_AS_GOOD = {"mx-renegotiates.test"}


def run(*words, **more):
    return subprocess.run([STSREADY, *words], capture_output=True, text=True, check=False, **more)


def measured(*words):
    """(exit status, output, seconds, peak memory in KiB)"""
    began = time.monotonic()
    process = subprocess.Popen([STSREADY, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    out = process.stdout.read()
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, out, time.monotonic() - began, usage.ru_maxrss


class Lab(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="stsready-check-", dir="/tmp")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        os.chmod(cls.folder, 0o755)
        started = subprocess.run([LAB, "start", cls.folder + "/lab", "--for", "600"], stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True, check=False, stdin=subprocess.DEVNULL)
        if started.returncode != 0:
            raise AssertionError(started.stdout)
        cls.addClassCleanup(subprocess.run, [LAB, "stop", cls.folder + "/lab"], check=True, stdout=subprocess.DEVNULL)
        with open(cls.folder + "/lab/lab.json", encoding="utf-8") as file:
            cls.options = json.load(file)["options"]
        cls.cluster = Cluster()
        cls.cluster.start()
        cls.addClassCleanup(cls.cluster.stop)

    def check(self, *words, **more):
        return run("check", *self.options, *words, **more)

    # ---- hostile peers ----

    def test_hostile_peers(self):
        """Each ends within its limit, takes no memory to speak of, and is one finding."""
        usual = measured("check", *self.options, "--json", "healthy-testing.test")[3]
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            looks = pool.map(lambda domain: measured("check", *self.options, "--json", "--timeout", str(LIMIT), domain),
                             HOSTILE)
        for (domain, code), (status, out, seconds, memory) in zip(HOSTILE.items(), looks):
            with self.subTest(domain):
                codes = {finding["code"] for finding in json.loads(out)["findings"]}
                self.assertLess(seconds, LIMIT + GRACE)
                self.assertLess(memory - usual, MEMORY)
                self.assertLessEqual(len(codes), 1, codes)
                if code is not None:
                    self.assertEqual(codes, {code})
                if domain not in TOLD_AS_GOOD:
                    self.assertNotEqual(status, 0, "what could not be seen is not good")

    def test_all_hostile_peers_at_once(self):
        status, out, seconds, _ = measured("check", *self.options, "--json", "--timeout", str(LIMIT), *HOSTILE,
                                           "healthy-testing.test")
        self.assertEqual(status, 1)
        self.assertLess(seconds, LIMIT + GRACE)
        last = json.loads(out.splitlines()[-1])
        self.assertEqual((last["domain"], last["findings"]), ("healthy-testing.test", []))

    # ---- many domains ----

    def test_order_and_names(self):
        """In the order given, names as they are in DNS."""
        done = self.check("--json", "--no-probe", "--file", "-",
                          input="# some domains\nhealthy-enforce.test.\n\n  HEALTHY-testing.test  # twice\n"
                                "b\u00fccher.test\nhealthy-testing.test\nbare.test\n")
        self.assertRegex(done.stderr, r"\A5 domains: 4 fine, 1 with findings that block, 0 could not be told; .*\n\Z")
        self.assertEqual([json.loads(line)["domain"] for line in done.stdout.splitlines()],
                         ["healthy-enforce.test", "healthy-testing.test", "xn--bcher-kva.test",
                          "healthy-testing.test", "bare.test"])

    def test_names_that_are_none(self):
        for given in "", "a b", "-", "a..b", "x" * 64 + ".test", "127.0.0.1", "[::1]", "a@b.test", "a/b":
            with self.subTest(given):
                done = self.check("--no-probe", "--", given)
                self.assertEqual((done.returncode, done.stdout), (64, ""))
                self.assertRegex(done.stderr, "^stsready: ")

    def test_exit_statuses(self):
        cases = [(["healthy-testing.test"], 0), (["bare.test"], 1), (["policy-404.test"], 1),
                 (["healthy-testing.test", "bare.test"], 1), (["mx-silent.test", "--timeout", "3"], 2),
                 ([], 64), (["--jobs", "0", "bare.test"], 64), (["--resolver", "nowhere", "bare.test"], 64),
                 (["--save", "bare.test", "--database", "host=/nowhere"], 69), (["--file", "/nowhere"], 74)]
        for words, want in cases:
            with self.subTest(words):
                done = self.check("--quiet", *words)
                self.assertEqual((done.returncode, done.stdout), (want, ""))
                self.assertEqual(bool(done.stderr), want > 2)

    def test_interrupted(self):
        """What was seen is printed, and it ends soon."""
        domains = ["healthy-testing.test"] + ["n%d.dns-silent.test" % number for number in range(50)]
        process = subprocess.Popen([STSREADY, "check", "--json", *self.options, "--timeout", "60", *domains],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        first = process.stdout.readline()
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        self.assertEqual(json.loads(first)["domain"], "healthy-testing.test")
        self.assertEqual((process.returncode, "Sanitizer" in err), (130, False), err)
        self.assertLess(time.monotonic() - began, 15)

    def test_progress_is_for_terminals(self):
        words = [STSREADY, "check", "--json", "--no-probe", *self.options, "healthy-testing.test", "bare.test"]
        quiet = subprocess.run(words, capture_output=True, check=False)
        self.assertNotIn(b"\r", quiet.stderr)
        self.assertEqual(quiet.stderr.count(b"\n"), 1, "the summary, and nothing before it")
        leader, follower = pty.openpty()
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=follower)
        os.close(follower)
        shown = b""
        while select.select([leader], [], [], 20)[0]:
            try:
                piece = os.read(leader, 4096)
            except OSError:
                break
            shown += piece
        os.close(leader)
        process.wait()
        self.assertIn(b"\r", shown)

    # ---- history ----

    def test_history(self):
        url = make_schema(self.cluster, "history")
        for _ in range(2):
            self.assertEqual(self.check("--save", "--quiet", "--database", url, "healthy-testing.test").returncode, 0)
        rows = self.cluster.psql("history", "select checks, last_at >= checked_at from live_check").split()
        self.assertEqual(rows, ["2|t"], "a check that saw the same lengthens the time")
        # the policy host is gone: another port; in another second, which is how finely checks are told apart
        saved = int(time.time())
        while int(time.time()) == saved:
            time.sleep(0.05)
        options = list(self.options)
        options[options.index("--policy-port") + 1] = "1"
        done = run("check", *options, "--save", "--quiet", "--database", url, "healthy-testing.test")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(self.cluster.psql("history", "select checks from live_check order by checked_at").split(),
                         ["2", "1"])
        told = run("check", "--history", "--database", url, "healthy-testing.test")
        self.assertEqual((told.returncode, told.stderr), (0, ""))
        self.assertIn("policy-unreachable", told.stdout)
        spans = [json.loads(line) for line in
                 run("check", "--history", "--json", "--database", url, "healthy-testing.test").stdout.splitlines()]
        self.assertEqual([span["checks"] for span in spans], [2, 1])
        self.assertEqual(run("check", "--history", "--database", url, "never.test").returncode, 0)

    def test_all_watched(self):
        url = make_schema(self.cluster, "watched")
        done = self.check("--all", "--database", url)
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertEqual(done.stderr, "no domain is watched: `stsready domains add DOMAIN`\n")
        run("domains", "add", "--database", url, "bare.test", "healthy-testing.test")
        done = self.check("--all", "--json", "--no-probe", "--database", url)
        self.assertEqual(sorted(json.loads(line)["domain"] for line in done.stdout.splitlines()),
                         ["bare.test", "healthy-testing.test"])

    # ---- pages ----

    def test_pages_fit_a_terminal(self):
        for domain in "healthy-testing.test", "lantern.example", "mx-certificate-all-wrong.test", "bare.test":
            with self.subTest(domain):
                done = self.check(domain)
                for line in done.stdout.splitlines():
                    self.assertLessEqual(len(line), 80, line)
                self.assertNotIn("\x1b", done.stdout)


class Listener(threading.Thread):
    """Takes connections at every address of this machine, and counts them."""

    def __init__(self):
        super().__init__(daemon=True)
        self.sockets = [socket.socket(family, socket.SOCK_STREAM) for family in (socket.AF_INET, socket.AF_INET6)]
        self.sockets[1].setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        self.sockets[0].bind(("0.0.0.0", 0))
        self.port = self.sockets[0].getsockname()[1]
        self.sockets[1].bind(("::", self.port))
        self.taken = 0
        for one in self.sockets:
            one.listen(16)
        self.start()

    def run(self):
        while True:
            for one in select.select(self.sockets, [], [])[0]:
                one.accept()[0].close()
                self.taken += 1


INSIDE = ["127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
          "0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
          "fe80::1", "fd00::1", "ff02::1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1"]


def records(address, **more):
    """A domain whose every host is at one address."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    kind = AAAA if ":" in address else A
    found = {("a.example", MX): [struct.pack("!H", 10) + name("mx.a.example")],
             ("_mta-sts.a.example", TXT): [text("v=STSv1; id=1;")],
             ("_smtp._tls.a.example", TXT): [text("v=TLSRPTv1; rua=https://rua.a.example/r")]}
    for host in "mx", "mta-sts", "rua":
        found[host + ".a.example", kind] = [socket.inet_pton(family, address)]
    found.update(more)
    return found


def text(*strings):
    return b"".join(bytes([len(one.encode())]) + one.encode() for one in strings)


class Inside(unittest.TestCase):
    """A name that leads inside the network leads nowhere."""

    @classmethod
    def setUpClass(cls):
        cls.listener = Listener()

    def look(self, found, *words):
        served = Names(found)
        return run("check", "--json", "--resolver", served.address, "--policy-port", str(self.listener.port),
                   "--smtp-port", str(self.listener.port), "--timeout", "10", "a.example", *words)

    def test_no_connection_is_made(self):
        for address in INSIDE:
            with self.subTest(address):
                before = self.listener.taken
                done = self.look(records(address))
                seen = json.loads(done.stdout)
                self.assertEqual(self.listener.taken, before, "it connected")
                self.assertNotEqual(done.returncode, 0)
                self.assertNotEqual(seen["policy"]["status"], "fine")
                for host in seen["mx"]["hosts"]:
                    for one in host["addresses"]:
                        self.assertNotEqual(one["status"], "fine")

    def test_where_it_is_allowed_it_connects(self):
        before = self.listener.taken
        self.look(records("127.0.0.1"), "--allow-private")
        self.assertGreaterEqual(self.listener.taken - before, 2, "the listener counts, then")

    def test_a_stranger_says_what_is_seen(self):
        """Control and bidirectional characters of others' texts reach no terminal, and JSON whole."""
        evil = "v=STSv1; id=\x1b[31m\u202eevil\x07\r\n\x00;"
        done_json = self.look(records("127.0.0.1", **{}) | {("_mta-sts.a.example", TXT): [text(evil)]})
        json.loads(done_json.stdout)
        served = Names(records("127.0.0.1") | {("_mta-sts.a.example", TXT): [text(evil)]})
        page = run("check", "--resolver", served.address, "--timeout", "5", "--no-probe", "a.example")
        for out in done_json.stdout, page.stdout, page.stderr:
            self.assertIsNone(re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", out), repr(out))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    unittest.main()
