#!/usr/bin/python3
"""Pages for browsers: valid, whole in themselves, and harmless whatever strangers wrote into reports."""
import html
import html.parser
import json
import os
import re
import subprocess
import tempfile
import unittest

import scenario
from cluster import Cluster

STSREADY = os.environ["STSREADY"]
EVIL = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "\u202egnp.exe", "x" * 1000, "a\x1b[31m\x07b",
        "&lt;b&gt;", "'--><svg/onload=alert(1)>"]
AT = "2026-11-24T12:00:00Z"


class Reader(html.parser.HTMLParser):
    """What a page has: elements with their attributes, and the text that is shown."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.shown = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.shown.append(data)


def table(page, caption):
    """The rows of the table whose caption begins so, each a list of its cells' text."""
    found = re.search("<caption>%s[^<]*</caption>.*?<tbody>(.*?)</tbody>" % caption, page, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall("<tr>(.*?)</tr>", found.group(1))]
    return [[html.unescape(re.sub("<[^>]*>", "", cell)).strip() for cell in row] for row in cells]


def evil_report(number, text):
    return {"organization-name": text, "contact-info": text, "report-id": "r%d" % number,
            "date-range": {"start-datetime": "2026-11-20T00:00:00Z", "end-datetime": "2026-11-20T23:59:59Z"},
            "policies": [{"policy": {"policy-type": "sts", "policy-domain": "evil.example",
                                     "policy-string": ["version: STSv1", "mode: testing", "mx: " + text, "max_age: 1"]},
                          "summary": {"total-successful-session-count": 1, "total-failure-session-count": 2},
                          "failure-details": [{"result-type": text, "receiving-mx-hostname": text, "receiving-ip": text,
                                               "failed-session-count": 2, "additional-information": text,
                                               "failure-reason-code": text}]}]}


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster()
        cls.cluster.start()
        cls.addClassCleanup(cls.cluster.stop)
        cls.cluster.createdb("pages")
        cls.url = cls.cluster.url("pages")
        folder = tempfile.TemporaryDirectory(prefix="stsready-pages-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        subprocess.run([STSREADY, "init", "--database", cls.url], check=True, stdout=subprocess.DEVNULL)
        cls.cases = {case.name: case for case in scenario.scenarios()}
        os.mkdir(cls.folder + "/reports")
        for name in ("healthy-busy", "renewed-yesterday", "enforced-refusing", "null-mx", "setup-nothing",
                     "failures-without-details"):
            for place, (_, _, report) in enumerate(cls.cases[name].mails()):
                cls.write("reports/%s-%d.json" % (name, place), json.dumps(report))
        for number, text in enumerate(EVIL):
            cls.write("reports/evil-%d.json" % number, json.dumps(evil_report(number, text)))
        subprocess.run([STSREADY, "import", "--database", cls.url, cls.folder + "/reports"], check=True,
                       stdout=subprocess.DEVNULL)

    @classmethod
    def write(cls, name, text):
        with open(os.path.join(cls.folder, name), "w", encoding="utf-8") as file:
            file.write(text)
        return os.path.join(cls.folder, name)

    def page(self, domain, lines=()):
        words = ["--check", self.write("checks", "".join(line + "\n" for line in lines))] if lines else []
        done = subprocess.run([STSREADY, "readiness", "--database", self.url, "--offline", "--format", "html", "--at", AT,
                               *words, domain], capture_output=True, text=True, check=False)
        self.assertLessEqual(done.returncode, 3, done.stderr)
        return done.stdout

    def of_case(self, name):
        return self.page(self.cases[name].domain, self.cases[name].check_lines())

    def assert_sound(self, page):
        """Valid, nothing fetched, nothing run."""
        tidy = subprocess.run(["tidy", "-q", "-e", "-utf8"], input=page, capture_output=True, text=True, check=False)
        self.assertEqual((tidy.returncode, tidy.stderr), (0, ""))
        for tag, attributes in Reader(page).elements:
            self.assertNotIn(tag, ("script", "link", "img", "iframe", "object", "form", "base"))
            for name in attributes:
                self.assertFalse(name.startswith("on") or name in ("src", "href", "action"), (tag, attributes))
        self.assertNotIn("url(", page)

    def test_each_kind(self):
        for name, word in [("healthy-busy", "PROMOTE"), ("renewed-yesterday", "WAIT"), ("enforced-refusing", "ROLL BACK"),
                           ("null-mx", "NOT APPLICABLE"), ("setup-nothing", "SET UP")]:
            with self.subTest(name):
                page = self.of_case(name)
                self.assert_sound(page)
                self.assertIn('<p class="word">%s</p>' % word, page)
                self.assertRegex(page, "<title>%s.example: %s</title>" % (name, word))

    def test_what_is_to_be_published_is_there_to_copy(self):
        page = self.of_case("healthy-busy")
        self.assertRegex(page, r"<pre[^>]*>version: STSv1\nmode: enforce\nmx: mx1\.healthy-busy\.example\n")
        self.assertIn("v=STSv1; id=20261124120000&quot;", page)

    def test_plots(self):
        page = self.of_case("renewed-yesterday")
        cells = re.findall(r'class="(clean|earlier|failed|silent|togo)"><title>(\d{4}-\d\d-\d\d)', page)
        states = dict((day, state) for state, day in cells)
        self.assertEqual([states[day] for day in ("2026-11-19", "2026-11-20", "2026-11-22", "2026-11-23")],
                         ["earlier", "failed", "failed", "clean"], "what was clean before counts no more")
        self.assertEqual(states["2026-12-07"], "togo", "up to the earliest day")
        self.assertIn("seen-bad", page)
        self.assertIn("seen-fine", page)

    def test_failures_say_what_to_do(self):
        page = self.of_case("renewed-yesterday")
        self.assert_sound(page)
        [row] = table(page, "What reports tell of")
        self.assertEqual(row[:2] + row[4:],
                         ["certificate-expired", "refused", "google.com, microsoft.com", "9", "2026-11-20 last 2026-11-22",
                          "None is needed here."])
        self.assertTrue(row[2].startswith("fixed"), row)
        page = self.of_case("failures-without-details")
        self.assert_sound(page)
        self.assertEqual(table(page, "What reports tell of")[0][3], "not told")
        [row] = table(self.of_case("enforced-refusing"), "What reports tell of")
        self.assertIn("Renew the certificate on mx", row[-1])

    def test_history_of_the_policy(self):
        """What was served from when to when, merged where only something else changed, newest first."""
        case = self.cases["renewed-yesterday"]
        checks = [json.loads(line) for line in case.check_lines()]
        change = len(checks) // 2
        for check in checks[:change]:
            check["policy"]["text"] = check["policy"]["text"].replace("86400", "604800")
            check["sts_record"]["id"] = "0"
        checks[3]["policy"].update(status="unknown", text=None)
        lines = [json.dumps(check) for check in checks]
        hosts = ", ".join("mx%d.%s" % (number, case.domain) for number in (1, 2))

        def minute(check):
            return check["at"][:16].replace("T", " ")
        self.assertEqual(table(self.page(case.domain, lines), "Served"), [
            [minute(checks[change]), minute(checks[-1]), "testing", "1", hosts, "86400 (1 day)"],
            [minute(checks[4]), minute(checks[change - 1]), "testing", "0", "the same", "604800 (7 days)"],
            [minute(checks[3]), minute(checks[3]), "could not tell", "0", "-", "-"],
            [minute(checks[0]), minute(checks[2]), "testing", "0", "the same", "604800 (7 days)"]])
        [applied] = table(self.page(case.domain, lines), "Applied")
        self.assertEqual(applied, ["sts", "2026-09-25", "2026-11-23", hosts, "86400 (1 day)"])

    def test_mx_hosts(self):
        """Each address with its state in words; a host without one is not left out."""
        case = self.cases["renewed-yesterday"]
        checks = [json.loads(line) for line in case.check_lines()]
        first, second = checks[-1]["mx"]["hosts"]
        first["policy_match"] = None
        second.update(status="bad", addresses=[])
        rows = table(self.page(case.domain, [json.dumps(check) for check in checks]), "Live check")
        self.assertEqual([row[:4] for row in rows], [[first["name"], "in no mx line", "192.0.2.1", "fine TLSv1.3"],
                                                     [second["name"], "yes", "-", "no address"]])

    def test_reachable_without_a_mouse(self):
        """What scrolls can be reached by keyboard and has a name; headers say of what they are."""
        elements = Reader(self.of_case("renewed-yesterday")).elements
        regions = [attributes for tag, attributes in elements if attributes.get("class") == "scroll"]
        self.assertGreater(len(regions), 3)
        for attributes in regions:
            self.assertEqual((attributes.get("tabindex"), attributes.get("role")), ("0", "region"))
            self.assertTrue(attributes.get("aria-label"))
        for tag, attributes in elements:
            if tag == "th":
                self.assertIn(attributes.get("scope"), ("col", "row"))
            if tag == "svg":
                self.assertTrue(attributes.get("aria-hidden") == "true" or attributes.get("aria-label"))
        tags = [tag for tag, _ in elements]
        self.assertEqual((tags.count("h1"), tags.count("main"), elements[0][1].get("lang")), (1, 1, "en"))

    def test_strangers_texts_are_text(self):
        page = self.page("evil.example")
        self.assert_sound(page)
        shown = "".join(Reader(page).shown)
        self.assertIn("<script>alert(1)</script>", shown)
        self.assertIsNone(re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page))


if __name__ == "__main__":
    unittest.main()
