#!/usr/bin/python3
"""`stsready parse` as a user runs it: every member of its objects, its complaints and exit status.

STSREADY names the program."""
import gzip
import json
import os
import subprocess
import tempfile
import unittest

from mail_maker import make_maildir, message

PROGRAM = os.environ["STSREADY"]
DATA = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "data")

POLICY = ["version: STSv1", "mode: testing", "mx: mx1.quay.example", "mx: *.backup.quay.example",
          "max_age: 86400"]
HOSTS = ["mx1.quay.example", "*.backup.quay.example"]


def failure(result_type, sessions, **members):
    return {"result_type": result_type, "sending_mta_ip": None, "receiving_mx_hostname": None,
            "receiving_mx_helo": None, "receiving_ip": None, "sessions": sessions,
            "additional_information": None, "failure_reason_code": None, **members}


EXPIRED = {"sending_mta_ip": "192.0.2.7", "receiving_mx_hostname": "mx2.backup.quay.example",
           "receiving_mx_helo": "mx2", "receiving_ip": "2001:db8::2",
           "failure_reason_code": "X509_V_ERR_CERT_HAS_EXPIRED"}
REPORT = {"organization": "Harbour Mail", "submitter": "harbour.example",
          "report_id": "2026-04-02T00:00:00Z_quay.example", "contact": "tls-reports@harbour.example",
          "start": "2026-04-02T00:00:00Z", "end": "2026-04-02T23:59:59Z", "domain": "quay.example",
          "domains": ["quay.example"], "trust": "file", "notes": []}
WHOLE = {
    "details.json": {**REPORT, "policies": [
        {"type": "sts", "domain": "quay.example", "policy_string": POLICY, "mx_host": HOSTS, "success": 12,
         "failure": 5, "failures": [failure("certificate-expired", 3, **EXPIRED),
                                    failure("starttls-not-supported", 2, **EXPIRED)]}]},
    "two-domains.json": {**REPORT, "domains": ["quay.example", "pier.example"], "policies": [
        {"type": "sts", "domain": domain, "policy_string": POLICY, "mx_host": HOSTS, "success": 12,
         "failure": 0, "failures": []} for domain in ("quay.example", "pier.example")]},
    # what is null in the report is null here, never made up
    "stalwart-nulls.json": {
        **REPORT, "organization": None, "submitter": None, "contact": None, "end": "2026-04-03T00:00:00Z",
        "notes": ["organization-name: absent", "contact-info: absent"], "policies": [
            {"type": "sts", "domain": "quay.example", "policy_string": [], "mx_host": HOSTS, "success": 0,
             "failure": 2, "failures": [failure("sts-policy-fetch-error", 2)]}]},
}


def data(*names):
    return os.path.join(DATA, *names)


class Parse(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="stsready-parse-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def parse(self, *words, status=0, errors="", **kwargs):
        """The objects printed."""
        done = subprocess.run([PROGRAM, "parse", *words], capture_output=True, timeout=60, check=False,
                              env={"PATH": os.environ["PATH"]}, **kwargs)
        self.assertEqual((done.returncode, done.stderr.decode()), (status, errors), words)
        return [json.loads(line) for line in done.stdout.decode().splitlines()]

    def test_every_member(self):
        for name, want in WHOLE.items():
            with self.subTest(name):
                path = data("reports", name)
                self.assertEqual(self.parse(path), [{"source": path, **want}])

    def test_several_in_one_mail(self):
        path = data("messages", "two-reports.eml")
        reports = self.parse("--no-verify", path)
        self.assertEqual([(report["source"], report["domain"], report["trust"]) for report in reports],
                         [(path, "quay.example", "mail"), (path, "pier.example", "mail")])

    def test_trust(self):
        signed = data("messages", "signed-by-header.eml")
        for words, want in ((["--authserv-id", "mx.example.net"], "dkim"),
                            (["--authserv-id", "other.example", "--authserv-id", "mx.example.net"], "dkim"),
                            (["--authserv-id", "other.example"], "mail"), ([], "mail")):
            with self.subTest(words):
                reports = self.parse("--no-verify", *words, signed)
                self.assertEqual([report["trust"] for report in reports], [want])

    def test_mbox(self):
        first = "From a@b Mon Mar  2 03:00:00 2026\n%s\n" % message(1)
        path = self.write("mbox", first + "From a@b Mon Mar  2 03:00:00 2026\n%s\n" % message(2))
        self.assertEqual([report["source"] for report in self.parse("--no-verify", path)],
                         ["%s: message at byte 0" % path, "%s: message at byte %d" % (path, len(first))])

    def test_standard_input(self):
        with open(data("reports", "details.json"), "rb") as file:
            bare = file.read()
        want = [{"source": "-", **WHOLE["details.json"]}]
        self.assertEqual(self.parse("-", input=bare), want)
        self.assertEqual(self.parse("-", input=gzip.compress(bare)), want)
        reports = self.parse("--no-verify", "-", input=message(1).encode())
        self.assertEqual([report["domain"] for report in reports], ["domain1.example"])

    def test_touches_nothing(self):
        make_maildir(self.path("m"), 3)
        self.write("m/new/x.broken", message(7).replace("H4sI", "H4sIAA", 1))

        def state():
            return sorted((folder, sorted(files), os.stat(folder).st_mtime_ns)
                          for folder, _, files in os.walk(self.path("m")))
        before = state()
        broken = "stsready: %s: gzip: " % self.path("m/new/x.broken")
        done = subprocess.run([PROGRAM, "parse", "--no-verify", self.path("m")], capture_output=True,
                              text=True, check=False)
        self.assertEqual((done.returncode, len(done.stdout.splitlines())), (65, 3), done.stderr)
        self.assertTrue(done.stderr.startswith(broken), done.stderr)
        self.assertEqual(state(), before)

    def test_complaints(self):
        """What cannot be read is told of in one line; the rest is printed."""
        good = data("reports", "details.json")
        fifo = self.path("fifo")
        os.mkfifo(fifo)
        for path, why in ((data("messages", "ordinary.eml"), "no report in message"),
                          (data("messages", "broken-gzip.eml"), "gzip: truncated after 150 bytes"),
                          (self.write("empty", ""), "no report in message"),
                          (self.path("missing"), "No such file or directory"),
                          (fifo, "a FIFO, not read")):
            with self.subTest(path):
                reports = self.parse("--no-verify", path, good, status=65,
                                     errors="stsready: %s: %s\n" % (path, why))
                self.assertEqual([report["source"] for report in reports], [good])

    def test_hostile_text(self):
        text = "=cmd\x1b[2J\u202e\U000e0041\x7f\u0085\"\\\n"
        with open(data("reports", "details.json"), encoding="utf-8") as file:
            body = json.load(file)
        path = self.write("h.json", json.dumps({**body, "organization-name": text}))
        done = subprocess.run([PROGRAM, "parse", path], stdout=subprocess.PIPE, check=True)
        self.assertEqual(json.loads(done.stdout)["organization"], text)
        self.assertTrue(all(32 <= byte < 127 for byte in done.stdout.rstrip(b"\n")), done.stdout)

    def test_usage(self):
        self.assertEqual(self.parse(status=64, errors="stsready: parse: name a file, a mailbox, a directory "
                                                      "or \"-\"\n"), [])
        # "--" ends the options
        self.parse("--", "--no-verify", status=65,
                   errors="stsready: --no-verify: No such file or directory\n")

    def test_full_disk(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([PROGRAM, "parse", data("reports", "details.json")], stdout=full,
                                  stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr),
                         (74, "stsready: standard output: No space left on device\n"))


if __name__ == "__main__":
    unittest.main()
