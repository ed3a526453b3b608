"""Each domain of the lab and how it stands: its MX hosts, records and policy.

What is not said is healthy: two MX hosts of the lab's own provider, one good record each, a policy in
testing that names both hosts.  domains.tsv tells what a check must find; the order is the same."""
from dataclasses import dataclass, field

GOOD_MX = ("mx1.lab.test", "mx2.lab.test")
GOOD_ID = "20260101T000000"
GOOD_STS = "v=STSv1; id=%s;" % GOOD_ID
GOOD_TLSRPT = "v=TLSRPTv1; rua=mailto:reports@lab.test"
WEEK = 604800
LARGEST_BODY = 65536  # RFC 8461 3.3 suggests 64 KiB as the limit


@dataclass
class Host:
    """An MX host.  Each server stands behind one address: "postfix", a behaviour of smtp_server.py, or
    "closed", where nothing listens.  TLSA records are made of the certificate: (usage, what), what
    being "own", "intermediate" or "other"."""
    name: str
    servers: tuple = ("postfix",)
    certificate: str = "good"
    names: tuple = ()  # in the certificate; none: its own
    six: bool = False  # on ::1
    tlsa: tuple = ()


@dataclass
class Policy:
    """What https://mta-sts.DOMAIN answers: nginx serves it, or a behaviour of https_server.py."""
    mode: str = "testing"
    max_age: int = WEEK
    mx: tuple = None  # none: those of the domain
    end: str = "\r\n"
    body: bytes = None  # instead of all above
    content_type: str = "text/plain"
    status: int = 200
    location: str = None
    server: str = "nginx"
    certificate: str = "good"
    six: bool = False
    cname: str = None  # the policy host is an alias of this name


@dataclass
class Posture:
    name: str
    hosts: tuple = ()   # of its own
    mx: tuple = None    # names; none: its own hosts, or the provider's; (): no MX record
    sts: tuple = (GOOD_STS,)  # TXT records: a text, or several strings of one record
    policy: Policy = field(default_factory=Policy)
    tlsrpt: tuple = (GOOD_TLSRPT,)
    records: tuple = ()  # further lines of the zone, @ being the domain
    scripted: dict = field(default_factory=dict)  # name: behaviour of dns_server.py; "@": the domain

    def mx_names(self):
        if self.mx is not None:
            return self.mx
        return tuple(host.name for host in self.hosts) or GOOD_MX


def lines(*texts, end="\r\n"):
    return "".join(text + end for text in texts).encode()


def policy_text(posture):
    policy = posture.policy
    if policy.body is not None:
        return policy.body
    names = policy.mx if policy.mx is not None else posture.mx_names()
    return lines("version: STSv1", "mode: " + policy.mode, *("mx: " + name for name in names),
                 "max_age: %d" % policy.max_age, end=policy.end)


def one_host(name, server="postfix", certificate="good", **more):
    """A domain whose only MX host is its own, mx.NAME."""
    tlsa = more.pop("tlsa", ())
    return Posture(name, hosts=(Host("mx." + name, (server,), certificate, tlsa=tlsa),), **more)


def served(name, **policy):
    return Posture(name, policy=Policy(**policy))


def padded(size):
    """A policy of so many bytes that is good by the grammar: one mx line again and again."""
    head = lines("version: STSv1", "mode: testing", "mx: mx2.lab.test", "max_age: %d" % WEEK)
    line = lines("mx: mx1.lab.test")
    count, rest = divmod(size - len(head), len(line))
    if rest == 0:
        return head + line * count
    # RFC 8461 3.2: white space may end a line
    return head + line * (count - 1) + line[:-2] + b" " * rest + line[-2:]


