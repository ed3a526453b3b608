#!/usr/bin/python3
"""MX hosts that do what no honest mail server will, and honest ones too: a behaviour an address.

The honest one stands in where Postfix cannot be started, and for MX hosts by the thousand."""
import select
import ssl
import time

from OpenSSL import SSL

import scripted

LINE_BYTES = 4096
SLOW_BANNER_SECONDS = 300  # the time that RFC 5321 4.5.3.2.1 has a client wait
BANNER_LINE_SECONDS = 0.01
HUGE_EHLO_BYTES = 16 << 20
RENEGOTIATION_SECONDS = 0.005  # between two: enough to keep a client busy for ever

GREETING = b"220 mx.lab.test ESMTP\r\n"
FEATURES = (b"PIPELINING", b"SIZE 10240000", b"8BITMIME")
READY = b"220 2.0.0 Ready to start TLS\r\n"


def ehlo_answer(features):
    lines = [b"mx.lab.test", *features]
    return b"".join(b"250-%s\r\n" % line for line in lines[:-1]) + b"250 %s\r\n" % lines[-1]


class Session:
    """One side of SMTP, over a socket that becomes a TLS stream."""

    def __init__(self, connection, what):
        self.stream = connection
        self.what = what
        self.encrypted = False

    def say(self, data):
        self.stream.sendall(data)

    def line(self):
        """One command, upper-cased; EOFError when there is no more."""
        data = b""
        while not data.endswith(b"\n"):
            byte = self.stream.recv(1)
            if not byte or len(data) > LINE_BYTES:
                raise EOFError
            data += byte
        return data.strip().upper()

    def start_tls(self):
        self.say(READY)
        self.stream = self.what["context"].wrap_socket(self.stream, server_side=True)
        self.encrypted = True

    def features(self, starttls=True):
        return FEATURES + ((b"STARTTLS",) if starttls and not self.encrypted else ())

    def converse(self, on_starttls=None, starttls=True, ehlo=None):
        """The usual talk; on_starttls is called instead of STARTTLS and ends it by returning True."""
        while True:
            command = self.line()
            if command.startswith(b"EHLO"):
                self.say(ehlo or ehlo_answer(self.features(starttls)))
            elif command == b"STARTTLS" and starttls and not self.encrypted:
                if (on_starttls or Session.start_tls)(self):
                    return
            elif command.startswith(b"QUIT"):
                self.say(b"221 2.0.0 Bye\r\n")
                return
            elif command.startswith((b"MAIL", b"RCPT", b"DATA")):
                self.say(b"450 4.7.1 No mail is taken here\r\n")
            elif command.startswith((b"HELO", b"NOOP", b"RSET")):
                self.say(b"250 2.0.0 Ok\r\n")
            else:
                self.say(b"502 5.5.2 Not known\r\n")


# ---- before the greeting ----

def silent(session):
    scripted.hold(session.stream)


def hangs_up(session):
    scripted.abort(session.stream)


def slow_banner(session):
    time.sleep(SLOW_BANNER_SECONDS)
    honest(session)


def banner(text):
    def behave(session):
        session.say(text)
        scripted.hold(session.stream)
    return behave


def endless_banner(session):
    while True:
        session.say(b"220-there is more to say before you may speak\r\n" * 8)
        time.sleep(BANNER_LINE_SECONDS)


# ---- at EHLO ----

def honest(session):
    session.say(GREETING)
    session.converse()


def no_starttls(session):
    session.say(GREETING)
    session.converse(starttls=False)


def huge_ehlo(session):
    line = b"250-X-FILLING " + b"x" * 480 + b"\r\n"
    session.say(GREETING)
    session.converse(ehlo=line * (HUGE_EHLO_BYTES // len(line)) + b"250 STARTTLS\r\n")


# ---- at STARTTLS ----

def at_starttls(act):
    def behave(session):
        session.say(GREETING)
        session.converse(on_starttls=act)
    return behave


def refuse(text):
    return at_starttls(lambda session: session.say(text))


def garbage(session):
    session.say(READY + scripted.noise(4096))
    scripted.hold(session.stream)
    return True


def injected(session):
    """Plaintext that comes with the leave to begin TLS, as a man in the middle would add it: a client
    that keeps it takes it for an answer inside TLS (the other side of CVE-2011-0411)."""
    session.say(READY + ehlo_answer((b"X-INJECTED",)))
    session.stream = session.what["context"].wrap_socket(session.stream, server_side=True)
    session.encrypted = True


def silent_in_tls(session):
    session.say(READY)
    scripted.hold(session.stream)
    return True


def renegotiate(session):
    """Asks for a new handshake again and again, and never answers; TLS 1.3 knows no such thing."""
    session.say(READY)
    context = SSL.Context(SSL.TLSv1_2_METHOD)
    context.use_certificate_chain_file(session.what["chain"])
    context.use_privatekey_file(session.what["chain"])
    stream = SSL.Connection(context, session.stream)
    stream.set_accept_state()
    session.stream.setblocking(True)
    try:
        stream.do_handshake()
        session.stream.setblocking(False)
        deadline = time.monotonic() + scripted.LIFETIME
        while time.monotonic() < deadline:
            time.sleep(RENEGOTIATION_SECONDS)
            stream.renegotiate()
            read_on(stream, session.stream, stream.do_handshake)
            while stream.renegotiate_pending():
                read_on(stream, session.stream, lambda: stream.recv(LINE_BYTES))
    except SSL.Error as failure:
        raise EOFError from failure
    return True


def read_on(stream, socket, act):
    """Acts, and waits for bytes when they are what the handshake lacks."""
    try:
        act()
    except SSL.WantReadError as want:
        if stream.renegotiate_pending() and not select.select([socket], [], [], scripted.LIFETIME)[0]:
            raise EOFError from want


BEHAVIOURS = {
    "honest": honest, "tls10": honest, "silent": silent, "hangs-up": hangs_up, "slow-banner": slow_banner,
    "banner-421": banner(b"421 4.3.2 Service not available\r\n"),
    "banner-554": banner(b"554 5.7.1 No service for you\r\n"),
    "endless-banner": endless_banner, "huge-ehlo": huge_ehlo, "no-starttls": no_starttls,
    "starttls-454": refuse(b"454 4.7.0 TLS not available due to local problem\r\n"),
    "starttls-554": refuse(b"554 5.7.3 TLS not available\r\n"),
    "starttls-garbage": at_starttls(garbage), "starttls-injected": at_starttls(injected),
    "starttls-silent": at_starttls(silent_in_tls), "renegotiates": at_starttls(renegotiate),
}


def context(chain, behaviour):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if behaviour == "tls10":
        made.set_ciphers("DEFAULT:@SECLEVEL=0")  # OpenSSL 3 allows TLS 1.0 at this level only
        made.minimum_version = made.maximum_version = ssl.TLSVersion.TLSv1
    made.load_cert_chain(chain)
    return made


def serve(connection, what):
    BEHAVIOURS[what["behaviour"]](Session(connection, what))


def main():
    told = scripted.settings()
    server = scripted.Server(serve)
    contexts = {}
    for what in told["listen"]:
        key = what["chain"], what["behaviour"]
        contexts[key] = what["context"] = contexts.get(key) or context(*key)
        server.add(what["address"], told["port"], what)
    server.run()


main()
