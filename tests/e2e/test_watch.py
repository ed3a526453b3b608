#!/usr/bin/python3
"""Word when something changes: `stsready run` and `watch`, by journal, by mail through a real Postfix, and by posts to a
receiver that fails at first; killed between storing and sending; standing by; looking live.

STSREADY names the program."""
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
import unittest

from mail_home import MailHome, may_run
from receiver import SECRET, Receiver
from test_pages import evil_report
from web import AT, ROOT, STSREADY, Site, seen_check

PATIENCE = 60
KILLS = int(os.environ.get("STSREADY_KILLS", "25"))
LAB = ROOT + "/tests/lab/lab"


def wait_for(what, condition, patience=PATIENCE):
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("not within %d s: %s" % (patience, what))
        time.sleep(0.05)


def refusal(day):
    """A report that a host of kestrel.example has no STARTTLS."""
    report = evil_report(1, "sender.example")
    report["date-range"] = {"start-datetime": day + "T00:00:00Z", "end-datetime": day + "T23:59:59Z"}
    policy = report["policies"][0]
    policy["policy"]["policy-domain"] = "kestrel.example"
    policy["policy"]["policy-string"] = ["version: STSv1", "mode: testing", "mx: mx1.kestrel.example",
                                         "mx: mx2.kestrel.example", "max_age: 86400"]
    policy["failure-details"] = [{"result-type": "starttls-not-supported", "receiving-ip": "192.0.2.1",
                                  "receiving-mx-hostname": "mx1.kestrel.example", "failed-session-count": 2}]
    return report


def of_kind(post, kind):
    return [change for change in post["changes"] if change["kind"] == kind]