HEALTHY = (
    Posture("lab.test", policy=Policy("enforce", 4 * WEEK),
            hosts=(Host("mx1.lab.test"), Host("mx2.lab.test"))),
    served("healthy-testing.test"),
    served("healthy-enforce.test", mode="enforce", max_age=4 * WEEK),
    served("healthy-none.test", mode="none", mx=()),
    served("policy-lf.test", end="\n"),
    served("policy-mixed-ends.test", body=b"version: STSv1\r\nmode: testing\nmx: mx1.lab.test\r\n"
           b"mx: mx2.lab.test\nmax_age: 604800"),
    served("policy-64k.test", body=padded(LARGEST_BODY)),
    served("policy-wildcard.test", mx=("*.lab.test",)),
    served("policy-upper-case.test", mx=("MX1.Lab.TEST", "mx2.LAB.test")),
    Posture("mx-ipv6.test", hosts=(Host("mx.mx-ipv6.test", six=True),)),
    served("policy-ipv6.test", six=True),
    Posture("mx-three-addresses.test", hosts=(Host("mx.mx-three-addresses.test", ("postfix",) * 3),)),
    Posture("mx-certificate-wildcard.test",
            hosts=(Host("mx.mx-certificate-wildcard.test", names=("*.mx-certificate-wildcard.test",)),)),
    Posture("mx-implicit.test", hosts=(Host("mx-implicit.test"),), mx=(),
            policy=Policy(mx=("mx-implicit.test",))),
    Posture("delegated.test", sts=(), tlsrpt=(), policy=Policy(cname="policies.provider.test"),
            records=("_mta-sts CNAME delegated.sts.provider.test.",
                     "_smtp._tls CNAME delegated.tlsrpt.provider.test.",
                     "policies.provider.test. A {web}",
                     "delegated.sts.provider.test. TXT \"%s\"" % GOOD_STS,
                     "delegated.tlsrpt.provider.test. TXT \"%s\"" % GOOD_TLSRPT)),
    Posture("sts-split.test", sts=((GOOD_STS[:5], GOOD_STS[5:14], "", GOOD_STS[14:]),)),
    Posture("sts-among-others.test", sts=("v=spf1 -all", GOOD_STS, "some-verification=0123456789abcdef")),
    Posture("sts-large-answer.test", sts=(GOOD_STS,) + tuple("padding-%03d=%s" % (number, "x" * 200)
                                                             for number in range(80))),
    Posture("tlsrpt-https.test", tlsrpt=("v=TLSRPTv1; rua=https://reports.lab.test:{policy_port}/v1/tlsrpt",)),
)

NO_MAIL = (
    Posture("null-mx.test", mx=(".",), sts=(), policy=None, tlsrpt=()),
    Posture("no-mx.test", mx=(), sts=(), policy=None, tlsrpt=(), records=("@ TXT \"v=spf1 -all\"",)),
    Posture("nxdomain.test", mx=(), sts=(), policy=None, tlsrpt=()),
)

STS_RECORD = (
    Posture("bare.test", sts=(), policy=None, tlsrpt=()),
    Posture("sts-missing.test", sts=()),
    Posture("sts-wildcard-txt.test", sts=(), policy=None, tlsrpt=(), records=("* TXT \"v=spf1 -all\"",)),
    Posture("sts-dangling-cname.test", sts=(), records=("_mta-sts CNAME gone.provider.test.",)),
    Posture("sts-two-records.test", sts=(GOOD_STS, "v=STSv1; id=20250101T000000;")),
    Posture("sts-no-semicolon.test", sts=("v=STSv1 id=" + GOOD_ID,)),
    Posture("sts-space-before-semicolon.test", sts=("v=STSv1 ; id=" + GOOD_ID,)),
    Posture("sts-upper-case.test", sts=("V=STSV1; id=" + GOOD_ID,)),
    Posture("sts-no-id.test", sts=("v=STSv1;",)),
    Posture("sts-bad-id.test", sts=("v=STSv1; id=2026-01-01;",)),
)

POLICY_FETCH = (
    Posture("policy-no-host.test", policy=None),
    served("policy-closed.test", server="closed"),
    served("policy-silent.test", server="silent"),
    served("policy-drip.test", server="drip"),
    served("policy-cut.test", server="cut"),
    served("policy-garbage.test", server="garbage"),
    served("policy-header-flood.test", server="header-flood"),
    served("policy-plain-http.test", server="plain-http"),
    served("policy-tls10.test", server="tls10"),
    served("policy-endless.test", server="endless"),
    served("policy-65k.test", body=padded(65 * 1024)),
    served("policy-404.test", status=404),
    served("policy-403.test", status=403),
    served("policy-503.test", status=503),
    served("policy-redirect.test", status=301, location="https://mta-sts.healthy-testing.test"),
    served("policy-certificate-expired.test", certificate="expired"),
    served("policy-certificate-name.test", certificate="wrong-name"),
    served("policy-certificate-self-signed.test", certificate="self-signed"),
    served("policy-certificate-no-intermediate.test", certificate="no-intermediate"),
    served("policy-not-set-up.test", server="unknown"),
)

