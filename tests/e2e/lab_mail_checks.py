"""Assertions about the MX hosts of a domain of the lab: TLS as openssl sees it, SMTP spoken by hand."""
import re
import ssl
import subprocess
import tempfile
import time

# X509_V_ERR_*
NOT_YET, EXPIRED, SELF_SIGNED, NO_ISSUER, UNVERIFIABLE, NAME = 9, 10, 18, 20, 21, 62

DAY = 86400
LONG_ANSWER = 4 << 20
RENEGOTIATION_SECONDS = 2


def host_of(host, domain):
    return host + domain if host.endswith(".") or not host else host


# ---- certificates ----

def certificate(*errors, host="mx.", sent=2, addresses=1, said="", unsaid=None, days=None):
    """All addresses of an MX host present a chain with exactly these errors, over TLS 1.3; the
    certificate's text has and lacks these words; it ends within so many days."""
    def check(test, look, domain):
        name = host_of(host, domain)
        found = look.addresses(name)
        test.assertEqual(len(found), addresses)
        for address in found:
            seen = look.s_client(name, address)
            test.assertEqual((seen.errors, seen.version, seen.sent), (sorted(errors), "TLSv1.3", sent),
                             seen.output)
            test.assertIn(said, seen.text)
            test.assertTrue(unsaid is None or unsaid not in seen.text, seen.text)
            test.assertEqual(seen.ends_within((days or 30) * DAY), days is not None or EXPIRED in errors)
    return check


def alias(label, want):
    """The MX host is a CNAME: the addresses are those of what it points to."""
    def check(test, look, domain):
        test.assertEqual(look.ask(label + domain, "A").cnames, [want])
        test.assertEqual(look.ask(label + domain, "A").records, look.ask(want, "A").records)
    return check


def dane(want, signed=True, usage="3", count=1):
    """Whether a TLSA record fits what is sent, as openssl judges it; records of this usage, so many."""
    def check(test, look, domain):
        name = "mx." + domain
        answer = look.ask("_25._tcp." + name, "TLSA")
        test.assertEqual([record.split()[:3] for record in answer.records], [[usage, "1", "1"]] * count)
        test.assertEqual(answer.secure, signed)
        place = "%s:%d" % (look.addresses(name)[0], look.told["smtp_port"])
        options = [word for record in answer.records for word in ("-dane_tlsa_rrdata", record)]
        done = subprocess.run(["openssl", "s_client", "-starttls", "smtp", "-connect", place, "-brief",
                               "-dane_tlsa_domain", name, *options], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        test.assertEqual("Verification: OK" in done.stdout, want, done.stdout)
    return check


# ---- sessions ----

def smtp(act):
    """act is called with a session to mx.DOMAIN."""
    def check(test, look, domain):
        with look.talk(look.addresses("mx." + domain)[0]) as talk:
            act(test, talk)
    return check


def nothing_listens(test, look, domain):
    test.assertRaises(ConnectionRefusedError, look.talk, look.addresses("mx." + domain)[0])


def hangs_up(test, look, domain):
    """The reset comes before a word, maybe before connecting has come to its end."""
    try:
        with look.talk(look.addresses("mx." + domain)[0]) as talk:
            test.assertEqual((talk.reply(), talk.ended), (b"", "closed"))
    except ConnectionResetError:
        pass


def over(count, want):
    """What is seen at each address of mx.DOMAIN, in any order."""
    def check(test, look, domain):
        addresses = look.addresses("mx." + domain)
        test.assertEqual(len(addresses), count)
        test.assertEqual(sorted(seen_at(look, address) for address in addresses), sorted(want))
    return check


def seen_at(look, address):
    """What an MX host does there: "starttls", "plain" or "closed"."""
    try:
        with look.talk(address) as talk:
            talk.reply()
            return "starttls" if b"STARTTLS" in talk.say(b"EHLO test.lab.test") else "plain"
    except ConnectionRefusedError:
        return "closed"


# ---- acts ----

def greets(code):
    def act(test, talk):
        test.assertTrue(talk.reply().startswith(code), code)
    return act


def says_nothing(test, talk):
    test.assertEqual((talk.reply(), talk.ended), (b"", "timed out"))


def greets_endlessly(test, talk):
    while talk.data.count(b"\n") < 500 and talk.more():
        pass
    lines = talk.data.split(b"\r\n")[:-1]
    test.assertGreaterEqual(len(lines), 500)
    test.assertTrue(all(line.startswith(b"220-") for line in lines), talk.data[:200])


def offers(test, talk, starttls=True):
    test.assertTrue(talk.reply().startswith(b"220 "))
    test.assertEqual(b"STARTTLS" in talk.say(b"EHLO test.lab.test"), starttls)


def offers_nothing(test, talk):
    offers(test, talk, starttls=False)
    test.assertTrue(talk.say(b"STARTTLS").startswith(b"502 "))


def answers_at_length(test, talk):
    talk.reply()
    answer = talk.say(b"EHLO test.lab.test")
    test.assertGreaterEqual(len(answer), LONG_ANSWER)
    test.assertNotIn(b"STARTTLS", answer)


def refuses(code):
    """STARTTLS, which is offered, is answered so."""
    def act(test, talk):
        offers(test, talk)
        answer = talk.say(b"STARTTLS")
        test.assertTrue(answer.startswith(code), answer)
    return act


begins_tls = refuses(b"220 ")


def gives_noise(test, talk):
    begins_tls(test, talk)
    while len(talk.data) < 4096 and talk.more():
        pass
    test.assertEqual(len(talk.data), 4096)
    test.assertNotEqual(talk.data[:1], b"\x16")  # what a record of a TLS handshake begins with


def injects(test, talk):
    """Plaintext behind the leave to begin, and then TLS all the same."""
    begins_tls(test, talk)
    while b"250 X-INJECTED\r\n" not in talk.data and talk.more():
        pass
    test.assertTrue(talk.data.endswith(b"250 X-INJECTED\r\n"), talk.data)
    test.assertEqual(talk.start_tls(), "TLSv1.3")


def falls_silent(test, talk):
    begins_tls(test, talk)
    test.assertEqual((talk.reply(), talk.ended), (b"", "timed out"))


def speaks_old_tls(test, talk):
    begins_tls(test, talk)
    test.assertEqual(talk.start_tls(ssl.TLSVersion.TLSv1), "TLSv1")


def renegotiates(test, look, domain):
    """openssl is asked for handshake after handshake, for as long as it stays."""
    place = "%s:%d" % (look.addresses("mx." + domain)[0], look.told["smtp_port"])
    with tempfile.TemporaryFile() as output:
        command = ["openssl", "s_client", "-starttls", "smtp", "-connect", place, "-msg", "-quiet"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=output) as client:
            time.sleep(RENEGOTIATION_SECONDS)  # its input stays open
            client.kill()
        output.seek(0)
        said = output.read()
    test.assertGreater(len(re.findall(rb"<<< .*HelloRequest", said)), 100, said[-2000:])