class World(unittest.TestCase):
    """The sample, of which lantern.example has a certificate that ended, and a receiver."""

    def setUp(self):
        self.site = Site()
        self.addCleanup(self.site.end)
        self.receiver = Receiver()
        self.addCleanup(self.receiver.end)
        self.secret = self.file("secret", SECRET + "\n")
        os.chmod(self.secret, 0o600)
        self.options = ["--database", self.site.database, "--offline", "--at", AT, "--check", self.site.checks,
                        "--webhook", self.receiver.url, "--webhook-secret-file", self.secret, "--digest", "never"]

    def file(self, name, text):
        path = os.path.join(self.site.folder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def see(self, *expired, at=AT, domains=("kestrel.example", "thistle.example", "lantern.example")):
        """What our own check sees from now on: EXPIRED hosts, all else well."""
        lines = []
        for domain in domains:
            hosts = ["mx1." + domain] + (["mx2." + domain] if domain != "thistle.example" else [])
            bad = next((host for host in hosts if host in expired), None)
            lines.append(json.dumps({**seen_check(domain, hosts, expired=bad), "at": at}) + "\n")
        self.file("checks.json", "".join(lines))

    def run_once(self, *more, status=0):
        done = subprocess.run([STSREADY, "run", *self.options, *more], capture_output=True, text=True, timeout=120,
                              check=False)
        self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
        return done.stderr

    def sql(self, text):
        return self.site.cluster.psql("web", text).strip()

    def make_due(self):
        """What waits for another try does not wait."""
        self.sql("update notice set next_at = made_at where sent_at is null")


class Run(World):
    def test_what_is_wrong_at_first_then_what_changes(self):
        said = self.run_once()
        self.assertIn("0 looked at, 3 judged", said)
        first = self.receiver.taken()
        self.assertEqual([post["domain"] for post in first], ["lantern.example"], "of the others nothing changed")
        self.assertEqual((first[0]["verdict"], first[0]["severity"], first[0]["type"]), ("fix", "block", "notice"))
        certificate = of_kind(first[0], "certificate")[0]
        self.assertEqual((certificate["change"], certificate["subject"], certificate["after"]),
                         ("began", "mx2.lantern.example", "0"))
        self.assertTrue(of_kind(first[0], "failure"), "what reports tell of is told")
        self.assertEqual(re.findall(r"event=notice domain=(\S+) severity=(\S+)", said), [("lantern.example", "block")])

        self.assertNotIn("event=notice", self.run_once(), "the same is not told twice")
        self.assertEqual(len(self.receiver.posts), 1)

        self.see("mx2.lantern.example", "mx1.kestrel.example")
        self.run_once()
        self.assertEqual(len(self.receiver.posts), 2)
        second = self.receiver.taken()[1]
        self.assertEqual((second["domain"], second["verdict"]), ("kestrel.example", "fix"))
        verdict = of_kind(second, "verdict")[0]
        self.assertEqual((verdict["change"], verdict["before"], verdict["after"]), ("changed", "promote", "fix"))

        self.see("mx2.lantern.example")
        self.run_once()
        third = self.receiver.taken()[2]
        self.assertEqual([(change["kind"], change["change"]) for change in third["changes"]],
                         [("verdict", "changed"), ("certificate", "ended")])
        self.assertEqual(self.receiver.bad, [], "signatures, ids and times hold")

    def test_records_policies_and_hosts(self):
        self.see()
        self.run_once()
        before = len(self.receiver.posts)
        check = seen_check("kestrel.example", ["mx1.kestrel.example", "mx3.kestrel.example"])
        check["sts_record"]["id"] = "2"
        check["tlsrpt_record"].update(status="absent", txt=None)
        others = [seen_check(domain, ["mx1." + domain, "mx2." + domain]) for domain in ("lantern.example",)]
        others.append(seen_check("thistle.example", ["mx1.thistle.example"]))
        self.file("checks.json", "".join(json.dumps(one) + "\n" for one in [check, *others]))
        self.run_once()
        posts = [post for post in self.receiver.taken()[before:] if post["domain"] == "kestrel.example"]
        changes = {change["kind"]: change for change in posts[0]["changes"]}
        self.assertEqual((changes["record"]["before"], changes["record"]["after"]), ("1", "2"))
        self.assertEqual((changes["tlsrpt"]["before"], changes["tlsrpt"]["after"]), ("fine", "absent"))
        self.assertEqual(changes["mx"]["after"], "mx1.kestrel.example, mx3.kestrel.example")
        self.assertIn("mx: mx3.kestrel.example", changes["policy"]["after"])

    def test_reports_that_stop_and_failures_that_begin(self):
        self.run_once()
        before = len(self.receiver.posts)
        late = ["--at", "2026-12-24T12:00:00Z"]
        self.see(at=late[1])
        self.run_once(*late)
        kinds = [(post["domain"], change["kind"]) for post in self.receiver.taken()[before:]
                 for change in post["changes"] if change["change"] == "began"]
        self.assertIn(("kestrel.example", "silence"), kinds)
        self.site.add_report("new.json", refusal("2026-12-23"))
        before = len(self.receiver.posts)
        self.run_once(*late)
        changes = [change for post in self.receiver.taken()[before:] if post["domain"] == "kestrel.example"
                   for change in post["changes"]]
        self.assertIn(("failure", "began", "starttls-not-supported at mx1.kestrel.example"),
                      [(change["kind"], change["change"], change["subject"]) for change in changes])

    def test_receiver_fails_at_first(self):
        """An error, a connection that ends, a redirect: it waits, is told again, and once."""
        self.receiver.answers = [500, "cut", 302]
        for count in (1, 2, 3):
            said = self.run_once(status=1)
            self.assertIn("event=not-told outlet=webhook", said)
            self.assertNotIn("hook", said.replace("outlet=webhook", ""), "the path may be secret")
            self.assertEqual(len(self.receiver.posts), count)
            self.assertGreater(int(self.sql("select extract(epoch from next_at - now())::int from notice "
                                            "where sent_at is null")), 2 ** (count - 1) * 10 - 5, "it backs off")
            self.run_once()
            self.assertEqual(len(self.receiver.posts), count, "not before its time")
            self.make_due()
        self.run_once()
        self.run_once()
        self.assertEqual(len(self.receiver.posts), 4)
        self.assertEqual(len({post["id"] for _, post in self.receiver.posts}), 1)
        self.assertEqual(len(self.receiver.taken()), 1)

    def test_order_of_one_domain(self):
        """What was resolved is not told before that it began."""
        self.receiver.answers = [500]
        self.run_once(status=1)
        self.see()
        self.run_once()
        self.assertEqual(len(self.receiver.posts), 1, "the later one waits for the earlier")
        self.make_due()
        self.run_once()
        self.assertEqual([[change["change"] for change in of_kind(post, "certificate")] for post in self.receiver.taken()],
                         [["began"], ["ended"]])

    def test_many_are_one_message(self):
        names = ["d%d.example" % number for number in range(8)]
        for name in names:
            self.site.watch(name)
        self.see("mx1.d0.example", *["mx1." + name for name in names], domains=names)
        self.run_once("--many", "6")
        self.assertEqual(len(self.receiver.posts), 1)
        post = self.receiver.taken()[0]
        self.assertEqual((post["type"], post["severity"]), ("notices", "block"))
        self.assertEqual({one["domain"] for one in post["notices"]}, {*names, "lantern.example"})
        self.run_once()
        self.assertEqual(len(self.receiver.posts), 1)

    def test_killed_while_sending(self):
        """It was stored, and perhaps it went: told again with the same id, then never more."""
        self.receiver.hold = 3
        process = subprocess.Popen([STSREADY, "run", *self.options], stderr=subprocess.DEVNULL)
        self.assertTrue(self.receiver.began.wait(PATIENCE))
        process.kill()
        process.wait()
        self.receiver.hold = 0
        self.run_once()
        self.run_once()
        self.assertEqual(len(self.receiver.posts), 2)
        self.assertEqual(self.receiver.posts[0][1], self.receiver.posts[1][1])

    def see_fault_of(self, host):
        """The certificate of another host of kestrel.example has ended each time."""
        hosts = ["mx1.kestrel.example", "mx2.kestrel.example", host]
        others = [seen_check("lantern.example", ["mx1.lantern.example", "mx2.lantern.example"]),
                  seen_check("thistle.example", ["mx1.thistle.example"])]
        self.file("checks.json", "".join(json.dumps(one) + "\n" for one in [
            seen_check("kestrel.example", hosts, expired=host), *others]))

    def test_killed_at_any_time(self):
        """Every change is told: what is over was told to have begun, and all is over at the end; none more than twice."""
        chance = random.Random(11)
        self.options += ["--many", "500"]
        self.run_once()
        began = time.monotonic()
        self.run_once()
        usual = time.monotonic() - began
        killed = 0
        for turn in range(KILLS):
            self.see_fault_of("t%d.kestrel.example" % turn)
            process = subprocess.Popen([STSREADY, "run", *self.options], stderr=subprocess.DEVNULL)
            try:
                process.wait(timeout=chance.uniform(0, 1.3 * usual))
            except subprocess.TimeoutExpired:
                process.kill()
                killed += 1
            process.wait()
        self.see()
        self.run_once()
        self.run_once()
        self.assertGreater(killed, KILLS / 4)
        self.assertEqual(self.sql("select count(*) from notice where sent_at is null"), "0")
        posts = [post for post in self.receiver.taken() if post["domain"] == "kestrel.example"]
        times = {}
        for post in posts:
            times[post["id"]] = times.get(post["id"], 0) + 1
        self.assertLessEqual(max(times.values()), 2)
        told, faults = [], set()
        for post in posts:
            if post["id"] in told:
                continue
            told.append(post["id"])
            for change in of_kind(post, "certificate"):
                if change["change"] == "began":
                    self.assertNotIn(change["subject"], faults)
                    faults.add(change["subject"])
                else:
                    faults.remove(change["subject"])
        self.assertEqual(faults, set(), "an end was lost")
        stored = self.sql("select count(distinct notice) from notice where domain = 'kestrel.example'")
        self.assertEqual(len(told), int(stored))
        self.assertGreater(len(told), 3)

    def test_only_one_at_a_time(self):
        self.receiver.hold = 5
        process = subprocess.Popen([STSREADY, "run", *self.options], stderr=subprocess.DEVNULL)
        self.assertTrue(self.receiver.began.wait(PATIENCE))
        self.assertIn("another", self.run_once(status=75))
        self.assertEqual(process.wait(timeout=PATIENCE), 0)
        self.assertEqual(len(self.receiver.posts), 1)

    def test_what_strangers_wrote(self):
        text = "x\r\nBcc: all@victim.example\r\n\r\n\u202e<script>"
        self.site.add_report("evil.json", evil_report(1, text))
        self.site.watch("evil.example")
        said = self.run_once("--at", "2026-11-24T12:00:00Z")
        post = [post for post in self.receiver.taken() if post["domain"] == "evil.example"][0]
        self.assertNotIn("\n", post["title"])
        self.assertNotIn("\u202e", post["title"] + said)
        self.assertFalse([line for line in said.splitlines() if line.startswith("Bcc")])

    def test_one_domain_at_fault_holds_up_nobody(self):
        self.sql("update domain set settings = '[]' where domain = 'kestrel.example'")
        said = self.run_once("--digest", "monday", status=1)
        self.assertIn("event=not-judged domain=kestrel.example", said)
        digest, = [post for post in self.receiver.taken() if post["type"] == "digest"]
        self.assertEqual([post["domain"] for post in self.receiver.taken() if post is not digest], ["lantern.example"])
        why = {one["domain"]: one["why"] for one in digest["domains"]}
        self.assertIn("cannot be judged", why["kestrel.example"])

    def test_checks_that_cannot_be_made(self):
        """What is known is judged and told all the same."""
        self.options.remove("--offline")
        self.options.remove("--at")
        self.options.remove(AT)
        said = self.run_once("--ca-file", "/nonexistent", status=1)
        self.assertIn("3 judged", said)
        self.assertIn("stsready: check: ", said)

    def test_domain_that_comes_back(self):
        """What was told about it before is forgotten: it is met for the first time again."""
        self.run_once()
        self.site.stsready("domains", "remove", "lantern.example")
        self.run_once()
        self.assertEqual(self.sql("select count(*) from condition where domain = 'lantern.example'"), "0")
        self.site.watch("lantern.example")
        self.run_once()
        posts = self.receiver.taken()
        self.assertEqual([post["domain"] for post in posts], ["lantern.example"] * 2)
        self.assertEqual([change["change"] for change in of_kind(posts[1], "certificate")], ["began"])

    def test_wrong_options(self):
        for words, status, why in ((["--mail-to", "ann"], 64, "ann: is no mail address"), (["x"], 64, "no operands"),
                                   (["--mail-to", "a@b.example\nBcc: c@d.example"], 64, "is no mail address"),
                                   (["--mail-to", "-oQ/tmp@b.example"], 64, "is no mail address"),
                                   (["--smtp", "127.0.0.1"], 64, "smtp://"), (["--smtp", "smtp://"], 64, "smtp://"),
                                   (["--smtp", "smtp://ann:pass@127.0.0.1"], 64, "login-file"), (["--webhook", "file:///etc"], 64, "https://"),
                                   (["--digest", "someday"], 64, "monday"), (["--many", "1"], 64, "from 2"),
                                   (["--pages", "stsready.example"], 64, "https://"),
                                   (["--smtp-login-file", "/nonexistent"], 64, "goes with --smtp"),
                                   (["--webhook-secret-file", "/nonexistent"], 74, "/nonexistent"),
                                   (["--check-every", "6"], 64, "such as"), (["--judge-every", "0s"], 64, "such as"),
                                   (["--at", "soon"], 64, "--at"), (["--jobs", "0"], 64, "--jobs")):
            with self.subTest(words):
                said = self.run_once(*words, status=status)
                self.assertIn(why, said)
                self.assertEqual(said.count("\n"), 1, said)


class Mail(World):
    @classmethod
    def setUpClass(cls):
        if not may_run():
            raise unittest.SkipTest("Postfix is not here, or this is not root")
        cls.home = MailHome()
        cls.addClassCleanup(cls.home.end)
        cls.home.start()

    def mails(self, box, subject):
        return [mail for mail in self.home.mails(box) if subject in mail["Subject"]]

    def deliver(self, box, subject, count=1):
        wait_for("%d mails to %s: %s" % (count, box, self.home.log()),
                 lambda: len(self.mails(box, subject)) >= count)
        return self.mails(box, subject)

    def to(self, *boxes):
        return [word for box in boxes for word in ("--mail-to", box + "@home.example")]

    def test_by_smtp(self):
        more = ["--smtp", self.home.url, "--mail-from", "stsready@home.example", "--pages", "https://pages.example/",
                *self.to("ann", "bob")]
        self.run_once(*more)
        self.run_once(*more)
        mail, = self.deliver("ann", "lantern.example: FIX")
        self.deliver("bob", "lantern.example: FIX")
        self.assertEqual((mail["To"], mail["From"], mail["Auto-Submitted"], mail["Importance"], mail["Return-Path"]),
                         ("ann@home.example", "stsready@home.example", "auto-generated", "high", "<stsready@home.example>"))
        self.assertRegex(mail["Message-ID"], r"^<stsready\.[0-9a-f]{32}@home\.example>$")
        self.assertIn("ESMTPS", mail["Received"], "protected where it can be")
        text = mail.get_content()
        for words in ("The certificate of mx2.lantern.example ended on 2026-11-10T00:00:00Z.", "What to do\n",
                      "https://pages.example/domains/lantern.example"):
            self.assertIn(words, text)
        self.assertLessEqual(max(map(len, text.splitlines())), 78)
        time.sleep(1)
        self.assertEqual([len(self.mails(box, "lantern.example: FIX")) for box in ("ann", "bob")], [1, 1])

    def test_by_sendmail(self):
        subject = "kestrel.example: FIX"
        self.see("mx1.kestrel.example")
        self.run_once("--sendmail", self.home.sendmail(), "--mail-from", "stsready@home.example", *self.to("carl"))
        mail, = self.deliver("carl", subject)
        self.assertNotIn("\r", mail.get_content())

    def test_server_away_at_first(self):
        """Nothing is lost while nobody takes mail, and another way is not held up."""
        before = len(self.mails("dora", "lantern.example: FIX"))
        more = ["--smtp", self.home.url, "--mail-from", "stsready@home.example", *self.to("dora")]
        self.home.stop()
        try:
            self.assertIn('event=not-told outlet="mail dora@home.example"', self.run_once(*more, status=1))
            self.assertEqual(len(self.receiver.taken()), 1)
        finally:
            self.home.start()
        self.make_due()
        self.run_once(*more)
        self.deliver("dora", "lantern.example: FIX", before + 1)
        self.assertEqual(len(self.receiver.taken()), 1)

    def test_command_that_fails(self):
        path = self.file("sendmail", "#!/bin/sh\necho 'no room\033[31m' >&2\nexit 75\n")
        os.chmod(path, 0o755)
        said = self.run_once("--sendmail", path, *self.to("ann"), status=1)
        self.assertIn("no room", said)
        self.assertNotIn("\033", said)
        self.see("mx1.kestrel.example")
        self.assertIn("/nonexistent", self.run_once("--sendmail", "/nonexistent", *self.to("bob"), status=1))

    def test_weekly_digest(self):
        more = ["--smtp", self.home.url, "--mail-from", "stsready@home.example", "--digest", "monday", *self.to("emil")]
        self.run_once(*more)
        mail, = self.deliver("emil", "the week: 3 domains watched, 1 to mend")
        parts = {part.get_content_type(): part.get_content() for part in mail.iter_parts()}
        self.assertEqual(sorted(parts), ["text/html", "text/plain"])
        for word in ("lantern.example", "kestrel.example", "PROMOTE", "FIX"):
            self.assertIn(word, parts["text/plain"])
            self.assertIn(word, parts["text/html"])
        tidy = subprocess.run(["tidy", "-q", "-e", "-utf8"], input=parts["text/html"], capture_output=True, text=True,
                              check=False)
        self.assertEqual(tidy.stderr, "")
        for word in ("<script", "<style", "class="):
            self.assertNotIn(word, parts["text/html"], "mail programs drop it")
        self.assertLessEqual(max(map(len, parts["text/plain"].splitlines())), 78)
        digests = [post for post in self.receiver.taken() if post["type"] == "digest"]
        self.assertEqual([(one["domain"], one["verdict"]) for one in digests[0]["domains"]][0], ("lantern.example", "fix"))
        self.run_once(*more)
        time.sleep(1)
        self.assertEqual(len(self.mails("emil", "the week: 3")), 1, "one a week")
        self.run_once(*more, "--at", "2026-11-23T05:59:00Z")
        self.assertEqual(len([post for post in self.receiver.taken() if post["type"] == "digest"]), 1)
        self.run_once(*more, "--at", "2026-11-23T06:00:00Z")
        digests = [post for post in self.receiver.taken() if post["type"] == "digest"]
        self.assertEqual([one["id"] for one in digests], ["2026-W47", "2026-W48"])
        self.assertEqual((digests[1]["watched"], digests[1]["changed"]), (3, len(digests[1]["events"])))
        self.assertTrue(digests[1]["events"], "what was told in the week")

    def test_samples(self):
        """--test tries every way, and says which fails; it needs no database."""
        words = [STSREADY, "watch", "--test", "--webhook", self.receiver.url, "--webhook-secret-file", self.secret,
                 "--smtp", self.home.url, "--mail-from", "stsready@home.example", *self.to("fred", "gina")]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=PATIENCE)
        self.assertEqual((done.returncode, done.stdout), (0, "journal: sent\nmail fred@home.example: sent\n"
                                                          "mail gina@home.example: sent\nwebhook: sent\n"), done.stderr)
        self.deliver("fred", "stsready: a test")
        self.assertEqual(self.receiver.taken()[0]["type"], "test")
        self.receiver.answers = [403]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=PATIENCE)
        self.assertEqual(done.returncode, 1)
        self.assertIn("stsready: webhook: 127.0.0.1: answered 403\n", done.stderr)

    def test_settings(self):
        """The same from a settings file; --no-mail is stronger."""
        config = self.file("conf", "[stsready]\nmail-to = ann@home.example, bob@home.example\nsmtp = %s\n"
                           "mail-from = stsready@home.example\nwebhook = %s\nwebhook-secret-file = %s\n"
                           % (self.home.url, self.receiver.url, self.secret))
        words = [STSREADY, "run", "--test", "--config", config]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=PATIENCE)
        self.assertEqual(done.stdout.count("sent"), 4, done.stderr)
        done = subprocess.run([*words, "--no-mail"], capture_output=True, text=True, check=False, timeout=PATIENCE)
        self.assertEqual(done.stdout, "journal: sent\nwebhook: sent\n")


