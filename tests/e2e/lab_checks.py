"""Assertions about a domain of the lab, DNS and policies; each maker returns a function of (test, looker,
domain).  Labels are put before the domain and end in a dot."""

# curl's exit status
PROTOCOL, REFUSED, SLOW, TLS, BROKEN, CERTIFICATE = 1, 7, 28, 35, 56, 60

FLOOD_BYTES = 10 << 20


# ---- DNS ----

def null_mx(test, look, domain):
    test.assertEqual(look.ask(domain, "MX").records, ["0 "])


def mx(*names):
    def check(test, look, domain):
        answer = look.ask(domain, "MX")
        test.assertEqual(answer.rcode, "NOERROR")
        test.assertEqual(sorted(record.split()[1].lower() for record in answer.records), sorted(names))
    return check


def texts(label, *want):
    """The TXT records, strings joined; %d stands for the port of policies."""
    def check(test, look, domain):
        filled = [text % look.told["policy_port"] if "%d" in text else text for text in want]
        test.assertEqual(look.ask(label + domain, "TXT").texts, sorted(filled))
    return check


def split(label, count):
    def check(test, look, domain):
        strings = look.ask(label + domain, "TXT").strings
        test.assertEqual([len(one) for one in strings], [count])
        test.assertIn(b"", strings[0])
    return check


def large_answer(label, count, good):
    """So many records that UDP has no room: the answer comes over TCP, the good one among the rest."""
    def check(test, look, domain):
        answer = look.ask(label + domain, "TXT")
        test.assertTrue(answer.tcp)
        test.assertEqual((len(answer.texts), answer.texts.count(good)), (count, 1))
    return check


def cname(label, want):
    def check(test, look, domain):
        test.assertEqual(look.ask(label + domain, "CNAME").cnames, [want])
    return check


def rcode(label, kind, want):
    """No record of the kind, for this reason."""
    def check(test, look, domain):
        answer = look.ask(label + domain, kind)
        test.assertEqual((answer.rcode, answer.records), (want, []))
    return check


def unresolved(name):
    def check(test, look, domain):
        test.assertEqual((domain and look.addresses(name)), [])
    return check


def secure(label, kind, want=True, checking=True):
    """Whether the resolver vouches for the answer; checking=False has it pass on what it would not."""
    def check(test, look, domain):
        answer = look.ask(label + domain, kind, checking=checking)
        test.assertEqual((answer.rcode, answer.secure, answer.records != []), ("NOERROR", want, True))
    return check


def answer_of(label, kind, begins="", server=None, want=None):
    """A record that begins so; or what one scripted name server, asked itself, answers."""
    def check(test, look, domain):
        if server:
            place = look.told["name_servers"][server]
            test.assertEqual(look.kind_of_answer(place, label + domain, kind), want)
        else:
            records = look.ask(label + domain, kind).records
            test.assertTrue(any(record.startswith(begins) for record in records), records)
    return check


def resolver(name, want):
    """What the ill resolver does; domain is the one that it is asked for."""
    def check(test, look, domain):
        place = look.told["resolvers"][name]
        if want == "flood":
            test.assertEqual(look.kind_of_answer(place, domain, "TXT"), "truncated")
            test.assertGreaterEqual(look.count_over_tcp(place, domain), FLOOD_BYTES)
        elif name.startswith("truncated"):
            test.assertEqual(look.kind_of_answer(place, domain, "TXT"), "truncated")
            test.assertEqual(look.count_over_tcp(place, domain), 0)
        else:
            test.assertEqual(look.kind_of_answer(place, domain, "TXT"), want)
    return check


# ---- policies ----

def policy(*lines, status="200", kind="text/plain", body=None, options=()):
    """Fetched without fault, with these lines in this order and nothing else."""
    if body is None:
        body = "".join(line + "\r\n" for line in lines).encode()

    def check(test, look, domain):
        fetched = look.fetch("mta-sts." + domain, options=options)
        test.assertEqual((fetched.exit, fetched.status, fetched.type, fetched.body),
                         (0, status, kind, body), fetched.error)
    return check


def fetched_lines(size, line):
    """A body of this size, full of one line."""
    def check(test, look, domain):
        fetched = look.fetch("mta-sts." + domain)
        test.assertEqual((fetched.exit, fetched.status, len(fetched.body)), (0, "200", size))
        test.assertGreater(fetched.body.count(line.encode() + b"\r\n"), size // 30)
    return check


def status(want):
    def check(test, look, domain):
        fetched = look.fetch("mta-sts." + domain)
        test.assertEqual((fetched.exit, fetched.status), (0, want), fetched.error)
    return check


def redirects(to):
    def check(test, look, domain):
        fetched = look.fetch("mta-sts." + domain)
        test.assertEqual((fetched.exit, fetched.status, fetched.location), (0, "301", to))
        good = look.fetch(to.split("/")[2])
        test.assertEqual((good.exit, good.status), (0, "200"), good.error)
    return check


def curl(want, said=""):
    """curl gives up with this exit status, and says so."""
    def check(test, look, domain):
        fetched = look.fetch("mta-sts." + domain)
        test.assertEqual(fetched.exit, want, fetched.error)
        test.assertIn(said, fetched.error)
    return check


def endless(test, look, domain):
    """The body goes on until curl has had enough: by then many times the limit of 64 KiB has come."""
    fetched = look.fetch("mta-sts." + domain, options=("--limit-rate", "1M"))
    test.assertEqual(fetched.exit, SLOW, fetched.error)
    test.assertGreater(len(fetched.body), 10 * 65536)


def rua_certificate(host, said):
    def check(test, look, domain):
        fetched = look.fetch(host, "/r")
        test.assertEqual(fetched.exit, CERTIFICATE, domain)
        test.assertIn(said, fetched.error)
    return check


def reports_taken(host):
    def check(test, look, domain):
        fetched = look.fetch(host, "/v1/tlsrpt", options=("--data", "{}"))
        test.assertEqual((fetched.exit, fetched.status), (0, "201"), domain + fetched.error)
    return check
