#!/usr/bin/python3
"""stsreadyd against a real PostgreSQL: senders as they are, and what each is told."""
import gzip
import http.client
import itertools
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
import unittest

from cluster import Cluster
from endpoint import (PATH, PROGRAM, STSREADY, Endpoint, end_certificate, make_certificate, make_schema, report,
                      wait_until)
from scratch import new_folder

GZIP = {"Content-Type": "application/tlsrpt+gzip"}
NO_DOMAIN = report(policies=[{"policy": {"policy-type": "no-policy-found"},
                              "summary": {"total-successful-session-count": 1}}])

# What a new report is told: from the database, or from the spool where a busy machine lets the database take more
# than two seconds.  Tests whose point is which of them use at_once().
TAKEN = (201, 202)


class Case(unittest.TestCase):
    """One cluster for all tests of a class, a database and a daemon for each test."""
    serial = 0
    durable = False

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(durable=cls.durable)
        cls.cluster.start()

    @classmethod
    def tearDownClass(cls):
        cls.cluster.stop()

    def setUp(self):
        Case.serial += 1
        self.name = "endpoint%d" % Case.serial
        self.database = make_schema(self.cluster, self.name)
        self.endpoints = []

    def serve(self, *options, **named):
        endpoint = Endpoint(self.database, *options, **named)
        self.endpoints.append(endpoint)
        self.addCleanup(self.end, endpoint)
        return endpoint

    def end(self, endpoint):
        self.assertEqual(endpoint.stop(), 0, endpoint.log())
        self.assertNotIn("Sanitizer", endpoint.log())
        shutil.rmtree(endpoint.folder, ignore_errors=True)

    def wait_drained(self, endpoint):
        wait_until("the spool to drain", lambda: endpoint.spooled() == 0)
        wait_until("the database to be well", lambda: endpoint.health()[0] == 200)

    def at_once(self, endpoint, attempt):
        """The statuses that attempt(number) returns, again with another number where 202 is among them."""
        for number in range(1000, 1020):
            statuses = attempt(number)
            if 202 not in statuses:
                return statuses
            self.wait_drained(endpoint)
        return statuses

    def ask(self, sql):
        """Of the database, when it has what the endpoints that run have taken."""
        for endpoint in self.endpoints:
            if endpoint.process and endpoint.process.poll() is None:
                wait_until("the spool to drain", lambda: endpoint.spooled() == 0)
        return self.cluster.psql(self.name, sql).strip()

    def count(self, table="report"):
        return int(self.ask("select count(*) from " + table))


