"""A mail server for tests that does what it is told: refuses at a stage, ends the connection, keeps silent, offers STARTTLS
or AUTH; keeps what it heard."""
import socket
import ssl
import subprocess
import threading


def make_pair(path, name):
    """A certificate of its own for NAME, with its key, in one file."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=" + name, "-addext", "subjectAltName=DNS:" + name, "-out", path, "-keyout", path + ".key"],
                   check=True, stderr=subprocess.DEVNULL)
    with open(path, "a", encoding="ascii") as pair, open(path + ".key", encoding="ascii") as key:
        pair.write(key.read())
    return path


class MailTaker:
    """answers: what to say in place of "250 ok" to a command, to "." (the end of the mail), or as "banner"; None: nothing;
    "cut": the end.  offers: lines of EHLO.  pair: of STARTTLS, or with at_once of all."""

    def __init__(self, answers=None, offers=(), pair=None, at_once=False):
        self.answers, self.offers, self.at_once = answers or {}, list(offers), at_once
        self.heard, self.mails = [], []
        self.context = None
        if pair is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(pair)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.take, args=(peer,), daemon=True).start()

    def take(self, peer):
        try:
            if self.at_once:
                peer = self.context.wrap_socket(peer, server_side=True)
            with peer:
                self.say(peer, "banner", "220 taker ESMTP")
                self.talk(peer)
        except (OSError, EOFError):
            peer.close()

    def say(self, peer, what, usual):
        answer = self.answers.get(what, usual)
        if answer == "cut":
            raise EOFError
        if answer is not None:
            peer.sendall(answer.encode() + b"\r\n")
        return answer == usual

    def talk(self, peer):
        lines = peer.makefile("rb")
        for line in lines:
            self.heard.append(line)
            word = line.split()[0].upper().decode() if line.split() else ""
            if word == "EHLO":
                offers = ["taker", *self.offers]
                self.say(peer, word, "\r\n".join("250%s%s" % (" " if one is offers[-1] else "-", one) for one in offers))
            elif word == "STARTTLS":
                if self.say(peer, word, "220 go"):
                    with self.context.wrap_socket(peer, server_side=True) as safe:
                        self.talk(safe)
                    return
            elif word == "AUTH":
                if self.say(peer, word, "334 "):
                    self.heard.append(lines.readline())
                    peer.sendall(b"235 ok\r\n")
            elif word == "DATA":
                if self.say(peer, word, "354 go"):
                    self.mails.append(self.read_mail(lines))
                    self.say(peer, ".", "250 taken")
            else:
                self.say(peer, word, "221 bye" if word == "QUIT" else "250 ok")

    @staticmethod
    def read_mail(lines):
        mail = b""
        for line in lines:
            if line == b".\r\n":
                return mail
            mail += line[1:] if line.startswith(b".") else line
        raise EOFError

    def end(self):
        self.listener.close()