class Watching(World):
    def watch(self, *more, options=None):
        log = self.file("log-%d" % random.randrange(10 ** 9), "")
        with open(log, "w", encoding="utf-8") as file:
            process = subprocess.Popen([STSREADY, "watch", *(options or self.options), *more],
                                       stdout=subprocess.DEVNULL, stderr=file)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)

        def said():
            with open(log, encoding="utf-8") as written:
                return written.read()
        process.said = said
        return process


class Watch(Watching):
    def test_it_stays_and_ends(self):
        process = self.watch("--judge-every", "1s")
        wait_for("the notice", self.receiver.taken)
        # reports that come in while it watches
        self.site.add_report("new.json", refusal("2026-11-19"))
        wait_for("the second", lambda: "kestrel.example" in [post["domain"] for post in self.receiver.taken()])
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=10), 0)
        self.assertIn("event=stopped", process.said())

    def test_back_off_by_the_clock(self):
        self.receiver.answers = [503, "cut"]
        process = self.watch()
        wait_for("the third try", self.receiver.taken, 90)
        self.assertEqual(len(self.receiver.posts), 3)
        self.assertEqual(process.said().count("event=not-told"), 2)

    def test_others_stand_by(self):
        first = self.watch("--judge-every", "1s")
        wait_for("the first", lambda: "event=watching" in first.said())
        second = self.watch("--judge-every", "1s")
        wait_for("the second", lambda: "event=standing-by" in second.said())
        self.assertEqual(self.run_once(status=75).count("another"), 1)
        first.kill()
        first.wait()
        wait_for("taking over", lambda: "event=watching" in second.said())
        self.assertEqual(len({post["id"] for post in self.receiver.taken()}), 1)

    def test_database_away(self):
        self.sql("alter database web set synchronous_commit = on")
        process = self.watch("--judge-every", "1s")
        wait_for("the notice", self.receiver.taken)
        self.site.cluster.kill9()
        wait_for("trouble", lambda: "event=trouble" in process.said())
        self.site.cluster.start()
        wait_for("its way back", lambda: process.said().count("event=watching") == 2)
        self.assertIsNone(process.poll())
        self.assertEqual(len({post["id"] for post in self.receiver.taken()}), 1, "told once all the same")


