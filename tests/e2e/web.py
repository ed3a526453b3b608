"""`stsready web` on the sample that ships with the project, for tests."""
import http.client
import json
import os
import re
import socket
import subprocess
import tempfile
import time

from cluster import PATIENCE, ROOT, Cluster

STSREADY = os.environ["STSREADY"]
AT = "2026-11-20T12:00:00Z"
SAMPLE = ("kestrel.example", "thistle.example", "lantern.example")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def seen_check(domain, mx, mode="testing", expired=None):
    """A check as `check --json` prints it: two hosts that are well, but for one whose certificate has ended."""
    policy = "version: STSv1\r\nmode: %s\r\n%smax_age: 86400\r\n" % (mode, "".join("mx: %s\r\n" % one for one in mx))
    hosts = [{"name": name, "preference": 10, "policy_match": name, "status": "bad" if name == expired else "fine",
              "addresses": [{"ip": "192.0.2.%d" % place, "status": "bad" if name == expired else "fine", "starttls": True,
                             "tls_version": "TLSv1.3", "certificate": {
                                 "names": [name], "issuer": "CN=Test", "not_before": "2026-09-01T00:00:00Z",
                                 "not_after": "2026-11-10T00:00:00Z" if name == expired else "2027-02-01T00:00:00Z",
                                 "faults": ["expired"] if name == expired else []}, "dane": None}]}
             for place, name in enumerate(mx, 1)]
    findings = [] if expired is None else [
        {"code": "mx-certificate-expired", "severity": "block", "text": "The certificate of %s has ended." % expired,
         "remedy": "Renew it.", "evidence": None}]
    return {"domain": domain, "at": AT, "mx": {"status": "fine", "hosts": hosts},
            "sts_record": {"status": "fine", "txt": "v=STSv1; id=1", "id": "1", "cname": []},
            "policy": {"status": "fine", "text": policy, "mode": mode, "max_age": 86400, "mx": mx, "http_status": 200,
                       "content_type": "text/plain", "certificate": None},
            "tlsrpt_record": {"status": "fine", "txt": "v=TLSRPTv1; rua=mailto:a@" + domain, "rua": []},
            "dnssec": "insecure", "findings": findings}


class Site:
    """A database with the sample, and a server of its pages."""

    def __init__(self, options=(), sample=True):
        self.options, self.process, self.said = list(options), None, []
        self.folder = tempfile.TemporaryDirectory(prefix="stsready-web-")
        self.cluster = Cluster()
        self.cluster.start()
        self.cluster.createdb("web")
        self.database = self.cluster.url("web")
        self.stsready("init")
        self.port = free_port()
        self.url = "http://127.0.0.1:%d" % self.port
        self.checks = os.path.join(self.folder.name, "checks.json")
        if sample:
            self.stsready("import", "--authserv-id", "mx.example.net", "--no-verify",
                          ROOT + "/contrib/sample/reports.mbox")
            for domain in SAMPLE:
                self.watch(domain)
        with open(self.checks, "w", encoding="ascii") as file:
            for domain in SAMPLE:
                mx = ["mx1." + domain] if domain == "thistle.example" else ["mx1." + domain, "mx2." + domain]
                bad = "mx2.lantern.example" if domain == "lantern.example" else None
                file.write(json.dumps(seen_check(domain, mx, expired=bad)) + "\n")

    def stsready(self, *words):
        return subprocess.run([STSREADY, words[0], "--database", self.database, *words[1:]], check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def watch(self, domain):
        self.stsready("domains", "add", domain)

    def add_report(self, name, report):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(report, file)
        self.stsready("import", path)

    def serve(self, *more, wait=True):
        self.process = subprocess.Popen(
            [STSREADY, "web", "--database", self.database, "--listen", "127.0.0.1:%d" % self.port, "--at", AT,
             "--check", self.checks, *self.options, *more], stderr=subprocess.PIPE, text=True)
        self.said = []
        while not (line := self.process.stderr.readline()).startswith("serving "):
            if "event=" not in line:
                raise AssertionError(line + self.process.stderr.read())
            self.said.append(line)
        deadline = time.monotonic() + PATIENCE
        while wait and not json.loads(self.get("/domains.json")[2])["whole"]:
            if time.monotonic() > deadline:
                raise AssertionError("never judged all domains")
            time.sleep(0.05)

    def wait_for_line(self, part):
        """Until it says so in its log."""
        while not any(part in line for line in self.said):
            line = self.process.stderr.readline()
            if line == "":
                raise AssertionError("never said: " + part)
            self.said.append(line)

    def get(self, path, method="GET", body=None, **headers):
        """(status, headers, text)"""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def memory(self):
        """KiB in use."""
        with open("/proc/%d/status" % self.process.pid, encoding="ascii") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))

    def stop(self):
        """The exit status."""
        if self.process is None:
            return None
        self.process.terminate()
        status = self.process.wait(timeout=60)
        self.process.stderr.close()
        self.process = None
        return status

    def end(self):
        self.stop()
        self.cluster.stop()
        self.folder.cleanup()
