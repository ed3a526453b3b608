"""stsreadyd for one test: a folder with its certificate and spool, a port of its own, and ways to post to it.

STSREADYD names the program, STSREADY the command line that makes the schema."""
import gzip
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import tempfile
import time

from scratch import WITH_PARENT, new_folder

PROGRAM = os.environ["STSREADYD"]
STSREADY = os.environ["STSREADY"]
PATIENCE = 60  # seconds for what takes one, on a machine that does other things too
PATH = "/v1/tlsrpt"


def report(number=0, domain="rcpt.example", details=0, **members):
    """A report as RFC 8460 has it; number makes it one of its own."""
    failures = [{"result-type": "certificate-expired", "sending-mta-ip": "192.0.2.%d" % (i % 256),
                 "receiving-mx-hostname": "mx%d.%s" % (i, domain), "failed-session-count": 1}
                for i in range(details)]
    value = {
        "organization-name": "Sender", "contact-info": "tls@sender.example",
        "date-range": {"start-datetime": "2026-03-01T00:00:00Z", "end-datetime": "2026-03-01T23:59:59Z"},
        "report-id": "r%d" % number,
        "policies": [{"policy": {"policy-type": "sts", "policy-domain": domain},
                      "summary": {"total-successful-session-count": number + 1,
                                  "total-failure-session-count": details},
                      "failure-details": failures}]}
    value.update(members)
    return json.dumps(value).encode()


def make_schema(cluster, name):
    """A database with the schema; returns its URL."""
    cluster.createdb(name)
    subprocess.run([STSREADY, "init", "--database", cluster.url(name)], check=True, stdout=subprocess.DEVNULL)
    return cluster.url(name)


def make_certificate(folder, serial=1, name="cert"):
    """A pair for localhost, folder/NAME.pem and folder/NAME.key."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-set_serial", str(serial), "-days", "30", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-out", folder + "/%s.pem" % name, "-keyout", folder + "/%s.key" % name],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def end_certificate(folder, name="cert"):
    """Puts one that has ended in the place of folder/NAME.pem, for the same key."""
    with tempfile.TemporaryDirectory() as place:
        with open(place + "/conf", "w") as conf:
            conf.write("[ca]\ndefault_ca=c\n[c]\ndatabase=index\nserial=serial\nnew_certs_dir=.\npolicy=p\n"
                       "default_md=sha256\n[p]\ncommonName=supplied\n")
        open(place + "/index", "w").close()
        with open(place + "/serial", "w") as serial:
            serial.write("99")
        key = os.path.abspath("%s/%s.key" % (folder, name))
        subprocess.run(["openssl", "req", "-new", "-key", key, "-subj", "/CN=localhost", "-out", "request"],
                       check=True, cwd=place, stderr=subprocess.DEVNULL)
        subprocess.run(["openssl", "ca", "-config", "conf", "-selfsign", "-keyfile", key, "-in", "request", "-batch",
                        "-notext", "-startdate", "20200101000000Z", "-enddate", "20200201000000Z",
                        "-out", os.path.abspath("%s/%s.pem" % (folder, name))],
                       check=True, cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(what, condition, patience=PATIENCE):
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("not within %d s: %s" % (patience, what))
        time.sleep(0.02)


class Endpoint:
    """options are added to the command line; tls=False speaks plain HTTP on loopback."""

    def __init__(self, url, *options, tls=True, listen=None, folder=None, environment=None, start=True):
        self.folder = folder or new_folder("endpoint")[0]
        self.port, self.admin_port = free_port(), free_port()
        self.tls = tls
        self.environment = {**os.environ, **(environment or {})}
        if tls and not os.path.exists(self.folder + "/cert.pem"):
            make_certificate(self.folder)
        self.context = ssl.create_default_context(cafile=self.folder + "/cert.pem") if tls else None
        security = (["--tls-cert", self.folder + "/cert.pem", "--tls-key", self.folder + "/cert.key"]
                    if tls else ["--http"])
        self.command = [*WITH_PARENT, "TERM", PROGRAM, "--listen", listen or "127.0.0.1:%d" % self.port, *security,
                        "--database", url, "--spool", self.folder + "/spool",
                        "--admin", "127.0.0.1:%d" % self.admin_port, *options]
        self.process = None
        if start:
            self.start()

    def start(self):
        with open(self.folder + "/log", "ab") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=self.environment)
        wait_until("an answer of /healthz", self.is_up)

    def is_up(self):
        if self.process.poll() is not None:
            raise AssertionError("stsreadyd ended with %d:\n%s" % (self.process.returncode, self.log()))
        try:
            self.health()
            return True
        except OSError:
            return False

    def stop(self):
        """SIGTERM; returns the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def reload(self):
        """SIGHUP, until the log says what came of it."""
        before = len(re.findall("event=reload", self.log()))
        self.process.send_signal(signal.SIGHUP)
        wait_until("a reload", lambda: len(re.findall("event=reload", self.log())) > before)

    def log(self):
        with open(self.folder + "/log", errors="replace") as log:
            return log.read()

    # ---- requests ----

    def url(self, path=PATH):
        return "%s://localhost:%d%s" % ("https" if self.tls else "http", self.port, path)

    def connect(self, source=None, timeout=PATIENCE):
        """A connected socket, TLS done; source is the address to come from."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout,
                                         (source, 0) if source else None)
        if not self.tls:
            return plain
        try:
            return self.context.wrap_socket(plain, server_hostname="localhost")
        except OSError:
            plain.close()
            raise

    def connection(self):
        if self.tls:
            return http.client.HTTPSConnection("localhost", self.port, timeout=PATIENCE, context=self.context)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def request(self, method, path=PATH, body=None, headers=None):
        """(status, headers, text) of one request over a connection of its own."""
        connection = self.connection()
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def post(self, body, path=PATH, headers=None):
        return self.request("POST", path, body, headers)[0]

    def post_new(self, number=0, **members):
        return self.post(gzip.compress(report(number, **members)))

    def raw(self, data, source=None, half_close=False, once=False):
        """Sends bytes and returns what comes back: all until the end of the stream, or the first of it."""
        pieces = []
        with self.connect(source) as peer:
            try:
                peer.sendall(data)
                if half_close:
                    peer.shutdown(socket.SHUT_WR)
                while piece := peer.recv(65536):
                    pieces.append(piece)
                    if once:
                        break
            except (ConnectionError, ssl.SSLEOFError):
                pass
        return b"".join(pieces)

    def curl(self, *words, data=None, path=PATH):
        """curl's exit status and output."""
        done = subprocess.run(["curl", "--silent", "--cacert", self.folder + "/cert.pem", *words, self.url(path)],
                              input=data, stdout=subprocess.PIPE, check=False)
        return done.returncode, done.stdout.decode()

    # ---- the operator's side ----

    def admin(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin_port, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def health(self):
        return self.admin("/healthz")

    def metric(self, name):
        """The value of one sample, "spool_files" or 'requests_total{status="201"}'."""
        for line in self.admin("/metrics")[1].splitlines():
            if line.startswith("stsreadyd_" + name + " "):
                return float(line.rsplit(" ", 1)[1])
        raise KeyError(name)

    def spooled(self):
        return len(os.listdir(self.folder + "/spool/new"))
