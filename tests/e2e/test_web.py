#!/usr/bin/python3
"""`stsready web` as a server: what it serves and what it does not, who may ask, hostile and slow clients.

STSREADY names the program."""
import base64
import json
import os
import re
import socket
import subprocess
import tempfile
import time
import unittest

from web import AT, SAMPLE, STSREADY, Site, free_port

SLOW = int(os.environ.get("STSREADY_SLOW_CLIENTS", "1000"))
PATHS = ("/", "/domains/lantern.example", "/reports", "/failures", "/nothing")


def bcrypt_line():
    """As htpasswd would: crypt(3) makes it."""
    import crypt
    return "ann:" + crypt.crypt("correct horse", "$2b$05$abcdefghijklmnopqrstuu") + "\n"


class Web(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = Site()
        cls.addClassCleanup(cls.site.end)
        cls.site.serve()

    def refused(self, *words):
        """(exit status, what is said) of one that does not serve."""
        done = subprocess.run([STSREADY, "web", "--database", self.site.database, *words], capture_output=True,
                              text=True, timeout=60, check=False)
        self.assertEqual(done.stdout, "")
        return done.returncode, done.stderr

    def raw(self, data, wait=True):
        """What comes back for bytes as they are."""
        with socket.create_connection(("127.0.0.1", self.site.port), timeout=40) as peer:
            peer.sendall(data)
            got = b""
            while wait:
                part = peer.recv(65536)
                if not part:
                    break
                got += part
            return got

    # ---- what is served ----

    def test_headers(self):
        for path in PATHS:
            with self.subTest(path):
                _, headers, text = self.site.get(path)
                policy = headers["Content-Security-Policy"]
                self.assertRegex(policy, r"^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'; ")
                self.assertIn("frame-ancestors 'none'", policy)
                self.assertNotIn("unsafe", policy)
                self.assertEqual((headers["X-Content-Type-Options"], headers["X-Frame-Options"],
                                  headers["Referrer-Policy"], headers["Cache-Control"], headers["Set-Cookie"]),
                                 ("nosniff", "DENY", "same-origin", "no-store", None))
                self.assertIsNone(re.search(r"<script|\sstyle=|\son\w+=", text))

    def test_valid_html(self):
        for path in PATHS:
            with self.subTest(path):
                tidy = subprocess.run(["tidy", "-q", "-e", "--drop-empty-elements", "no"], input=self.site.get(path)[2],
                                      capture_output=True, text=True, check=False)
                # tidy does not know WAI-ARIA 1.1
                complaints = [line for line in tidy.stderr.splitlines() if "aria-current" not in line]
                self.assertEqual(complaints, [])

    def test_json_by_name_and_by_accept(self):
        by_name = self.site.get("/domains.json")
        by_accept = self.site.get("/", Accept="application/json")
        self.assertEqual(by_name[2], by_accept[2])
        self.assertEqual(by_name[1]["Content-Type"], "application/json")
        self.assertEqual([entry["domain"] for entry in json.loads(by_name[2])["domains"]],
                         ["lantern.example", "thistle.example", "kestrel.example"])
        self.assertIn("text/html", self.site.get("/", Accept="text/html,application/json;q=0.9")[1]["Content-Type"])

    def test_the_same_verdict_as_the_command_line(self):
        for domain in SAMPLE:
            with self.subTest(domain):
                done = subprocess.run([STSREADY, "readiness", "--database", self.site.database, "--at", AT, "--check",
                                       self.site.checks, "--json", domain], capture_output=True, text=True, check=False)
                self.assertEqual(self.site.get("/domains/%s.json" % domain)[2], done.stdout)

    def test_the_same_rows_as_the_command_line(self):
        for kind in ("reports", "failures"):
            with self.subTest(kind):
                done = self.site.stsready(kind, "--json", "--domain", "lantern.example", "--since", "2026-11-01")
                rows = json.loads(self.site.get("/%s.json?domain=lantern.example&since=2026-11-01&limit=2000" % kind)[2])
                self.assertEqual(rows, [json.loads(line) for line in done.stdout.splitlines()])
                self.assertTrue(rows)
                self.assertEqual(len(json.loads(self.site.get("/%s.json?limit=3" % kind)[2])), 3)

    def test_original_of_a_report(self):
        row = json.loads(self.site.get("/reports.json?limit=1&domain=lantern.example")[2])[0]
        path = "/reports/%s/%s" % (row["domain"], row["digest"])
        status, headers, text = self.site.get(path + ".json")
        self.assertEqual((status, headers["Content-Disposition"]), (200, 'attachment; filename="report.json"'))
        self.assertEqual(json.loads(text)["report-id"], row["report_id"])
        self.assertIn(row["report_id"], self.site.get(path)[2])
        for wrong in ("/reports/lantern.example/" + "0" * 64, "/reports/kestrel.example/" + row["digest"],
                      "/reports/lantern.example/xyz", "/reports/lantern.example", "/reports//", "/reports/.."):
            self.assertEqual(self.site.get(wrong)[0], 404, wrong)

    def test_a_failure_leads_to_its_report(self):
        rows = json.loads(self.site.get("/failures.json?domain=lantern.example")[2])
        page = self.site.get("/failures?domain=lantern.example")[2]
        for row in rows[:5]:
            path = "/reports/%s/%s" % (row["domain"], row["digest"])
            self.assertIn('href="%s"' % path, page)
            self.assertEqual(json.loads(self.site.get(path + ".json")[2])["report-id"], row["report_id"])
        self.assertTrue(rows)

    def test_wrong_filters(self):
        for query in ("domain=..", "since=yesterday", "until=x"):
            self.assertEqual(self.site.get("/reports?" + query)[0], 400, query)
        self.assertEqual(self.site.get("/reports?limit=-5&trust=none&submitter=%00%ff%3Cb%3E")[0], 200)
        self.assertEqual(self.site.get("/?page=99999999999999999999&sort=x&verdict=y")[0], 200)

    # ---- what is not ----

    def test_methods(self):
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "BREW"):
            status, headers, _ = self.site.get("/", method)
            self.assertEqual((status, headers["Allow"]), (405, "GET, HEAD"), method)
        status, headers, text = self.site.get("/", "HEAD")
        self.assertEqual((status, text), (200, ""))
        self.assertGreater(int(headers["Content-Length"]), 1000)
        self.assertEqual(self.site.get("/check")[0], 404, "off unless it is allowed")
        self.assertEqual(self.site.get("/check", "POST", "domain=a.example")[0], 405)

    def test_paths(self):
        with open("/etc/hostname", encoding="ascii") as file:
            secret = file.read().strip()
        for path in ("/../../etc/hostname", "/..%2f..%2fetc%2fhostname", "//etc/hostname", "/domains/../../etc/hostname",
                     "/%2e%2e/%2e%2e/etc/hostname", "/domains/%00", "/domains/%ff%fe", "/domains/" + "a" * 5000,
                     "/domains/a..b", "/domains/-", "/reports/%2e%2e/%2e%2e", "/.git/config", "/domains/<script>"):
            with self.subTest(path):
                status, _, text = self.site.get(path)
                self.assertEqual(status, 404)
                self.assertNotIn("<script>", text)
                self.assertNotIn("\n%s\n" % secret, text)

    def test_names_it_is_asked_by(self):
        """A page whose name was made to point here learns nothing."""
        for host, status in (("localhost:1", 200), ("127.0.0.1", 200), ("[::1]:8480", 200), ("127.1.2.3:9", 200),
                             ("evil.example", 421), ("localhost.evil.example", 421), ("192.0.2.1", 421), ("", 421),
                             ("127.0.0.1.evil.example:8480", 421), ("[::2]", 421)):
            with self.subTest(host):
                self.assertEqual(self.site.get("/", Host=host)[0], status)

    def test_malformed(self):
        before = self.site.memory()
        for data in (b"\0" * 100, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"A" * 100000,
                     b"GET /" + b"a" * 40000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 20000 + b"\r\n",
                     b"POST /check HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
                     b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n",
                     b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
                     b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"):
            with self.subTest(data[:40]):
                try:
                    got = self.raw(data + b"\r\n\r\n")
                    self.assertNotIn(b"200 OK", got[:20] if b"hello" not in data else b"")
                except ConnectionError:
                    pass
        self.assertEqual(self.site.get("/")[0], 200)
        self.assertLess(self.site.memory() - before, 32 << 10)

    def test_slow_clients(self):
        """A thousand that begin a request and do not end it: others are served, memory stays, they are cut off."""
        before = self.site.memory()
        peers = []
        self.addCleanup(lambda: [peer.close() for peer in peers])
        for _ in range(SLOW):
            peer = socket.create_connection(("127.0.0.1", self.site.port), timeout=60)
            peer.sendall(b"GET / HTTP/1.1\r\nHost: local")
            peers.append(peer)
        deadline = time.monotonic() + 60
        served = open_still = 0
        while time.monotonic() < deadline:
            self.assertEqual(self.site.get("/")[0], 200)
            served += 1
            open_still = 0
            for peer in peers:  # each drips on
                try:
                    peer.sendall(b"h")
                    open_still += 1
                except OSError:
                    pass
            if open_still == 0:
                break
            time.sleep(1)
        self.assertEqual(open_still, 0, "they hang on for ever")
        self.assertGreater(served, 5)
        # each connection has 16 KiB of its own
        self.assertLess(self.site.memory() - before, (SLOW * 40) + (48 << 10))

    def test_it_only_reads(self):
        """The role that may only read is enough."""
        url = self.site.cluster.url("web")
        self.site.cluster.psql("web", "create role looks login in role stsready_read")
        reader = re.sub(r"user=\S+", "user=looks", url) if "user=" in url else url + " user=looks"
        port = free_port()
        process = subprocess.Popen([STSREADY, "web", "--database", reader, "--listen", "127.0.0.1:%d" % port],
                                   stderr=subprocess.PIPE, text=True)
        try:
            self.assertTrue(process.stderr.readline().startswith("serving"))
            mine, self.site.port = self.site.port, port
            for path in PATHS[:4]:
                self.assertEqual(self.site.get(path)[0], 200, path)
        finally:
            self.site.port = mine
            process.terminate()
            self.assertEqual(process.wait(timeout=60), 0)
            process.stderr.close()

    # ---- where it listens, and who may ask ----

    def test_where_it_listens(self):
        for words, status, why in ((["--listen", "0.0.0.0:0"], 64, "can be reached from elsewhere"),
                                   (["--listen", ":0"], 64, "can be reached from elsewhere"),
                                   (["--listen", "nonsense"], 64, "not ADDR:PORT"),
                                   (["--listen", "127.0.0.1:%d" % self.site.port], 74, "cannot listen"),
                                   (["--proxy", "nonsense"], 64, "--proxy"), (["--refresh", "0"], 64, "--refresh"),
                                   (["--checks-a-minute", "0"], 64, "--checks-a-minute"), (["x"], 64, "no operands"),
                                   (["--tls-cert", "x"], 64, "go together"), (["--auth", "/nonexistent"], 74, "--auth")):
            with self.subTest(words):
                got, said = self.refused(*words)
                self.assertEqual((got, said.count("\n")), (status, 1), said)
                self.assertIn(why, said)

    def test_password_files(self):
        for text, why in (("ann:$apr1$x$y\n", "line 1: ann: neither bcrypt nor yescrypt"), ("ann\n", "line 1: not NAME:HASH"),
                          ("# nobody\n", "names nobody"), ("ann:plain\n", "neither bcrypt"), (":$2y$\n", "not NAME:HASH")):
            with self.subTest(text), tempfile.NamedTemporaryFile("w") as file:
                file.write(text)
                file.flush()
                status, said = self.refused("--auth", file.name)
                self.assertEqual((status, said.count("\n")), (74, 1), said)
                self.assertIn(why, said)


class Guarded(unittest.TestCase):
    """With a password, from every address, and with live checks."""

    @classmethod
    def setUpClass(cls):
        cls.file = tempfile.NamedTemporaryFile("w", prefix="stsready-web-")
        cls.addClassCleanup(cls.file.close)
        cls.file.write("# made for this test\n" + bcrypt_line())
        cls.file.flush()
        cls.site = Site(["--auth", cls.file.name, "--allow-check", "--checks-a-minute", "3"])
        cls.addClassCleanup(cls.site.end)
        cls.good = {"Authorization": "Basic " + base64.b64encode(b"ann:correct horse").decode()}
        cls.site.serve(wait=False)

    def test_passwords(self):
        for name, password, status in (("ann", "correct horse", 200), ("ann", "wrong", 401), ("bob", "correct horse", 401),
                                       ("ann", "", 401), ("", "", 401), ("ann", "correct horse", 200)):
            token = base64.b64encode(("%s:%s" % (name, password)).encode()).decode()
            for path in ("/", "/domains.json", "/nothing"):
                got = self.site.get(path, Authorization="Basic " + token)[0]
                self.assertEqual(got, 404 if status == 200 and path == "/nothing" else status, (name, path))
        status, headers, text = self.site.get("/")
        self.assertEqual((status, headers["WWW-Authenticate"]), (401, 'Basic realm="stsready", charset="UTF-8"'))
        self.assertNotIn("lantern", text)
        for garbage in ("Basic", "Basic !!!", "Bearer x", "Basic " + "A" * 9000):
            self.assertEqual(self.site.get("/", Authorization=garbage)[0], 401, garbage[:20])

    def test_the_form(self):
        def post(body, **headers):
            return self.site.get("/check.json", "POST", body, **{**self.good, **headers})
        for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"},
                        {"Origin": "http://127.0.0.1:%d.evil.example" % self.site.port}):
            self.assertEqual(post("domain=a.invalid", **headers)[0], 403, headers)
        self.assertEqual(self.site.get("/check", "POST", "domain=a.invalid")[0], 401)
        self.assertEqual(post("domain=" + "a" * 5000)[0], 413)
        for body in ("", "domain=", "domain=a..b", "other=a.invalid", "domain=%00"):
            self.assertEqual(post(body)[0], 400, body)
        own = "http://127.0.0.1:%d" % self.site.port
        status, _, text = post("domain=a.invalid", Origin=own, Sec_Fetch_Site="same-origin")
        self.assertEqual((status, json.loads(text)["domain"]), (200, "a.invalid"))
        self.assertEqual(post("domain=b.invalid")[0], 200)
        self.assertEqual(post("domain=c.invalid")[0], 200)
        status, headers, _ = post("domain=d.invalid")
        self.assertEqual((status, headers["Retry-After"]), (429, "60"))


