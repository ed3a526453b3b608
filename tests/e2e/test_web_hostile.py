#!/usr/bin/python3
"""`stsready web` against hostile clients, a database that hangs or has a bad row, and an end at a bad moment.

STSREADY names the program."""
import base64
import concurrent.futures
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

import dns.message
import dns.rcode
import dns.rrset

from web import AT, STSREADY, Site, free_port

GET = b"GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n"
END = 3  # seconds for an end, with sanitizers and two busy cores


def wait_until(what, true, seconds=30):
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError("no " + what)
        time.sleep(0.05)


def hash_of(password, cost=4):
    import crypt
    return crypt.crypt(password, "$2b$%02d$abcdefghijklmnopqrstuu" % cost)


def token(name, password):
    return {"Authorization": "Basic " + base64.b64encode(("%s:%s" % (name, password)).encode()).decode()}


def ask_raw(port, data, more=None):
    """All that comes back until the other side ends; more is sent after the first bytes of it."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as peer:
        peer.sendall(data)
        got = b""
        try:
            while part := peer.recv(65536):
                got += part
                if more is not None:
                    peer.sendall(more)
                    more = None
        except ConnectionResetError:
            pass
        return got


def statuses(answer):
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+)", answer)]


class Names:
    """A resolver: no domain is there; but names with "slow" get no answer, and those with "here" are here."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.asked = 0
        threading.Thread(target=self.answer, daemon=True).start()

    def answer(self):
        while True:
            data, peer = self.socket.recvfrom(4096)
            if not data:
                return
            question = dns.message.from_wire(data)
            answer = dns.message.make_response(question, recursion_available=True)
            (wanted,) = question.question
            name, kind = wanted.name.to_text(), dns.rdatatype.to_text(wanted.rdtype)
            self.asked += 1
            if "slow" in name:
                continue
            if "here" not in name or name.startswith("_"):
                answer.set_rcode(dns.rcode.NXDOMAIN)
            elif kind in ("MX", "A"):
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, "10 mx." + name if kind == "MX" else "127.0.0.1"))
            self.socket.sendto(answer.to_wire(), peer)

    def close(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.sendto(b"", self.socket.getsockname())


class Requests(unittest.TestCase):
    """Requests that two programs could understand in two ways, or that end early."""

    @classmethod
    def setUpClass(cls):
        cls.site = Site()
        cls.addClassCleanup(cls.site.end)
        cls.site.serve()

    def test_framing(self):
        smuggled = GET % (b"/nothing", b"Connection: close\r\n")
        for what, data in (
                ("two hosts", GET % (b"/", b"Host: localhost\r\n")),
                ("another host first", b"GET / HTTP/1.1\r\nHost: evil.example\r\nHost: localhost\r\n\r\n"),
                ("absolute form", GET % (b"http://evil.example/", b"")),
                ("absolute form of this server", GET % (b"http://localhost/", b"")),
                ("both lengths", GET % (b"/", b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + b"0\r\n\r\n"),
                ("two lengths", GET % (b"/", b"Content-Length: 0\r\nContent-Length: %d\r\n" % len(smuggled))),
                ("other encoding", GET % (b"/", b"Transfer-Encoding: gzip, chunked\r\n") + b"0\r\n\r\n"),
                ("two encodings", GET % (b"/", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n") + b"0\r\n\r\n")):
            with self.subTest(what):
                got = ask_raw(self.site.port, data + smuggled)
                self.assertEqual(statuses(got), [400])

    def test_no_host(self):
        for data in (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", b"GET / HTTP/1.0\r\n\r\n"):
            (status,) = statuses(ask_raw(self.site.port, data).replace(b"HTTP/1.0", b"HTTP/1.1"))
            self.assertIn(status, (400, 421))

    def test_bodies_that_are_refused(self):
        """A small one is read, so that its sender sees the answer and may ask again; a large one ends the connection,
        and nothing in it is taken for a request."""
        after = GET % (b"/", b"Connection: close\r\n")
        for method in (b"POST", b"PUT", b"GET", b"BREW"):
            with self.subTest(method):
                small = b"%s /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % (method, len(after)) + after
                first = 404 if method == b"GET" else 405
                self.assertEqual(statuses(ask_raw(self.site.port, small + after)), [first, 200])
                large = b"%s / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n" % method
                self.assertEqual(statuses(ask_raw(self.site.port, large + after)), [413])

    def test_body_without_end(self):
        """Chunks that never end are not read for long."""
        began = time.monotonic()
        with socket.create_connection(("127.0.0.1", self.site.port), timeout=20) as peer:
            peer.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
            sent = 0
            with self.assertRaises(OSError):
                while True:
                    sent += peer.send(b"1000\r\n" + 4096 * b"x" + b"\r\n")
        self.assertLess(time.monotonic() - began, 10)
        self.assertLess(sent, 16 << 20)

    def test_expect(self):
        head = b"POST /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
        self.assertEqual(statuses(ask_raw(self.site.port, head % 5, b"hello")), [100, 405])
        self.assertEqual(statuses(ask_raw(self.site.port, head % 100000)), [413])

    def test_pipelined(self):
        """Answers come in the order of the requests, also where some wait for the database."""
        paths = (b"/nothing", b"/domains/lantern.example", b"/", b"/domains/-", b"/reports?domain=x..y")
        data = b"".join(GET % (path, b"") for path in paths) + GET % (b"/", b"Connection: close\r\n")
        self.assertEqual(statuses(ask_raw(self.site.port, data)), [404, 200, 200, 404, 400, 200])

    def test_head_of_refusals(self):
        for path in (b"/nothing", b"/domains/-", b"/reports?domain=x..y"):
            data = b"HEAD %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % path
            got = ask_raw(self.site.port, data)
            self.assertIn(statuses(got)[0], (400, 404))
            self.assertTrue(got.endswith(b"\r\n\r\n"), "no body")
        got = ask_raw(self.site.port, b"HEAD / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
        self.assertEqual((statuses(got), got[-4:]), ([421], b"\r\n\r\n"))

    def test_escapes(self):
        for path, status in (("/domains/lantern.example%00", 404), ("/domains/lantern.example%00.json", 404),
                             ("/%00", 404), ("/domains/lantern%2eexample", 200), ("/domains%2flantern.example", 200),
                             ("/domains/%ff%fe", 404), ("/domains/lantern.example%", 404), ("/domains/%c0%af", 404),
                             ("/reports?domain=lantern.example%00x", 400), ("/.json", 200), ("/domains/.json", 404)):
            self.assertEqual(self.site.get(path)[0], status, path)

    def test_parameters(self):
        self.assertEqual(self.site.get("/?" + "&".join("a%d=b" % i for i in range(100)))[0], 200)
        self.assertEqual(self.site.get("/?q=" + "%22" * 1500)[0], 200)
        for query in ("&" * 7000, "a&" * 3000, "=" * 9000, "q=" + "a" * 14000, "&".join("a%d=b" % i for i in range(1000))):
            try:
                self.assertIn(self.site.get("/?" + query)[0], (200, 413, 414, 431), query[:9])
            except http.client.RemoteDisconnected:
                pass  # no memory for so many
        self.assertEqual(self.site.get("/")[0], 200)

    def test_all_at_once(self):
        """As many connections end at one moment, at each thread, as libmicrohttpd asks epoll for at a time: its own
        threads would sleep on them."""
        site = Site(["--refresh", "3600"], sample=False)
        self.addCleanup(site.end)
        site.serve()
        folder = "/proc/%d/fd/" % site.process.pid

        def sockets():
            n = 0
            for name in os.listdir(folder):
                try:
                    n += os.readlink(folder + name).startswith("socket:")
                except OSError:
                    pass
            return n
        time.sleep(1)
        before = sockets()
        for lanes in range(1, 5):
            held = [socket.create_connection(("127.0.0.1", site.port), 5) for _ in range(128 * lanes)]
            wait_until("connections", lambda: sockets() >= before + len(held))
            site.process.send_signal(signal.SIGSTOP)
            for peer in held:
                peer.close()
            site.process.send_signal(signal.SIGCONT)
            wait_until("end of %d connections" % len(held), lambda: sockets() <= before, 10)

    def test_few_files(self):
        """It says so when it may open no more, and serves on."""
        port = free_port()
        process = subprocess.Popen(["prlimit", "--nofile=44", STSREADY, "web", "--database", self.site.database, "--listen",
                                    "127.0.0.1:%d" % port], stderr=subprocess.PIPE, text=True)
        peers = []
        try:
            self.assertTrue(process.stderr.readline().startswith("serving"))
            for _ in range(60):
                peers.append(socket.create_connection(("127.0.0.1", port), 5))
            self.assertRegex(process.stderr.readline(), "event=(accept-failed|connections-over-cap|connections-full)")
            while peers:
                peers.pop().close()
            self.assertEqual(statuses(ask_raw(port, GET % (b"/domains/x.example", b"Connection: close\r\n"))), [404])
        finally:
            process.terminate()
            self.assertEqual(process.wait(timeout=60), 0)
            process.stderr.close()

    def test_where_it_listens(self):
        for where, why in (("[::ffff:0.0.0.0]:0", "cannot listen|can be reached"), ("0:0", "can be reached"),
                           ("localhost:0", "not ADDR:PORT"), ("[::]:0", "can be reached"), ("*:0", "can be reached"),
                           ("127.0.0.1", "not ADDR:PORT"), ("unix:", "not ADDR:PORT")):
            done = subprocess.run([STSREADY, "web", "--database", self.site.database, "--listen", where],
                                  capture_output=True, text=True, timeout=60, check=False)
            self.assertIn(done.returncode, (64, 74), where)
            self.assertRegex(done.stderr, why, where)


class Database(unittest.TestCase):
    """When it does not answer, and does not say so either."""

    def start(self, *words, sample=False):
        site = Site(words, sample=sample)
        self.addCleanup(site.end)
        return site

    def processes(self, site):
        found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(site.cluster.pid)], capture_output=True, text=True,
                               check=True).stdout.split()
        return [site.cluster.pid, *map(int, found)]

    def hang(self, site):
        stopped = self.processes(site)

        def go_on():
            for process in stopped:
                try:
                    os.kill(process, signal.SIGCONT)
                except ProcessLookupError:
                    pass
        self.addCleanup(go_on)
        for process in stopped:
            os.kill(process, signal.SIGSTOP)
        return go_on

    def test_it_hangs(self):
        site = self.start("--refresh", "1")
        site.watch("a.example")
        site.serve()
        go_on = self.hang(site)
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            waiting = [pool.submit(site.get, "/domains/a.example") for _ in range(12)]
            time.sleep(1)
            began = time.monotonic()
            for _ in range(10):
                self.assertEqual(site.get("/")[0], 200)
                self.assertEqual(site.get("/nothing")[0], 404)
            self.assertLess(time.monotonic() - began, 3, "pages that ask nothing wait")
            answers = [one.result() for one in waiting]
            self.assertLess(time.monotonic() - began, 40)
            self.assertEqual({status for status, _, _ in answers}, {503})
            self.assertTrue(all(headers["Retry-After"] for _, headers, _ in answers))
        wait_until("word of it", lambda: "does not answer" in site.get("/")[2])
        self.assertIn("a.example", site.get("/")[2])
        go_on()
        wait_until("page", lambda: site.get("/domains/a.example")[0] == 200)

    def test_end_while_it_hangs(self):
        site = self.start("--refresh", "1")
        site.watch("a.example")
        site.serve()
        self.hang(site)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for _ in range(8):
                pool.submit(lambda: self.assertRaises(OSError, site.get, "/domains/a.example"))
            time.sleep(2)
            began = time.monotonic()
            self.assertEqual(site.stop(), 0)
            self.assertLess(time.monotonic() - began, END)

    def test_restart(self):
        """Connections that it ended meanwhile are noticed before they are used."""
        site = self.start("--refresh", "3600")
        site.watch("a.example")
        site.serve()
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(site.get, ["/domains/a.example"] * 16))
        site.cluster.kill9()
        site.cluster.start()
        for _ in range(6):
            self.assertEqual(site.get("/domains/a.example")[0], 200)

    def test_one_bad_domain(self):
        """One that cannot be judged is shown as such; the others are as ever."""
        site = self.start("--refresh", "1", sample=True)
        site.watch("quiet.example")
        site.cluster.psql("web", "create role looks login in role stsready_read")
        site.cluster.psql("web", "alter table day_policy enable row level security")
        site.cluster.psql("web", "create policy spoilt on day_policy using (1 / (domain <> 'lantern.example')::int = 1)")
        site.database = re.sub(r"user=\S+", "user=looks", site.database)
        site.serve()
        found = json.loads(site.get("/domains.json")[2])
        self.assertIsNone(found["failure"])
        verdicts = {one["domain"]: (one["verdict"], one["why"]) for one in found["domains"]}
        self.assertEqual(set(verdicts), {"lantern.example", "kestrel.example", "thistle.example", "quiet.example"})
        self.assertEqual(verdicts["lantern.example"][0], "unknown")
        self.assertIn("division by zero", verdicts["lantern.example"][1])
        self.assertIn("division by zero", site.get("/")[2])
        self.assertNotIn("division", str(verdicts["kestrel.example"]))
        site.wait_for_line("event=not-judged domain=lantern.example")

    def test_end_in_a_round(self):
        site = self.start("--refresh", "1")
        site.cluster.psql("web", "insert into domain (domain, added_at, token, settings) select 'd' || n || '.example', now(), 't' || n, '{}' from generate_series(1, 20000) n")
        site.serve(wait=False)
        time.sleep(1)
        began = time.monotonic()
        self.assertEqual(site.stop(), 0)
        self.assertLess(time.monotonic() - began, END)


class Checks(unittest.TestCase):
    """Live checks that a page asks for."""

    def start(self, *words):
        names = Names()
        self.addCleanup(names.close)
        site = Site(["--allow-check", "--checks-a-minute", "20", "--resolver", names.address, *words], sample=False)
        self.addCleanup(site.end)
        site.serve()
        return site, names

    def post(self, site, domain):
        return site.get("/check.json", "POST", "domain=" + domain)

    def test_slow_ones(self):
        """One whose names do not resolve delays no other; four are the most; whoever goes away does no harm; the end
        comes at once."""
        site, names = self.start()
        slow = [socket.create_connection(("127.0.0.1", site.port), 5) for _ in range(3)]
        for number, peer in enumerate(slow):
            body = b"domain=slow%d.example" % number
            peer.sendall(b"POST /check HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        wait_until("questions", lambda: names.asked >= 3)
        began = time.monotonic()
        self.assertEqual(self.post(site, "quick.example")[0], 200)
        self.assertLess(time.monotonic() - began, 3)
        slow.append(socket.create_connection(("127.0.0.1", site.port), 5))
        slow[3].sendall(b"POST /check HTTP/1.1\r\nHost: localhost\r\nContent-Length: 18\r\n\r\ndomain=slow.example")
        wait_until("refusal of a fifth", lambda: self.post(site, "quick.example")[0] == 429)
        for peer in slow[:2]:
            peer.close()
        self.assertEqual(site.get("/")[0], 200)
        began = time.monotonic()
        self.assertEqual(site.stop(), 0)
        self.assertLess(time.monotonic() - began, END)
        for peer in slow:
            peer.close()

    def test_whoever_leaves(self):
        site, _ = self.start("--timeout", "2")
        for number in range(4):
            with socket.create_connection(("127.0.0.1", site.port), 5) as peer:
                body = b"domain=slow%d.example" % number
                peer.sendall(b"POST /check HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        wait_until("room again", lambda: self.post(site, "quick.example")[0] == 200)
        self.assertEqual(site.stop(), 0)

    def test_address_guard(self):
        """A name that leads to this machine is not connected to, unless that is allowed."""
        for words, connections in (([], 0), (["--allow-private"], 1)):
            with socket.create_server(("127.0.0.1", 0)) as inside:
                inside.settimeout(2)
                site, _ = self.start("--smtp-port", str(inside.getsockname()[1]), "--timeout", "3", *words)
                status, _, text = self.post(site, "here.example")
                self.assertEqual(status, 200)
                self.assertIn('"127.0.0.1"', text)
                try:
                    inside.accept()[0].close()
                    self.assertEqual(connections, 1)
                except TimeoutError:
                    self.assertEqual(connections, 0)

    def test_behind_a_proxy_that_changes_the_host(self):
        site, _ = self.start()
        for headers, status in (({"Sec_Fetch_Site": "same-origin", "Origin": "https://ready.example"}, 200),
                                ({"Sec_Fetch_Site": "same-site", "Origin": "https://ready.example"}, 403),
                                ({"Sec_Fetch_Site": "none"}, 403), ({"Origin": "https://ready.example"}, 403),
                                ({"Origin": "https://ready.example", "X_Forwarded_Host": "ready.example"}, 403)):
            self.assertEqual(site.get("/check.json", "POST", "domain=a.example", **headers)[0], status, headers)
        site.stop()
        site.options += ["--host", "ready.example"]
        site.serve()
        self.assertEqual(site.get("/check.json", "POST", "domain=a.example", Origin="https://ready.example")[0], 200)


class Passwords(unittest.TestCase):
    def start(self, lines, *words):
        file = tempfile.NamedTemporaryFile("w", prefix="stsready-web-")
        self.addCleanup(file.close)
        self.write(file, lines)
        site = Site(["--auth", file.name, *words], sample=False)
        self.addCleanup(site.end)
        site.serve(wait=False)
        return site, file

    @staticmethod
    def write(file, lines):
        file.seek(0)
        file.truncate()
        file.write("".join(line + "\n" for line in lines))
        file.flush()

    def test_guessing(self):
        """Who guesses is told to wait; who is known goes on, and at once."""
        site, _ = self.start(["ann:" + hash_of("right", 12)])
        good = token("ann", "right")
        self.assertEqual(site.get("/", **good)[0], 200)
        stop, answers = threading.Event(), []

        def guess(first):
            for number in range(first, first + 30):
                answers.append(site.get("/", **token("ann", "wrong%d" % number))[0])
        threads = [threading.Thread(target=guess, args=(100 * i,)) for i in range(3)]
        for thread in threads:
            thread.start()
        slowest = 0
        while any(thread.is_alive() for thread in threads):
            began = time.monotonic()
            self.assertEqual(site.get("/", **good)[0], 200)
            slowest = max(slowest, time.monotonic() - began)
        stop.set()
        for thread in threads:
            thread.join()
        self.assertEqual(set(answers), {401, 429})
        self.assertLess(answers.count(401), 30)
        self.assertLess(slowest, 2)
        site.wait_for_line("event=wrong-password peer=127.0.0.1")
        self.assertEqual(site.get("/", **token("bob", "x"))[0], 429)

    def test_other_addresses(self):
        """One address's guesses do not count for another's."""
        site, _ = self.start(["ann:" + hash_of("right")])
        while site.get("/", **token("ann", "wrong"))[0] == 401:
            pass
        self.assertEqual(site.get("/", **token("ann", "right"))[0], 429)
        with socket.create_connection(("127.0.0.1", site.port), 5, ("127.0.0.9", 0)) as peer:
            peer.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: %s\r\n\r\n"
                         % token("ann", "right")["Authorization"].encode())
            self.assertEqual(peer.recv(100)[:12], b"HTTP/1.1 200")
        self.assertEqual(site.get("/", **token("ann", "right"))[0], 200, "known by now")

    def test_many_good_ones(self):
        """Only wrong ones count."""
        names = ["n%d" % number for number in range(40)]
        site, _ = self.start(["%s:%s" % (name, hash_of(name)) for name in names])
        self.assertEqual({site.get("/", **token(name, name))[0] for name in names}, {200})

    def test_read_again(self):
        site, file = self.start(["ann:" + hash_of("old"), "bob:" + hash_of("bob")])
        for name, password in (("ann", "old"), ("bob", "bob")):
            self.assertEqual(site.get("/", **token(name, password))[0], 200)
        self.write(file, ["ann:" + hash_of("new")])
        site.process.send_signal(signal.SIGHUP)
        site.wait_for_line("event=reread what=passwords")
        for name, password, status in (("ann", "old", 401), ("bob", "bob", 401), ("ann", "new", 200)):
            self.assertEqual(site.get("/", **token(name, password))[0], status, (name, password))
        self.write(file, ["nonsense"])
        site.process.send_signal(signal.SIGHUP)
        site.wait_for_line("event=not-reread what=passwords why=")
        self.assertEqual(site.get("/", **token("ann", "new"))[0], 200)

    def test_broken_hashes(self):
        site, _ = self.start(["ann:" + hash_of("x")])
        for line in ("ann:$2y$05$short", "ann:" + hash_of("x")[:-1], "ann:$y$j9T$abc$def",
                     "ann:$2b$99$abcdefghijklmnopqrstuu", "ann:$y$", "ann:*0", "ann:$2y$"):
            with tempfile.NamedTemporaryFile("w") as file:
                self.write(file, [line])
                done = subprocess.run([STSREADY, "web", "--database", site.database, "--auth", file.name, "--listen",
                                       "127.0.0.1:0"], capture_output=True, text=True, timeout=60, check=False)
                self.assertEqual(done.returncode, 74, line)
                self.assertIn("line 1: ann: neither bcrypt nor yescrypt", done.stderr)

    def test_names_and_hosts(self):
        """A password keeps other sites' pages out, so any name will do; with --host only those."""
        site, _ = self.start(["ann:" + hash_of("x")])
        self.assertEqual(site.get("/", Host="ready.example", **token("ann", "x"))[0], 200)
        self.assertEqual(site.get("/", Host="ready.example")[0], 401)
        site.stop()
        site.options += ["--host", "Ready.example"]
        site.serve(wait=False)
        for host, status in (("ready.example", 200), ("READY.example:8480", 200), ("evil.example", 421)):
            self.assertEqual(site.get("/", Host=host, **token("ann", "x"))[0], status, host)


class Certificate(unittest.TestCase):
    def test_read_again(self):
        site = Site(sample=False)
        self.addCleanup(site.end)
        pem = site.folder.name + "/pair.pem"

        def make(name):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-days", "2", "-subj", "/CN=" + name, "-keyout", pem, "-out", pem + ".crt"], check=True,
                           stderr=subprocess.DEVNULL)

        def shown():
            done = subprocess.run(["openssl", "s_client", "-connect", "127.0.0.1:%d" % site.port], capture_output=True,
                                  text=True, stdin=subprocess.DEVNULL, check=False)
            return re.search(r"subject=CN = (\S+)", done.stdout).group(1)
        make("first.example")
        site.options = ["--tls-cert", pem + ".crt", "--tls-key", pem]
        site.serve(wait=False)
        self.assertEqual(shown(), "first.example")
        make("second.example")
        site.process.send_signal(signal.SIGHUP)
        site.wait_for_line("event=reread what=certificate")
        self.assertEqual(shown(), "second.example")


if __name__ == "__main__":
    unittest.main()
