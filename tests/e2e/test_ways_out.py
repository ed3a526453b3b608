#!/usr/bin/python3
"""The ways by which word goes out, where the other side is at fault: `stsready watch --test` against mail servers and web
addresses that refuse, cut, keep silent or never end.

STSREADY names the program."""
import os
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from mail_taker import MailTaker, make_pair

STSREADY = os.environ["STSREADY"]
PATIENCE = 60


class Ways(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="stsready-ways-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def file(self, name, text, mode=0o600):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def taker(self, **how):
        taker = MailTaker(**how)
        self.addCleanup(taker.end)
        return taker

    def tell(self, *words, status=0):
        """(what was said of failures, seconds)"""
        began = time.monotonic()
        done = subprocess.run([STSREADY, "watch", "--test", *words], capture_output=True, text=True, check=False,
                              timeout=PATIENCE)
        self.assertEqual(done.returncode, status, done.stderr + done.stdout)
        return done.stderr, time.monotonic() - began

    def mail(self, taker, *more, scheme="smtp", status=0):
        return self.tell("--smtp", "%s://127.0.0.1:%d" % (scheme, taker.port), "--mail-to", "ann@home.example", "--mail-from",
                         "stsready@home.example", *more, status=status)


class Mail(Ways):
    def test_refusals(self):
        for stage, answer in (("banner", "421 busy"), ("banner", "554 no"), ("MAIL", "451 later"), ("RCPT", "550 nobody"),
                              ("DATA", "451 later"), (".", "451 later"), (".", "552 too big"), ("banner", "cut"),
                              ("MAIL", "cut"), ("DATA", "cut"), (".", "cut")):
            with self.subTest(stage=stage, answer=answer):
                said, _ = self.mail(self.taker(answers={stage: answer}), status=1)
                self.assertEqual(said.count("stsready: mail ann@home.example: smtp://"), 1, said)

    def test_what_comes_after_it_was_taken(self):
        """It went: sent again, it would be there twice."""
        for answer in ("cut", "500 what", None):
            with self.subTest(answer=answer):
                _, seconds = self.mail(self.taker(answers={"QUIT": answer}))
                self.assertLess(seconds, 20)

    def test_old_server(self):
        taker = self.taker(answers={"EHLO": "500 what"})
        self.mail(taker)
        self.assertEqual(len(taker.mails), 1)

    def test_what_is_sent(self):
        taker = self.taker()
        self.mail(taker)
        mail, = taker.mails
        self.assertTrue(all(len(line) <= 80 for line in mail.split(b"\r\n")))
        self.assertNotIn(b"\n", mail.replace(b"\r\n", b""))

    def test_tls_where_it_can_be(self):
        """Without a password any certificate will do; in vain where it need not be."""
        pair = make_pair(os.path.join(self.folder, "pair"), "elsewhere.example")
        taker = self.taker(offers=["STARTTLS"], pair=pair)
        self.mail(taker)
        self.assertIn(b"STARTTLS\r\n", taker.heard)
        taker = self.taker(offers=["STARTTLS"], answers={"STARTTLS": "454 not now"})
        self.mail(taker)

    def test_tls_that_was_asked_for(self):
        pair = make_pair(os.path.join(self.folder, "pair"), "elsewhere.example")
        taker = self.taker(pair=pair, at_once=True)
        said, _ = self.mail(taker, scheme="smtps", status=1)
        self.assertIn("SSL", said)
        self.assertEqual(taker.mails, [])

    def test_password_goes_to_nobody_else(self):
        login = self.file("login", "ann:sesame\n")
        pair = make_pair(os.path.join(self.folder, "pair"), "elsewhere.example")
        for how in ({"offers": ["AUTH PLAIN LOGIN"]},
                    {"offers": ["AUTH PLAIN LOGIN", "STARTTLS"], "answers": {"STARTTLS": "454 not now"}},
                    {"offers": ["AUTH PLAIN LOGIN", "STARTTLS"], "pair": pair},
                    {"offers": ["AUTH PLAIN LOGIN"], "pair": pair, "at_once": True}):
            with self.subTest(**how):
                taker = self.taker(**how)
                said, _ = self.mail(taker, "--smtp-login-file", login, scheme="smtps" if "at_once" in how else "smtp",
                                    status=1)
                self.assertFalse([line for line in taker.heard if line.upper().startswith(b"AUTH")])
                self.assertNotIn("sesame", said)
        pair = make_pair(os.path.join(self.folder, "good"), "localhost")
        taker = self.taker(offers=["AUTH PLAIN", "STARTTLS"], pair=pair)
        self.tell("--smtp", "smtp://localhost:%d" % taker.port, "--mail-to", "ann@home.example", "--smtp-login-file", login,
                  "--tell-ca-file", pair)
        self.assertTrue([line for line in taker.heard if line.startswith(b"AUTH PLAIN")])

    def test_command_that_hangs_or_floods(self):
        command = self.file("sendmail", "#!/bin/sh\ncat >/dev/null\nhead -c 300000 /dev/zero | tr '\\0' x\nexit 1\n", 0o755)
        said, _ = self.tell("--sendmail", command, "--mail-to", "ann@home.example", status=1)
        self.assertLess(len(said), 1500)


class Web(Ways):
    def web(self, act):
        """A web server that reads a post, and then acts."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def serve():
            peer, _ = listener.accept()
            with peer:
                peer.recv(65536)
                try:
                    act(peer)
                except OSError:
                    pass
        threading.Thread(target=serve, daemon=True).start()
        return ["--webhook", "http://127.0.0.1:%d/hook/secret" % listener.getsockname()[1]]

    def test_answers_without_end(self):
        """What was answered counts, whatever follows."""
        def flood(peer):
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
            while True:
                peer.sendall(b"x" * 65536)

        def drip(peer):
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while True:
                peer.sendall(b"x")
                time.sleep(1)

        def cut(peer):
            peer.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 1000\r\n\r\nx")
        for act in (flood, drip, cut):
            with self.subTest(act.__name__):
                _, seconds = self.tell(*self.web(act))
                self.assertLess(seconds, 10)

    def test_no_answer(self):
        def drip(peer):
            while True:
                peer.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")
                time.sleep(1)
        said, seconds = self.tell(*self.web(drip), status=1)
        self.assertLess(seconds, 45)
        self.assertNotIn("secret", said)

    def test_no_status(self):
        for text in (b"", b"220 hello\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 999 What\r\n\r\n"):
            with self.subTest(text):
                self.tell(*self.web(lambda peer, text=text: peer.sendall(text)), status=1)


class Files(Ways):
    def test_secret_that_all_can_read(self):
        taker = self.taker()
        for mode, warns in ((0o644, True), (0o640, False), (0o600, False)):
            secret = self.file("secret", "rather secret\n", mode)
            said, _ = self.tell("--webhook", "http://127.0.0.1:%d/" % taker.port, "--webhook-secret-file", secret, status=1)
            self.assertEqual("everybody" in said, warns, said)

    def test_login_of_another_form(self):
        said, _ = self.tell("--smtp", "smtp://localhost", "--smtp-login-file", self.file("login", "sesame\n"), status=74)
        self.assertIn("NAME:PASSWORD", said)
        self.assertNotIn("sesame", said)


if __name__ == "__main__":
    unittest.main()