class Live(Watching):
    """Against the lab's servers, with the role that is for it: what a look sees is told, also what changes between two."""

    def setUp(self):
        super().setUp()
        self.lab = os.path.join(self.site.folder.name, "lab")
        subprocess.run([sys.executable, LAB, "start", self.lab, "--for", "600"], check=True, stdout=subprocess.DEVNULL)
        self.addCleanup(subprocess.run, [sys.executable, LAB, "stop", self.lab], check=True, stdout=subprocess.DEVNULL)
        with open(self.lab + "/options", encoding="ascii") as file:
            self.points = file.read().split()
        for domain in ("kestrel.example", "thistle.example", "lantern.example"):
            self.site.stsready("domains", "remove", domain)
        for domain in ("healthy-testing.test", "mx-certificate-expired.test"):
            self.site.watch(domain)
        self.sql("create role watcher login in role stsready_watch")
        role = self.site.database.replace("user=postgres", "user=watcher")
        self.options = ["--database", role, "--webhook", self.receiver.url, "--webhook-secret-file",
                        self.secret, "--digest", "never", "--check-every", "2s", *self.points]

    def test_live(self):
        process = self.watch()
        wait_for("the certificate", self.receiver.taken)
        self.assertEqual([post["domain"] for post in self.receiver.taken()], ["mx-certificate-expired.test"])
        self.assertEqual([change["change"] for change in of_kind(self.receiver.taken()[0], "certificate")], ["began"])
        policy = self.lab + "/www/healthy-testing.test"
        with open(policy, encoding="ascii") as file:
            text = file.read()
        with open(policy, "w", encoding="ascii", newline="") as file:
            file.write(re.sub(r"max_age: \d+", "max_age: 90000", text))
        wait_for("the policy", lambda: len(self.receiver.taken()) > 1)
        post = self.receiver.taken()[1]
        self.assertEqual(post["domain"], "healthy-testing.test")
        self.assertIn("max_age: 90000", of_kind(post, "policy")[0]["after"])
        wait_for("more looks, kept", lambda: int(self.sql("select sum(checks) from live_check")) > 3)
        process.terminate()
        self.assertEqual(process.wait(timeout=15), 0)

    def test_clock_that_was_ahead(self):
        """What was looked at in a year to come is looked at now all the same."""
        process = self.watch()
        looks = "select sum(checks) from live_check"
        wait_for("both looks", lambda: int(self.sql(looks) or 0) >= 2)
        process.terminate()
        self.assertEqual(process.wait(timeout=15), 0)
        self.sql("update live_check set last_at = last_at + interval '1 year'")
        again = self.watch()
        wait_for("another look", lambda: "event=round checked=2" in again.said(), 20)

    def test_it_ends_at_once_in_the_middle_of_a_look(self):
        self.site.watch("mx-silent.test")
        process = self.watch()
        time.sleep(2)
        process.terminate()
        self.assertEqual(process.wait(timeout=5), 0)


if __name__ == "__main__":
    unittest.main()