POLICY_TEXT = (
    served("policy-bom.test", body=b"\xef\xbb\xbf" + lines("version: STSv1", "mode: testing",
                                                         "mx: *.lab.test", "max_age: 604800")),
    served("policy-html.test", body=b"<!DOCTYPE html>\n<html><title>Welcome</title></html>\n",
           content_type="text/html"),
    served("policy-empty.test", body=b""),
    served("policy-mx-typo.test", body=lines("version: STSv1", "mode: enforce", "nmx: mx1.lab.test",
                                             "max_age: 604800")),
    served("policy-wrong-version.test", body=lines("version: STSv2", "mode: testing", "mx: *.lab.test",
                                                  "max_age: 604800")),
    served("policy-content-type.test", content_type="application/octet-stream"),
    served("max-age-over.test", max_age=31557601),
    served("max-age-low.test", max_age=3600),
    served("max-age-short.test", mode="enforce", max_age=86400),
    served("policy-mx-unused.test", mx=GOOD_MX + ("old.lab.test",)),
    served("mx-not-in-policy.test", mx=("mx1.lab.test",)),
    Posture("wildcard-one-label.test", hosts=(Host("a.b.mx.wildcard-one-label.test"),),
            policy=Policy("enforce", mx=("*.mx.wildcard-one-label.test",))),
)

MX_HOSTS = (
    one_host("mx-closed.test", "closed"),
    one_host("mx-silent.test", "silent"),
    one_host("mx-slow-banner.test", "slow-banner"),
    one_host("mx-hangs-up.test", "hangs-up"),
    one_host("mx-421.test", "banner-421"),
    one_host("mx-554.test", "banner-554"),
    one_host("mx-endless-banner.test", "endless-banner"),
    one_host("mx-huge-ehlo.test", "huge-ehlo"),
    one_host("mx-no-starttls.test", "no-starttls"),
    one_host("mx-starttls-refused.test", "starttls-554"),
    one_host("mx-starttls-454.test", "starttls-454"),
    one_host("mx-starttls-garbage.test", "starttls-garbage"),
    one_host("mx-starttls-injected.test", "starttls-injected"),
    one_host("mx-starttls-silent.test", "starttls-silent"),
    one_host("mx-renegotiates.test", "renegotiates"),
    one_host("mx-tls10.test", "tls10"),
    one_host("mx-certificate-expired.test", "honest", "expired"),
    one_host("mx-certificate-future.test", "honest", "future"),
    one_host("mx-certificate-expiring.test", certificate="expiring"),
    one_host("mx-certificate-self-signed.test", certificate="self-signed"),
    one_host("mx-certificate-wrong-name.test", certificate="wrong-name"),
    one_host("mx-certificate-cn-only.test", certificate="cn-only"),
    one_host("mx-certificate-no-intermediate.test", certificate="no-intermediate"),
    one_host("mx-certificate-all-wrong.test", certificate="all-wrong"),
    Posture("mx-alias.test", mx=("alias.mx-alias.test",), records=("alias CNAME mx1.lab.test.",)),
    Posture("mx-no-address.test", mx=("mx1.lab.test", "gone.mx-no-address.test")),
    Posture("mx-one-of-three-bad.test",
            hosts=(Host("mx.mx-one-of-three-bad.test", ("postfix", "no-starttls", "postfix")),)),
    Posture("mx-one-of-three-closed.test",
            hosts=(Host("mx.mx-one-of-three-closed.test", ("postfix", "postfix", "closed")),)),
)

TLSRPT = (
    Posture("tlsrpt-missing.test", tlsrpt=()),
    Posture("tlsrpt-wrong-place.test", tlsrpt=(), records=("_tlsrpt TXT \"%s\"" % GOOD_TLSRPT,)),
    Posture("tlsrpt-no-scheme.test", tlsrpt=("v=TLSRPTv1; rua=reports@lab.test",)),
    Posture("tlsrpt-no-semicolon.test", tlsrpt=("v=TLSRPTv1 rua=mailto:reports@lab.test",)),
    Posture("tlsrpt-two-records.test", tlsrpt=(GOOD_TLSRPT, "v=TLSRPTv1; rua=mailto:tls@lab.test")),
    Posture("tlsrpt-rua-null-mx.test", tlsrpt=("v=TLSRPTv1; rua=mailto:reports@null-mx.test",)),
    Posture("tlsrpt-rua-no-mail.test", tlsrpt=("v=TLSRPTv1; rua=mailto:reports@no-mx.test",)),
    Posture("tlsrpt-rua-no-host.test", tlsrpt=("v=TLSRPTv1; rua=https://gone.lab.test/v1/tlsrpt",)),
    Posture("tlsrpt-rua-certificate.test",
            tlsrpt=("v=TLSRPTv1; rua=https://mta-sts.policy-certificate-expired.test:{policy_port}/r",)),
)