class Senders(Case):
    def setUp(self):
        super().setUp()
        self.endpoint = self.serve()

    def test_sys4(self):
        """Postfix' reporter runs curl like this, and takes any status as delivered."""
        body = gzip.compress(report())
        words = ["--header", "Content-Type: application/tlsrpt+gzip", "--data-binary", "@-"]
        self.assertEqual(self.endpoint.curl(*words, data=body), (0, ""))
        self.assertRegex(self.endpoint.curl(*words, "--include", data=body)[1], r"^HTTP/1\.1 20[02] ")
        self.assertEqual(self.ask("select domain, channel, trust, remote, cardinality(arrivals) from report"),
                         "rcpt.example|https|https|127.0.0.1|2")
        self.assertEqual(self.ask("select sum(success) from day_policy"), "1")

    def status_of(self, *words, data):
        return self.endpoint.curl("--output", os.devnull, "--write-out", "%{http_code}", *words, data=data)[1]

    def test_large_with_expect(self):
        """Over 1 MiB curl asks first: Expect: 100-continue."""
        body = report(details=12000)
        self.assertGreater(len(body), 1 << 20)
        done = subprocess.run(["curl", "-sv", "--cacert", self.endpoint.folder + "/cert.pem", "--data-binary", "@-",
                               self.endpoint.url()], input=body, capture_output=True, check=True)
        self.assertIn(b"HTTP/1.1 100 Continue", done.stderr)
        self.assertRegex(done.stderr, b"HTTP/1.1 20[12]")
        self.assertEqual(self.count("failure_detail"), 12000)

    def test_chunked(self):
        body = report(details=3000)
        self.assertIn(self.status_of("--header", "Transfer-Encoding: chunked", "--data-binary", "@-", data=body),
                      ("201", "202"))
        self.assertEqual(self.count("failure_detail"), 3000)

    def test_labels(self):
        """Type and encoding are never believed."""
        plain, packed = report, lambda number: gzip.compress(report(number))
        cases = [
            ("plain JSON labelled gzip", plain, GZIP),
            ("gzip labelled JSON", packed, {"Content-Type": "application/tlsrpt+json"}),
            ("Content-Encoding: gzip", packed, {**GZIP, "Content-Encoding": "gzip"}),
            ("Content-Encoding: gzip, and it is not", plain, {"Content-Encoding": "gzip"}),
            ("a form", packed, {"Content-Type": "application/x-www-form-urlencoded"}),
            ("no Content-Type", packed, {}),
            ("nonsense", packed, {"Content-Type": ";;;"}),
        ]
        for number, (name, make, headers) in enumerate(cases):
            with self.subTest(name):
                self.assertIn(self.endpoint.post(make(number), headers=headers), TAKEN)
        self.assertEqual(self.count(), len(cases))

    def test_http_1_0(self):
        body = report()
        answer = self.endpoint.raw(b"POST %s HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s"
                                   % (PATH.encode(), len(body), body))
        self.assertRegex(answer, rb"^HTTP/1\.[01] 20[12] ")
        self.assertEqual(self.count(), 1)

    def test_get(self):
        for path in "/", PATH, PATH + "/token":
            for method in "GET", "HEAD":
                with self.subTest(path, method=method):
                    status, headers, text = self.endpoint.request(method, path)
                    self.assertEqual(status, 200)
                    self.assertEqual("RFC 8460" in text, method == "GET")
                    self.assertNotIn("Server", headers)

    def test_other_methods(self):
        for method in "PUT", "DELETE", "OPTIONS", "PATCH", "NONSENSE":
            with self.subTest(method):
                status, headers, text = self.endpoint.request(method, PATH, b"x")
                self.assertEqual((status, headers["Allow"]), (405, "GET, HEAD, POST"))
                self.assertEqual(text.count("\n"), 1)

    def test_paths(self):
        cases = [
            (PATH + "/", TAKEN), (PATH + "/abc-DEF_123", TAKEN), (PATH + "?x=y", TAKEN),
            ("/", [404]), ("/v1", [404]), ("/v1/tlsrptx", [404]), (PATH + "/a/b", [404]), (PATH + "/a%2fb", [404]),
            (PATH + "/" + 129 * "a", [404]), ("/v1//tlsrpt", [404]), ("/V1/tlsrpt", [404]),
        ]
        for number, (path, statuses) in enumerate(cases):
            with self.subTest(path):
                self.assertIn(self.endpoint.post(report(number), path), statuses)

    def test_too_large(self):
        body = b'{"report-id":"' + 11 * 1024 * 1024 * b"x" + b'"}'
        for name, words in [("asked first", ["--expect100-timeout", "60"]), ("at once", ["--header", "Expect:"]),
                            ("chunked", ["--header", "Transfer-Encoding: chunked", "--header", "Expect:"])]:
            with self.subTest(name):
                self.assertEqual(self.status_of(*words, "--data-binary", "@-", data=body), "413")
        self.assertEqual(self.count("quarantine"), 0)

    def test_refusals_reach_who_sends_first(self):
        """One that looks for the answer only when it has sent its body sees a refusal, and no reset connection."""
        connection = self.endpoint.connection()
        for path, size, status in [(PATH, 11 << 20, 413), ("/nowhere", 1000000, 404), ("/nowhere", 10, 404)]:
            with self.subTest(path, size=size):
                connection.request("POST", path, size * b"x")
                answer = connection.getresponse()
                self.assertEqual((answer.status, answer.read().count(b"\n")), (status, 1))
        connection.close()

    def test_faults_are_taken(self):
        """A TLS report with faults is a TLS report."""
        faulty = report(**{"contact-info": None, "report-id": None, "policies": [{"policy": {}, "summary": {}}]})
        self.assertIn(self.endpoint.post(faulty), TAKEN)
        self.assertEqual(self.ask("select cardinality(notes) > 0 from report"), "t")

    def test_no_report(self):
        cases = [
            ("text", b"hello", 400), ("JSON of something else", b'{"a":1}', 400), ("broken gzip", b"\x1f\x8b\x08xx", 400),
            ("an end too soon", report()[:-20], 400),
            ("a bomb", gzip.compress(17 * 1024 * 1024 * b"0"), 413), ("too deep", 5000 * b"[", 413),
        ]
        for name, body, status in cases:
            with self.subTest(name):
                self.assertEqual(self.endpoint.post(body), status)
        self.assertEqual(self.count("quarantine"), len(cases))
        self.assertEqual(self.endpoint.post(b"hello"), 400)
        self.assertEqual(self.count("quarantine"), len(cases))
        self.assertEqual(self.count(), 0)

    def test_empty(self):
        for headers in {}, {"Content-Length": "0"}:
            self.assertEqual(self.endpoint.post(b"", headers=headers), 400)
        self.assertEqual(self.count("quarantine"), 0)

    def test_conflict(self):
        """The same report-id over another content: kept, and counted once."""
        statuses = self.at_once(self.endpoint, lambda number: [self.endpoint.post(report(number)),
                                                               self.endpoint.post(report(number, details=2))])
        self.assertEqual(statuses, [201, 200])
        self.assertEqual(self.ask("select string_agg(counted::text, ' ' order by counted) from report"
                                  " group by report_id order by report_id desc limit 1"), "false true")

    def test_seen(self):
        """New, and seen before."""
        statuses = self.at_once(self.endpoint, lambda number: [self.endpoint.post(report(number)),
                                                               self.endpoint.post(report(number))])
        self.assertEqual(statuses, [201, 200])

    def test_keep_alive(self):
        connection = self.endpoint.connection()
        for number in range(50):
            connection.request("POST", PATH, gzip.compress(report(number)), GZIP)
            answer = connection.getresponse()
            self.assertIn(answer.status, TAKEN)
            self.assertEqual(answer.read(), b"")
        connection.close()
        self.assertEqual(self.count(), 50)

    def test_pipelined(self):
        one = b"".join(b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"
                       % (PATH.encode(), len(report(n)), report(n)) for n in range(20))
        answer = self.endpoint.raw(one + b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        self.assertEqual(len(re.findall(b"HTTP/1.1 20[12] ", answer)), 20)
        self.assertEqual(answer.count(b"HTTP/1.1 200 "), 1)
        self.assertEqual(self.count(), 20)

    def test_bad_http(self):
        endpoint = self.serve("--header-timeout", "1", "--idle-timeout", "1")
        cases = [b"\r\n\r\n", b"POST\r\n\r\n", b"POST /v1/tlsrpt HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                 b"POST /v1/tlsrpt HTTP/1.1\r\nHost: x\r\nContent-Length: 1x\r\n\r\nx",
                 b"POST /v1/tlsrpt HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                 b"POST /v1/tlsrpt HTTP/1.1\r\nHost: x\r\nX: " + 65536 * b"x" + b"\r\n\r\n",
                 b"POST /" + 65536 * b"x" + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01" * 100]
        for case in cases:
            with self.subTest(case[:40]):
                self.assertNotRegex(endpoint.raw(case), rb"^HTTP/1.1 2")
        self.assertIn(endpoint.post_new(), TAKEN)

    def test_silent_about_itself(self):
        status, headers, text = self.endpoint.request("POST", "/nowhere", b"x")
        self.assertEqual(status, 404)
        self.assertEqual({name.lower() for name in headers} - {"date", "content-length", "content-type", "connection"},
                         set())
        self.assertNotRegex(text.lower(), "microhttpd|stsready|version")


class Tokens(Case):
    durable = True

    def test_tokens(self):
        """A token stands for its domain where the report says none; unknown ones are told the same."""
        self.ask("insert into domain values ('mine.example', now(), 'token-of-mine', '{}')")
        endpoint = self.serve()
        wait_until("the tokens", lambda: endpoint.metric("database_up") == 1)
        answers = []

        def attempt(number):
            answers[:] = [endpoint.request("POST", PATH + token, NO_DOMAIN.replace(b'"r0"', b'"%s%d"' % (kind, number)))
                          for token, kind in [("/token-of-mine", b"known"), ("/token-of-nobody", b"other")]]
            return [answer[0] for answer in answers]
        self.assertEqual(self.at_once(endpoint, attempt), [201, 201])
        self.assertEqual(answers[0][2], answers[1][2])
        self.assertEqual(self.ask("select distinct domain, left(report_id, 5) from report order by 1"),
                         "mine.example|known\nunknown|other")

    def test_token_before_the_database(self):
        """Spooled while nobody could say whose token it is."""
        self.ask("insert into domain values ('mine.example', now(), 'token-of-mine', '{}')")
        self.cluster.kill9()
        endpoint = self.serve()
        self.assertEqual(endpoint.post(NO_DOMAIN, PATH + "/token-of-mine"), 202)
        self.cluster.start()
        wait_until("the spool to drain", lambda: endpoint.spooled() == 0)
        self.assertEqual(self.ask("select domain from report"), "mine.example")


class Limits(Case):
    def test_rate(self):
        endpoint = self.serve("--rate", "1", "--burst", "5")
        answers = [endpoint.request("POST", PATH, report(number)) for number in range(8)]
        # what is slow to read, as everything is for a sanitizer, costs more than one
        self.assertLessEqual({answer[0] for answer in answers[:3]}, set(TAKEN))
        self.assertEqual(answers[-1][0], 429)
        self.assertGreater(int(answers[-1][1]["Retry-After"]), 0)
        self.assertGreater(endpoint.metric("rate_limited_total"), 0)
        time.sleep(1.5)
        self.assertIn(endpoint.post_new(100), TAKEN)

    def test_connections_of_one_address(self):
        endpoint = self.serve("--connections-per-address", "5")
        held = [endpoint.connect("127.0.0.2") for _ in range(5)]
        with self.assertRaises(OSError):
            endpoint.connect("127.0.0.2")
        self.assertIn(endpoint.post_new(), TAKEN)
        self.assertGreaterEqual(endpoint.metric("connections_refused_total"), 1)
        for peer in held:
            peer.close()
        wait_until("the end of the connections", lambda: endpoint.metric("connections") == 0)
        endpoint.connect("127.0.0.2").close()

    def test_connections_in_all(self):
        """A new one waits until there is room, and idle ones make room."""
        endpoint = self.serve("--connections", "20", "--header-timeout", "2")
        held = [endpoint.connect("127.0.0.%d" % (2 + i)) for i in range(20)]
        began = time.monotonic()
        self.assertIn(endpoint.post_new(), TAKEN)
        self.assertLess(time.monotonic() - began, 10)
        for peer in held:
            peer.close()

    def test_slow(self):
        endpoint = self.serve("--header-timeout", "1", "--body-timeout", "1", "--idle-timeout", "1")
        head = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n" % PATH.encode()
        for name, start in ("nothing", b""), ("a header", b"POST "), ("a body", head):
            with self.subTest(name):
                began = time.monotonic()
                with endpoint.connect() as peer:
                    peer.sendall(start)
                    peer.settimeout(0.3)
                    with self.assertRaises((OSError, EOFError)):
                        while time.monotonic() - began < 20:
                            peer.sendall(b"x")
                            try:
                                if peer.recv(100) == b"":
                                    raise EOFError
                            except TimeoutError:
                                pass
                self.assertLess(time.monotonic() - began, 10)
        self.assertGreaterEqual(endpoint.metric("connections_cut_total"), 3)

    def test_reports_of_a_domain(self):
        endpoint = self.serve("--reports-per-domain", "2")
        self.assertLessEqual({endpoint.post_new(number) for number in range(4)}, set(TAKEN))
        self.assertIn(endpoint.post_new(9, domain="other.example"), TAKEN)
        self.assertEqual(endpoint.metric("reports_over_cap_total"), 2)
        self.assertEqual(len(re.findall("event=domain-over-cap domain=rcpt.example", endpoint.log())), 1)
        self.assertEqual(self.ask("select counted, over_cap, count(*) from report where domain = 'rcpt.example'"
                                  " group by 1, 2 order by 1"), "f|t|2\nt|f|2")

    def test_memory(self):
        """One address cannot fill the memory for bodies."""
        endpoint = self.serve("--memory", "16M")
        head = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n" % PATH.encode()
        with endpoint.connect("127.0.0.2") as peer:
            peer.sendall(head + 2900000 * b"x")
            wait_until("the body", lambda: endpoint.metric("bodies_held_bytes") == 2900000)
            self.assertIn(b" 429 ", endpoint.raw(head + 3000000 * b"x", source="127.0.0.2", once=True))
            self.assertIn(endpoint.post_new(), TAKEN)
        wait_until("the memory", lambda: endpoint.metric("bodies_held_bytes") == 0)


class Listeners(Case):
    def test_proxy(self):
        endpoint = self.serve("--behind-proxy", "127.0.0.1", tls=False)
        self.assertIn(endpoint.post(report(1), headers={"X-Forwarded-For": "1.1.1.1, 2001:db8::9"}), TAKEN)
        self.assertEqual(self.ask("select remote from report"), "2001:db8::9")

    def test_no_proxy(self):
        endpoint = self.serve(tls=False)
        self.assertIn(endpoint.post(report(1), headers={"X-Forwarded-For": "2001:db8::9"}), TAKEN)
        self.assertEqual(self.ask("select remote from report"), "127.0.0.1")

    def test_unix_socket(self):
        folder = new_folder("endpoint")[0]
        endpoint = self.serve("--behind-proxy", "unix", listen="unix:" + folder + "/http", folder=folder)
        done = subprocess.run(["curl", "-si", "--unix-socket", folder + "/http", "--data-binary", "@-",
                               "-H", "X-Forwarded-For: 198.51.100.7", "http://localhost" + PATH],
                              input=report(), capture_output=True, check=True)
        self.assertRegex(done.stdout, b"^HTTP/1.1 20[12] ")
        self.assertEqual(self.ask("select remote from report"), "198.51.100.7")
        # left by one that died, it is no hindrance
        endpoint.kill()
        endpoint.start()

    def test_refusals(self):
        folder = new_folder("endpoint")[0]
        self.addCleanup(shutil.rmtree, folder)
        make_certificate(folder)
        make_certificate(folder, name="other")
        pair = ["--tls-cert", folder + "/cert.pem", "--tls-key", folder + "/cert.key"]
        cases = [
            ([], "nowhere to listen"),
            (["--listen", "127.0.0.1:0"], "needs tls-cert"),
            (["--listen", "0.0.0.0:0", "--http"], "behind-proxy"),
            (["--listen", "[::]:0", "--http"], "behind-proxy"),
            (["--listen", "127.0.0.1:0", "--http", "--admin", "0.0.0.0:0"], "admin must be on loopback"),
            (["--listen", "nowhere:80", "--http"], "nowhere:80"),
            (["--listen", "127.0.0.1:0", *pair[:3], folder + "/other.key"], "is not the key of"),
            (["--listen", "127.0.0.1:0", "--tls-cert", folder + "/none.pem"], "none.pem"),
            (["--listen", "127.0.0.1:0", "--tls-cert", "/etc/passwd"], "/etc/passwd"),
            (["--listen", "127.0.0.1:0", "--http", "--spool", "/proc/x"], "/proc/x"),
        ]
        for words, why in cases:
            with self.subTest(words):
                done = subprocess.run([PROGRAM, "--spool", folder + "/spool", "--database", self.database, *words],
                                      capture_output=True, text=True, check=False, timeout=60)
                self.assertEqual(done.returncode, 78)
                self.assertRegex(done.stderr, "^stsreadyd: .*" + re.escape(why))

    def test_check_config(self):
        folder = new_folder("endpoint")[0]
        self.addCleanup(shutil.rmtree, folder)
        words = [PROGRAM, "--check-config", "--http", "--listen", "127.0.0.1:0", "--spool", folder + "/spool"]
        for database, status, text in [(self.database, 0, "ok\n"), (self.cluster.url("nothing"), 69, "")]:
            done = subprocess.run([*words, "--database", database], capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stdout), (status, text), done.stderr)

    def test_check_config_while_running(self):
        endpoint = self.serve()
        done = subprocess.run([*endpoint.command, "--check-config"], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, "ok\n"), done.stderr)
        done = subprocess.run(endpoint.command, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 78)
        self.assertRegex(done.stderr, "another stsreadyd has this spool")
        self.assertIn(endpoint.post_new(), TAKEN)

    def test_inherited_socket(self):
        """Socket activation; and the service manager's socket outlives the daemon."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            endpoint = self.serve(start=False)
            endpoint.port = listener.getsockname()[1]
            command = endpoint.command
            at = command.index("--listen")
            endpoint.command = ["bash", "-c", 'LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=https exec "$@" 3<&%d'
                                % listener.fileno(), "bash", *command[:at], *command[at + 2:]]
            os.set_inheritable(listener.fileno(), True)
            popen, subprocess.Popen = subprocess.Popen, lambda *a, **k: popen(*a, close_fds=False, **k)
            try:
                endpoint.start()
            finally:
                subprocess.Popen = popen
            self.assertIn(endpoint.post_new(1), TAKEN)
            self.assertEqual(endpoint.stop(), 0)
            waiting = socket.create_connection(listener.getsockname())
            listener.accept()[0].close()
            waiting.close()



class Away(Case):
    """The database goes and comes back."""
    durable = True
    DRAINED = 'reports_total{result="new",channel="spool"}'

    def store(self, endpoint, number):
        """A report that is in the database when the test goes on."""
        self.assertIn(endpoint.post_new(number), TAKEN)
        self.wait_drained(endpoint)

    def post_at_once(self, endpoint):
        self.assertEqual(self.at_once(endpoint, lambda number: [endpoint.post_new(number)]), [201])

    def test_killed(self):
        endpoint = self.serve()
        self.store(endpoint, 0)
        before = endpoint.metric(self.DRAINED)
        self.cluster.kill9()
        self.assertEqual([endpoint.post_new(number) for number in range(1, 6)], 5 * [202])
        self.assertEqual(endpoint.post(b"no report"), 400)
        status, text = endpoint.health()
        self.assertEqual(status, 503)
        self.assertRegex(text, "database: .*\nspool: ok\ncertificate: ok")
        self.assertEqual(endpoint.metric("spool_files"), 6)
        self.assertEqual(endpoint.metric("database_up"), 0)
        self.cluster.start()
        self.wait_drained(endpoint)
        self.assertEqual((self.count(), self.count("quarantine")), (6, 1))
        self.assertEqual(self.ask("select sum(success) from day_policy"), "21")
        self.assertEqual(endpoint.metric(self.DRAINED) - before, 5)
        self.post_at_once(endpoint)

    def test_restarted(self):
        """A restart of the database between two posts costs nothing."""
        endpoint = self.serve()
        self.store(endpoint, 0)
        self.cluster.kill9()
        self.cluster.start()
        self.assertIn(endpoint.post_new(1), TAKEN)
        self.wait_drained(endpoint)
        self.assertEqual(self.count(), 2)

    def test_hangs(self):
        """A table that is locked: no sender waits for it, nobody counts twice."""
        endpoint = self.serve()
        with subprocess.Popen(["psql", "-q", "-d", self.database], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as psql:
            psql.stdin.write("begin; lock table report; select 'locked';\n")
            psql.stdin.flush()
            while "locked" not in psql.stdout.readline():
                pass
            began = time.monotonic()
            self.assertEqual(endpoint.post_new(0), 202)
            self.assertLess(time.monotonic() - began, 5)
            began = time.monotonic()
            self.assertEqual(endpoint.post_new(1), 202)
            psql.stdin.close()
        self.wait_drained(endpoint)
        self.assertEqual(self.ask("select count(*), sum(success) from report_policy"), "2|3")
        self.assertEqual(self.ask("select sum(success) from day_policy"), "3")
        self.post_at_once(endpoint)

    def test_from_the_start(self):
        """The daemon dies with reports in its spool, and begins again before the database does."""
        self.cluster.kill9()
        endpoint = self.serve()
        self.assertEqual([endpoint.post_new(number) for number in range(5)], 5 * [202])
        endpoint.kill()
        with open(endpoint.folder + "/spool/tmp/half", "wb") as half:
            half.write(b"stsready-spool 1\nkey")
        with open(endpoint.folder + "/spool/new/0000000000000001-damaged", "wb") as damaged:
            damaged.write(b"stsready-spool 1\nkey")
        endpoint.start()
        self.assertEqual(endpoint.post_new(5), 202)
        self.cluster.start()
        self.wait_drained(endpoint)
        self.assertEqual(self.count(), 6)
        self.assertEqual(os.listdir(endpoint.folder + "/spool/bad"), ["0000000000000001-damaged"])
        self.assertEqual(os.listdir(endpoint.folder + "/spool/tmp"), [])
        self.assertEqual(endpoint.metric("spool_damaged_total"), 1)

    def test_full(self):
        endpoint = self.serve("--spool-files", "10")
        self.store(endpoint, 0)
        self.cluster.kill9()
        self.assertEqual([endpoint.post_new(number) for number in range(1, 13)], 10 * [202] + 2 * [503])
        self.assertIn("level=error event=spool-failed", endpoint.log())
        self.assertEqual(endpoint.metric("spool_failures_total"), 2)
        self.cluster.start()
        self.wait_drained(endpoint)
        self.assertEqual(self.count(), 11)

    def test_not_ours(self):
        """No schema: a person must act, and until then nothing is lost."""
        self.cluster.createdb(self.name + "empty")
        endpoint = Endpoint(self.cluster.url(self.name + "empty"))
        self.addCleanup(self.end, endpoint)
        wait_until("bad health", lambda: endpoint.health()[0] == 503)
        self.assertEqual(endpoint.post_new(0), 202)
        self.assertRegex(endpoint.health()[1], "stsready init")

    def test_import_by_hand(self):
        """`stsready import` reads a spool as it is."""
        self.cluster.kill9()
        endpoint = self.serve()
        self.assertEqual([endpoint.post_new(number) for number in range(3)], 3 * [202])
        endpoint.stop()
        self.cluster.start()
        subprocess.run([STSREADY, "import", "--database", self.database, endpoint.folder + "/spool"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.assertEqual(self.ask("select channel, trust, remote, count(*) from report group by 1, 2, 3"),
                         "https|https|127.0.0.1|3")
        endpoint.start()
        self.wait_drained(endpoint)
        self.assertEqual(self.ask("select count(*), max(cardinality(arrivals)) from report"), "3|1")


class Operations(Case):
    def served_serial(self, endpoint):
        with endpoint.connect() as peer:
            return peer.getpeercert()["serialNumber"]

    def finish(self, connection):
        answer = connection.getresponse()
        answer.read()
        return answer.status

    def test_reload(self):
        """A new pair is shown to new connections; the open ones go on; a bad one is refused."""
        endpoint = self.serve()
        self.assertEqual(self.served_serial(endpoint), "01")
        open_one = endpoint.connection()
        open_one.request("POST", PATH, report(1))
        self.assertIn(self.finish(open_one), TAKEN)

        make_certificate(endpoint.folder, serial=2)
        endpoint.context.load_verify_locations(endpoint.folder + "/cert.pem")
        endpoint.reload()
        self.assertEqual(self.served_serial(endpoint), "02")
        open_one.request("POST", PATH, report(2))
        self.assertIn(self.finish(open_one), TAKEN)
        open_one.close()

        for name, spoil in [("another key", lambda: make_certificate(endpoint.folder, 3, "other")
                             or shutil.copy(endpoint.folder + "/other.key", endpoint.folder + "/cert.key")),
                            ("no key", lambda: os.unlink(endpoint.folder + "/cert.key")),
                            ("an ended one", lambda: make_certificate(endpoint.folder, 4)
                             or end_certificate(endpoint.folder)),
                            ("no certificate", lambda: open(endpoint.folder + "/cert.pem", "w").close())]:
            with self.subTest(name):
                spoil()
                endpoint.reload()
                self.assertIn("event=reload-refused", endpoint.log().splitlines()[-1])
                self.assertEqual(self.served_serial(endpoint), "02")
                self.assertEqual(endpoint.health()[0], 200)

    def test_reload_under_load(self):
        """Ten swaps while a connection is made for each report: none fails, the last pair is served."""
        endpoint = self.serve()
        stopping, failed, posted = threading.Event(), [], []

        def send(numbers):
            context = ssl._create_unverified_context()
            while not stopping.is_set():
                number = next(numbers)
                connection = http.client.HTTPSConnection("127.0.0.1", endpoint.port, timeout=20, context=context)
                try:
                    connection.request("POST", PATH, report(number))
                    posted.append(connection.getresponse().status)
                except (OSError, http.client.HTTPException) as error:
                    failed.append(error)
                connection.close()
        threads = [threading.Thread(target=send, args=(itertools.count(thread, 4),)) for thread in range(4)]
        for thread in threads:
            thread.start()
        for serial in range(2, 12):
            make_certificate(endpoint.folder, serial=serial)
            endpoint.reload()
        stopping.set()
        for thread in threads:
            thread.join()
        endpoint.context.load_verify_locations(endpoint.folder + "/cert.pem")
        self.assertEqual(self.served_serial(endpoint), "0B")
        self.assertEqual(failed, [])
        self.assertLessEqual(set(posted), set(TAKEN))
        self.assertEqual(self.count(), len(posted))

    def test_stop_finishes(self):
        """SIGTERM: what is in hand is finished, nothing new is taken."""
        endpoint = self.serve()
        idle = endpoint.connect()
        body = report(1)
        with endpoint.connect() as peer:
            peer.sendall(b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (PATH.encode(), len(body)))
            wait_until("the request", lambda: endpoint.metric("connections") == 2)
            time.sleep(0.2)
            began = time.monotonic()
            endpoint.process.terminate()
            wait_until("the stop", lambda: "event=stopping" in endpoint.log())
            time.sleep(0.5)
            with self.assertRaises(OSError):
                endpoint.connect()
            peer.sendall(body)
            answer = peer.recv(65536)
            self.assertRegex(answer, b"^HTTP/1.1 20[12] ")
            self.assertIn(b"Connection: close", answer)
        idle.close()
        self.assertEqual(endpoint.process.wait(10), 0)
        self.assertLess(time.monotonic() - began, 5.5)
        self.assertEqual(self.count() + endpoint.spooled(), 1)

    def test_stop_takes_who_has_just_come(self):
        """SIGTERM: who is connected, but was not yet heard, is; who was heard before is let go."""
        endpoint = self.serve()
        request = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
        with endpoint.connect() as new, endpoint.connect() as heard:
            body = report(1)
            heard.sendall(request % (PATH.encode(), len(body)) + body)
            self.assertRegex(heard.recv(65536), b"^HTTP/1.1 20[12] ")
            endpoint.process.terminate()
            wait_until("the stop", lambda: "event=stopping" in endpoint.log())
            self.assertEqual(heard.recv(1), b"")
            body = report(2)
            new.sendall(request % (PATH.encode(), len(body)) + body)
            answer = new.recv(65536)
            self.assertRegex(answer, b"^HTTP/1.1 20[12] ")
            self.assertIn(b"Connection: close", answer)
            began = time.monotonic()
            self.assertEqual(endpoint.process.wait(10), 0)
            self.assertLess(time.monotonic() - began, 2)
        self.assertEqual(self.count() + endpoint.spooled(), 2)

    def test_stop_does_not_wait_long(self):
        endpoint = self.serve()
        with endpoint.connect() as peer:
            peer.sendall(b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n" % PATH.encode())
            time.sleep(0.3)
            began = time.monotonic()
            self.assertEqual(endpoint.stop(), 0)
            self.assertLess(time.monotonic() - began, 6)

    def test_second_signal(self):
        endpoint = self.serve()
        with endpoint.connect() as peer:
            peer.sendall(b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n" % PATH.encode())
            time.sleep(0.3)
            endpoint.process.terminate()
            wait_until("the stop", lambda: "event=stopping" in endpoint.log())
            began = time.monotonic()
            endpoint.process.terminate()
            endpoint.process.wait(10)
            self.assertLess(time.monotonic() - began, 1)
        endpoint.start()

    def test_notify(self):
        """What systemd is told, and its watchdog fed."""
        folder = new_folder("endpoint")[0]
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(folder + "/notify")
            manager.settimeout(20)
            endpoint = self.serve(folder=folder, environment={"NOTIFY_SOCKET": folder + "/notify",
                                                              "WATCHDOG_USEC": "600000"})
            self.assertIn(b"READY=1", manager.recv(4096))
            self.assertEqual(manager.recv(4096), b"WATCHDOG=1")
            endpoint.process.send_signal(signal.SIGHUP)
            heard = set()
            while b"READY=1" not in heard:
                heard.add(manager.recv(4096))
            self.assertTrue(any(b"RELOADING=1\nMONOTONIC_USEC=" in text for text in heard))
            endpoint.stop()
            while manager.recv(4096) != b"STOPPING=1":
                pass

    def test_log(self):
        folder = new_folder("endpoint")[0]
        with open(folder + "/log", "w") as log:
            about = os.fstat(log.fileno())
        endpoint = self.serve(folder=folder, environment={
            "JOURNAL_STREAM": "%d:%d" % (about.st_dev, about.st_ino)})
        endpoint.post_new(1)
        endpoint.post(b"x\n<0>forged=1")
        wait_until("the log", lambda: endpoint.log().count("event=post") == 2)
        lines = [line for line in endpoint.log().splitlines() if "event=post" in line]
        self.assertRegex(lines[0], r"^<6>event=post peer=127.0.0.1 status=20[12] domain=rcpt.example "
                                   r"submitter=sender.example bytes=\d+ ms=\d+$")
        self.assertRegex(lines[1], r'^<5>event=post peer=127.0.0.1 status=400 bytes=13 ms=\d+ why="[^"]+"$')

    def test_two(self):
        """Two daemons, one database: sums right, whoever is first."""
        endpoints = [self.serve(), self.serve()]
        threads = [threading.Thread(target=self.post_all, args=(endpoint, order))
                   for endpoint, order in zip(endpoints, (range(150), reversed(range(150))))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.ask("select count(*), sum(cardinality(arrivals)) from report"), "150|300")
        self.assertEqual(self.ask("select sum(success) from day_policy"), str(sum(range(1, 151))))

    def post_all(self, endpoint, numbers):
        connection = endpoint.connection()
        for number in numbers:
            connection.request("POST", PATH, report(number, domain="d%d.example" % (number % 3)))
            answer = connection.getresponse()
            self.assertIn(answer.status, (200, *TAKEN))
            answer.read()
        connection.close()


if __name__ == "__main__":
    unittest.main()
