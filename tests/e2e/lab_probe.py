"""Looks at the lab with tools that know nothing of stsready: dnspython, curl and openssl."""
import os
import re
import socket
import ssl
import subprocess
import warnings

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype

TRIES = 3
SECONDS = 3  # for what does not answer, and for what does at all
MOST_BYTES = 4 << 20


class Answer:
    def __init__(self, message, kind):
        self.rcode = dns.rcode.to_text(message.rcode())
        self.secure = bool(message.flags & dns.flags.AD)
        self.cnames = [rr.to_text() for rrset in message.answer if rrset.rdtype == dns.rdatatype.CNAME
                       for rr in rrset]
        records = [rr for rrset in message.answer if rrset.rdtype == dns.rdatatype.from_text(kind)
                   for rr in rrset]
        self.records = sorted(rr.to_text().rstrip(".") for rr in records)
        self.strings = [rr.strings for rr in records if hasattr(rr, "strings")]
        self.texts = sorted(b"".join(strings).decode() for strings in self.strings)


class Fetched:
    def __init__(self, done, body):
        self.exit, self.body = done.returncode, body
        self.status, self.type, self.location, seconds, self.error = done.stdout.split("\n", 4)
        self.seconds = float(seconds)


class Presented:
    """What openssl made of a server's TLS."""

    def __init__(self, output):
        self.output = output
        self.errors = sorted({int(code) for code in re.findall(r"verify error:num=(\d+)", output)})
        found = re.search(r"New, (TLSv[\d.]+)", output)
        self.version = found and found.group(1)
        certificates = re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", output, re.S)
        self.sent = len(certificates)
        self.certificate = certificates[0] if certificates else ""
        self.text = self._x509("-text").stdout

    def _x509(self, *options):
        return subprocess.run(["openssl", "x509", "-noout", *options], input=self.certificate, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)

    def ends_within(self, seconds):
        return self._x509("-checkend", str(seconds)).returncode != 0


class Talk:
    """An SMTP session by hand: what came, line by line; timed_out or closed tells how it ended."""

    def __init__(self, address, port):
        self.socket = socket.create_connection((address, port), timeout=SECONDS)
        self.data = b""
        self.ended = None

    def more(self):
        try:
            piece = self.socket.recv(65536)
        except socket.timeout:
            self.ended = "timed out"
            return False
        except ConnectionResetError:
            piece = b""
        if not piece:
            self.ended = "closed"
        self.data += piece
        return bool(piece)

    def reply(self):
        """One reply of all its lines; what is there when it does not come."""
        while not re.search(rb"(?m)^\d\d\d [^\n]*\n", self.data) and len(self.data) < MOST_BYTES:
            if not self.more():
                break
        found = re.search(rb"(?m)^\d\d\d [^\n]*\n", self.data)
        end = found.end() if found else len(self.data)
        reply, self.data = self.data[:end], self.data[end:]
        return reply

    def say(self, line):
        self.socket.sendall(line + b"\r\n")
        return self.reply()

    def start_tls(self, version=None):
        """The version that was agreed upon; nothing is verified."""
        warnings.simplefilter("ignore", DeprecationWarning)  # of TLS 1.0: that is the point
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if version:
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = version
        self.socket = context.wrap_socket(self.socket)
        return self.socket.version()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


class Looker:
    def __init__(self, told):
        self.told = told
        self.ca_file = told["ca_file"]

    # ---- DNS ----

    def ask(self, name, kind, checking=True):
        """Through the lab's resolver; one that is silent because a name server is gives TimeoutError."""
        query = dns.message.make_query(name, kind, want_dnssec=True)
        if not checking:
            query.flags |= dns.flags.CD
        where = self.told["resolver"]
        for _ in range(TRIES):
            try:
                message, tcp = dns.query.udp_with_fallback(query, where["address"], timeout=SECONDS,
                                                           port=where["port"])
            except dns.exception.Timeout:
                continue
            answer = Answer(message, kind)
            answer.tcp = tcp
            return answer
        raise TimeoutError(name)

    def _place(self, place):
        address, _, port = place.partition(":")
        return address, int(port)

    def kind_of_answer(self, place, name, kind):
        """What one server answers over UDP to one question: an rcode, or what is wrong."""
        query = dns.message.make_query(name, kind)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
            channel.settimeout(1)
            try:
                channel.connect(self._place(place))
                channel.send(query.to_wire())
                data = channel.recv(65535)
            except OSError:
                return "none"
        if data[:2] != query.to_wire()[:2]:
            return "another id"
        try:
            message = dns.message.from_wire(data, raise_on_truncation=False)
        except (dns.exception.DNSException, ValueError):
            return "noise"
        return "truncated" if message.flags & dns.flags.TC else dns.rcode.to_text(message.rcode())

    def count_over_tcp(self, place, name):
        """Bytes that a server sends in answer to one question over TCP, until it pauses."""
        query = dns.message.make_query(name, "TXT").to_wire()
        count = 0
        with socket.create_connection(self._place(place), timeout=1) as channel:
            channel.sendall(len(query).to_bytes(2, "big") + query)
            try:
                while piece := channel.recv(1 << 20):
                    count += len(piece)
            except socket.timeout:
                pass
        return count

    def addresses(self, name):
        found = self.ask(name, "A").records + self.ask(name, "AAAA").records
        return [text for text in found if re.fullmatch(r"[0-9a-f:.]+", text)]

    # ---- policies ----

    def fetch(self, host, path="/.well-known/mta-sts.txt", options=()):
        """By curl, with the lab's root, from the address that the DNS tells, no redirect followed."""
        address, port = self.addresses(host)[0], self.told["policy_port"]
        body = os.path.join(os.path.dirname(self.ca_file), "..", "run", "body-" + host)
        done = subprocess.run(
            ["curl", "-s", "-S", "--noproxy", "*", "--cacert", self.ca_file, "--max-time", str(SECONDS),
             "--resolve", "%s:%d:%s" % (host, port, address), "-o", body,
             "-w", "%{http_code}\n%{content_type}\n%{redirect_url}\n%{time_total}\n%{errormsg}", *options,
             "https://%s:%d%s" % (host, port, path)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        data = b""
        if os.path.exists(body):
            with open(body, "rb") as file:
                data = file.read(MOST_BYTES)
            os.unlink(body)
        return Fetched(done, data)

    # ---- mail ----

    def talk(self, address):
        return Talk(address, self.told["smtp_port"])

    def s_client(self, host, address):
        """What openssl says of STARTTLS at one address: verify code and text, certificate as text."""
        place = ("[%s]:%d" if ":" in address else "%s:%d") % (address, self.told["smtp_port"])
        done = subprocess.run(
            ["openssl", "s_client", "-starttls", "smtp", "-connect", place, "-servername", host,
             "-verify_hostname", host, "-CAfile", self.ca_file, "-no-CApath", "-showcerts"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)
        return Presented(done.stdout.decode(errors="replace"))