LOOKUPS = (
    Posture("dns-servfail.test", scripted={"@": "servfail"}),
    Posture("dns-refused.test", scripted={"@": "refused"}),
    Posture("dns-silent.test", scripted={"@": "silent"}),
    Posture("dns-garbage.test", scripted={"@": "garbage"}),
    Posture("sts-servfail.test", sts=(), scripted={"_mta-sts": "servfail"}),
    Posture("sts-silent.test", sts=(), scripted={"_mta-sts": "silent"}),
    Posture("sts-endless-cname.test", sts=(), scripted={"_mta-sts": "endless-cname"}),
    Posture("sts-cname-loop.test", sts=(), records=("_mta-sts CNAME loop1", "loop1 CNAME loop2",
                                                   "loop2 CNAME loop1")),
    Posture("policy-host-servfail.test", policy=None, scripted={"mta-sts": "servfail"}),
    Posture("mx-host-servfail.test", mx=("mx1.lab.test", "mx.mx-host-servfail.test"),
            scripted={"mx": "servfail"}),
    Posture("tlsrpt-servfail.test", tlsrpt=(), scripted={"_smtp._tls": "servfail"}),
    Posture("bogus.test"),
    Posture("signatures-expired.test"),
)

DANE = (
    Posture("plain.signed.test", hosts=(Host("mx.plain.signed.test"),)),
    Posture("unsigned.signed.test", hosts=(Host("mx.unsigned.signed.test"),)),
    one_host("dane.signed.test", tlsa=((3, "own"),)),
    one_host("dane-authority.signed.test", tlsa=((2, "intermediate"),)),
    one_host("dane-rolling.signed.test", tlsa=((3, "other"), (3, "own"))),
    one_host("dane-self-signed.signed.test", certificate="self-signed", tlsa=((3, "own"),)),
    one_host("dane-wrong.signed.test", tlsa=((3, "other"),)),
    one_host("dane-no-starttls.signed.test", "no-starttls", tlsa=((3, "own"),)),
    one_host("dane-unusable.signed.test", tlsa=((1, "own"),)),
    one_host("dane-insecure.test", tlsa=((3, "own"),)),
    Posture("dane-half.signed.test", mx=("mx.dane-insecure.test",)),
    Posture("dane-servfail.signed.test", hosts=(Host("mx.dane-servfail.signed.test"),),
            scripted={"_25._tcp.mx": "servfail"}),
)

# The domains that contrib/sample tells of, as they stand on its last day.
DAY = 86400
SAMPLE = (
    Posture("kestrel.example", hosts=(Host("mx1.kestrel.example"), Host("mx2.kestrel.example")),
            policy=Policy(max_age=DAY), tlsrpt=("v=TLSRPTv1; rua=mailto:tlsrpt@kestrel.example",)),
    Posture("thistle.example", hosts=(Host("mail.thistle.example"),),
            policy=Policy(max_age=DAY), tlsrpt=("v=TLSRPTv1; rua=mailto:tlsrpt@thistle.example",)),
    Posture("lantern.example", hosts=(Host("mx1.lantern.example"),
                                      Host("mx2.lantern.example", certificate="expired"),
                                      Host("mx3.lantern.example")),
            policy=Policy(mx=("mx1.lantern.example", "mx2.lantern.example")),
            tlsrpt=("v=TLSRPTv1; rua=mailto:tlsrpt@lantern.example",)),
)

POSTURES = (HEALTHY + NO_MAIL + STS_RECORD + POLICY_FETCH + POLICY_TEXT + MX_HOSTS + TLSRPT + LOOKUPS
            + DANE + SAMPLE)

# Zones of their own below test., which is not signed.  Of a signed zone the resolver has the key.
SIGNED_ZONES = {"signed.test": "good", "bogus.test": "bogus", "signatures-expired.test": "expired"}
UNSIGNED_ZONES = ("test", "example", "unsigned.signed.test")

# Resolvers that do ill themselves: behaviours of dns_server.py, at addresses of their own.
RESOLVERS = ("servfail", "refused", "silent", "closed", "garbage", "wrong-id", "truncated-flood",
             "truncated-silent")
