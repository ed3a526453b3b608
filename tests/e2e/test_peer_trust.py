#!/usr/bin/python3
"""What `check --save` knows that a check alone does not: who posted reports, and which address is our own."""
import json
import shutil
import subprocess
import unittest

from cluster import Cluster
from endpoint import STSREADY, Endpoint, make_schema, report, wait_until
from names import PTR, TXT, A, Names, name


class PeerTrust(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster()
        cls.cluster.start()

    @classmethod
    def tearDownClass(cls):
        cls.cluster.stop()

    def setUp(self):
        self.database = self.id().rsplit("_", 1)[1]
        self.url = make_schema(self.cluster, self.database)

    def post(self, *numbers):
        endpoint = Endpoint(self.url, tls=False)
        try:
            for number in numbers:
                self.assertIn(endpoint.post_new(number), (201, 202))
            wait_until("the spool to drain", lambda: endpoint.spooled() == 0)
        finally:
            self.assertEqual(endpoint.stop(), 0)
            shutil.rmtree(endpoint.folder, ignore_errors=True)

    def update(self, names):
        subprocess.run([STSREADY, "domains", "add", "rcpt.example", "--database", self.url], check=True,
                       stdout=subprocess.DEVNULL)
        done = subprocess.run([STSREADY, "check", "--all", "--save", "--database", self.url, "--resolver", names.address,
                               "--timeout", "5"], capture_output=True, text=True, check=False)
        self.assertIn(done.returncode, (0, 1, 2), done.stderr)
        return done.stderr

    def ask(self, sql):
        return self.cluster.psql(self.database, sql).strip()

    def test_own(self):
        self.post(1, 2)
        names = Names({("1.0.0.127.in-addr.arpa", PTR): [name("out7.mail.sender.example")],
                       ("out7.mail.sender.example", A): [bytes([192, 0, 2, 1]), bytes([127, 0, 0, 1])]})
        self.assertIn("2 posted reports were found", self.update(names))
        self.assertEqual(self.ask("select distinct trust, trust_notes, counted from report"),
                         "https-rdns|{\"posted by out7.mail.sender.example\"}|t")
        # the sums moved with them
        self.assertEqual(self.ask("select trust, reports, success from day_policy where reports <> 0"),
                         "https-rdns|2|5")
        # known names are not asked for again; reports that come later are raised all the same
        self.post(3)
        names.silent = True
        names.records.clear()
        self.update(names)
        self.assertEqual(self.ask("select count(*) from report where trust = 'https-rdns'"), "3")

    def test_strangers(self):
        """A reverse name alone proves nothing, nor does one of another domain."""
        for records in ({("1.0.0.127.in-addr.arpa", PTR): [name("out7.mail.sender.example")],
                         ("out7.mail.sender.example", A): [bytes([192, 0, 2, 1])]},
                        {("1.0.0.127.in-addr.arpa", PTR): [name("host.other.example")],
                         ("host.other.example", A): [bytes([127, 0, 0, 1])]}):
            with self.subTest(records=len(records)):
                self.cluster.psql(self.database, "truncate report, report_policy, payload, day_policy, peer")
                self.post(1)
                self.update(Names(records))
                self.assertEqual(self.ask("select trust from report"), "https")

    def test_endpoint(self):
        """The token in a rua says whose it is."""
        tokens = {}
        for domain in ("rcpt.example", "other.example"):
            done = subprocess.run([STSREADY, "domains", "add", domain, "--json", "--database", self.url],
                                  capture_output=True, text=True, check=True)
            tokens[domain] = json.loads(done.stdout)["token"]
        for owner, own, codes in (("rcpt.example", True, False), ("other.example", False, True), (None, False, False)):
            with self.subTest(owner=owner):
                rua = "v=TLSRPTv1; rua=https://r.example/v1/tlsrpt/" + tokens.get(owner, "0" * 26)
                names = Names({("_smtp._tls.rcpt.example", TXT): [bytes([len(rua)]) + rua.encode()]})
                done = subprocess.run([STSREADY, "check", "rcpt.example", "--save", "--json", "--database", self.url,
                                       "--resolver", names.address], capture_output=True, text=True, check=False)
                seen = json.loads(done.stdout)
                self.assertEqual([rua["own"] for rua in seen["tlsrpt_record"]["rua"]], [own])
                found = {finding["code"] for finding in seen["findings"]}
                self.assertEqual("tlsrpt-rua-token" in found, codes)

    def test_silence(self):
        """Where nobody can tell, nothing is kept, and the next time asks again."""
        self.post(1)
        names = Names({})
        names.silent = True
        self.update(names)
        self.assertEqual(self.ask("select count(*) from peer"), "0")


if __name__ == "__main__":
    unittest.main()