class Proxied(unittest.TestCase):
    """Behind a proxy alone; over TLS; when the database is away."""

    def start(self, *words):
        site = Site(words, sample=False)
        self.addCleanup(site.end)
        return site

    def test_only_the_proxy_connects(self):
        site = self.start("--proxy", "192.0.2.7")
        site.serve(wait=False)
        with self.assertRaises(OSError):
            site.get("/")
        site.stop()
        site.options = ["--proxy", "127.0.0.0/8"]
        site.serve(wait=False)
        self.assertEqual(site.get("/", Host="stsready.example")[0], 200, "the proxy says by which name")

    def test_tls(self):
        site = self.start()
        pem = site.folder.name + "/pair.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", pem,
                        "-out", pem + ".crt"], check=True, stderr=subprocess.DEVNULL)
        site.options = ["--tls-cert", pem + ".crt", "--tls-key", pem]
        site.serve(wait=False)
        done = subprocess.run(["curl", "-sS", "--ipv4", "--cacert", pem + ".crt", "-o", "/dev/null", "-w", "%{http_code}",
                               "https://localhost:%d/" % site.port], capture_output=True, text=True, check=False)
        self.assertEqual(done.stdout, "200", done.stderr)

    def test_database_away(self):
        site = self.start("--refresh", "1")
        site.watch("a.example")
        site.serve()
        site.cluster.kill9()
        self.assertEqual(site.get("/domains/a.example")[0], 503)
        self.assertEqual(site.get("/reports.json")[0], 503)
        deadline = time.monotonic() + 30
        while "does not answer" not in site.get("/")[2] and time.monotonic() < deadline:
            time.sleep(0.2)
        status, _, text = site.get("/")
        self.assertEqual(status, 200)
        self.assertIn("does not answer", text)
        self.assertIn("a.example", text, "what was known is shown still")
        site.cluster.start()
        deadline = time.monotonic() + 60
        while site.get("/domains/a.example")[0] != 200 and time.monotonic() < deadline:
            time.sleep(0.2)
        self.assertEqual(site.get("/domains/a.example")[0], 200, "it finds its way back")

    def test_ends_by_a_signal(self):
        site = self.start()
        site.serve()
        self.assertEqual(site.stop(), 0)


if __name__ == "__main__":
    unittest.main()
