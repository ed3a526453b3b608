"""Each domain of the lab and what must be seen of it, written by hand beside domains.tsv."""
from lab_checks import (BROKEN, CERTIFICATE, PROTOCOL, REFUSED, SLOW, TLS, answer_of, cname, curl, endless,
                        fetched_lines, large_answer, mx, null_mx, policy, rcode, redirects, reports_taken,
                        resolver, rua_certificate, secure, split, status, texts, unresolved)
from lab_mail_checks import (EXPIRED, NAME, NO_ISSUER, NOT_YET, SELF_SIGNED, UNVERIFIABLE, alias,
                             answers_at_length, certificate, dane, falls_silent, gives_noise, greets,
                             greets_endlessly, hangs_up, injects, nothing_listens, offers_nothing, over,
                             refuses, renegotiates, says_nothing, smtp, speaks_old_tls)

STS = "v=STSv1; id=20260101T000000;"
TLSRPT = "v=TLSRPTv1; rua=mailto:reports@lab.test"
LAB_MX = ("mx1.lab.test", "mx2.lab.test")
LAB_LINES = ("mx: mx1.lab.test", "mx: mx2.lab.test")


def lines(*mx_lines, mode="testing", max_age=604800, version="STSv1"):
    return ("version: " + version, "mode: " + mode, *mx_lines, "max_age: %d" % max_age)


def text(*all_lines, end="\r\n"):
    return "".join(line + end for line in all_lines).encode()


def own(*checks):
    """A domain whose only MX host is mx.DOMAIN, in DNS and in the policy."""
    def check(test, look, domain):
        mx("mx." + domain)(test, look, domain)
        policy(*lines("mx: mx." + domain))(test, look, domain)
    return (check, *checks)


GOOD = (mx(*LAB_MX), texts("_mta-sts.", STS), texts("_smtp._tls.", TLSRPT), policy(*lines(*LAB_LINES)))

HEALTHY = {
    "lab.test": (mx(*LAB_MX), texts("_mta-sts.", STS), texts("_smtp._tls.", TLSRPT),
                 policy(*lines(*LAB_LINES, mode="enforce", max_age=2419200)),
                 certificate(host="mx1.lab.test"), certificate(host="mx2.lab.test")),
    "healthy-testing.test": GOOD,
    "healthy-enforce.test": (*GOOD[:3], policy(*lines(*LAB_LINES, mode="enforce", max_age=2419200))),
    "healthy-none.test": (*GOOD[:3], policy(*lines(mode="none"))),
    "policy-lf.test": (policy(body=text(*lines(*LAB_LINES), end="\n")),),
    "policy-mixed-ends.test": (policy(body=b"version: STSv1\r\nmode: testing\nmx: mx1.lab.test\r\n"
                                      b"mx: mx2.lab.test\nmax_age: 604800"),),
    "policy-64k.test": (fetched_lines(65536, "mx: mx1.lab.test"),),
    "policy-wildcard.test": (policy(*lines("mx: *.lab.test")),),
    "policy-upper-case.test": (mx(*LAB_MX), policy(*lines("mx: MX1.Lab.TEST", "mx: mx2.LAB.test"))),
    "mx-ipv6.test": own(rcode("mx.", "A", "NOERROR"), answer_of("mx.", "AAAA", "::1"), certificate()),
    "policy-ipv6.test": (rcode("mta-sts.", "A", "NOERROR"), answer_of("mta-sts.", "AAAA", "::1"),
                         policy(*lines(*LAB_LINES))),
    "mx-three-addresses.test": own(certificate(addresses=3)),
    "mx-certificate-wildcard.test": own(certificate(said="DNS:*.mx-certificate-wildcard.test")),
    "mx-implicit.test": (rcode("", "MX", "NOERROR"), certificate(host=""),
                         policy(*lines("mx: mx-implicit.test"))),
    "delegated.test": (cname("_mta-sts.", "delegated.sts.provider.test."),
                       cname("mta-sts.", "policies.provider.test."),
                       cname("_smtp._tls.", "delegated.tlsrpt.provider.test."), *GOOD),
    "sts-split.test": (split("_mta-sts.", 4), texts("_mta-sts.", STS)),
    "sts-among-others.test": (texts("_mta-sts.", STS, "v=spf1 -all",
                                    "some-verification=0123456789abcdef"),),
    "sts-large-answer.test": (large_answer("_mta-sts.", 81, STS),),
    "tlsrpt-https.test": (texts("_smtp._tls.", "v=TLSRPTv1; rua=https://reports.lab.test:%d/v1/tlsrpt"),
                          reports_taken("reports.lab.test")),
}

NO_MAIL = {
    "null-mx.test": (null_mx, rcode("_mta-sts.", "TXT", "NXDOMAIN")),
    "no-mx.test": (rcode("", "MX", "NOERROR"), rcode("", "A", "NOERROR"), rcode("", "AAAA", "NOERROR")),
    "nxdomain.test": (rcode("", "MX", "NXDOMAIN"), rcode("", "A", "NXDOMAIN")),
}

RECORDS = {
    "bare.test": (mx(*LAB_MX), rcode("_mta-sts.", "TXT", "NXDOMAIN"), rcode("mta-sts.", "A", "NXDOMAIN"),
                  rcode("_smtp._tls.", "TXT", "NXDOMAIN")),
    "sts-missing.test": (rcode("_mta-sts.", "TXT", "NXDOMAIN"), policy(*lines(*LAB_LINES))),
    "sts-wildcard-txt.test": (texts("_mta-sts.", "v=spf1 -all"), texts("_smtp._tls.", "v=spf1 -all"),
                              rcode("mta-sts.", "A", "NOERROR")),
    "sts-dangling-cname.test": (cname("_mta-sts.", "gone.provider.test."),
                                rcode("_mta-sts.", "TXT", "NXDOMAIN")),
    "sts-two-records.test": (texts("_mta-sts.", STS, "v=STSv1; id=20250101T000000;"),),
    "sts-no-semicolon.test": (texts("_mta-sts.", "v=STSv1 id=20260101T000000"),),
    "sts-space-before-semicolon.test": (texts("_mta-sts.", "v=STSv1 ; id=20260101T000000"),),
    "sts-upper-case.test": (texts("_mta-sts.", "V=STSV1; id=20260101T000000"),),
    "sts-no-id.test": (texts("_mta-sts.", "v=STSv1;"),),
    "sts-bad-id.test": (texts("_mta-sts.", "v=STSv1; id=2026-01-01;"),),
}

FETCHING = {
    "policy-no-host.test": (texts("_mta-sts.", STS), rcode("mta-sts.", "A", "NXDOMAIN")),
    "policy-closed.test": (curl(REFUSED),),
    "policy-silent.test": (curl(SLOW),),
    "policy-drip.test": (curl(SLOW, "bytes received"),),
    "policy-cut.test": (curl(BROKEN, "reset"),),
    "policy-garbage.test": (curl(PROTOCOL, "HTTP/0.9"),),
    "policy-header-flood.test": (curl(BROKEN, "header"),),
    "policy-plain-http.test": (curl(TLS, "wrong version number"),),
    "policy-tls10.test": (curl(TLS), policy(*lines(*LAB_LINES), options=(
        "--tls-max", "1.0", "--ciphers", "DEFAULT:@SECLEVEL=0"))),
    "policy-endless.test": (endless,),
    "policy-65k.test": (fetched_lines(66560, "mx: mx1.lab.test"),),
    "policy-404.test": (status("404"),),
    "policy-403.test": (status("403"),),
    "policy-503.test": (status("503"),),
    "policy-redirect.test": (redirects("https://mta-sts.healthy-testing.test/.well-known/mta-sts.txt"),),
    "policy-certificate-expired.test": (curl(CERTIFICATE, "expired"),),
    "policy-certificate-name.test": (curl(CERTIFICATE, "no alternative certificate subject name"),),
    "policy-certificate-self-signed.test": (curl(CERTIFICATE, "self-signed"),),
    "policy-certificate-no-intermediate.test": (curl(CERTIFICATE, "local issuer"),),
    "policy-not-set-up.test": (curl(CERTIFICATE, "no alternative certificate subject name"),),
}

TEXTS = {
    "policy-bom.test": (policy(body=b"\xef\xbb\xbf" + text(*lines("mx: *.lab.test"))),),
    "policy-html.test": (policy(body=b"<!DOCTYPE html>\n<html><title>Welcome</title></html>\n",
                                kind="text/html"),),
    "policy-empty.test": (policy(body=b""),),
    "policy-mx-typo.test": (policy(*lines("nmx: mx1.lab.test", mode="enforce")),),
    "policy-wrong-version.test": (policy(*lines("mx: *.lab.test", version="STSv2")),),
    "policy-content-type.test": (policy(*lines(*LAB_LINES), kind="application/octet-stream"),),
    "max-age-over.test": (policy(*lines(*LAB_LINES, max_age=31557601)),),
    "max-age-low.test": (policy(*lines(*LAB_LINES, max_age=3600)),),
    "max-age-short.test": (policy(*lines(*LAB_LINES, mode="enforce", max_age=86400)),),
    "policy-mx-unused.test": (mx(*LAB_MX), policy(*lines(*LAB_LINES, "mx: old.lab.test"))),
    "mx-not-in-policy.test": (mx(*LAB_MX), policy(*lines("mx: mx1.lab.test"))),
    "wildcard-one-label.test": (mx("a.b.mx.wildcard-one-label.test"), certificate(host="a.b.mx."),
                                policy(*lines("mx: *.mx.wildcard-one-label.test", mode="enforce"))),
}

HOSTS = {
    "mx-closed.test": own(nothing_listens),
    "mx-silent.test": own(smtp(says_nothing)),
    "mx-slow-banner.test": own(smtp(says_nothing)),
    "mx-hangs-up.test": own(hangs_up),
    "mx-421.test": own(smtp(greets(b"421 "))),
    "mx-554.test": own(smtp(greets(b"554 "))),
    "mx-endless-banner.test": own(smtp(greets_endlessly)),
    "mx-huge-ehlo.test": own(smtp(answers_at_length)),
    "mx-no-starttls.test": own(smtp(offers_nothing)),
    "mx-starttls-refused.test": own(smtp(refuses(b"554 "))),
    "mx-starttls-454.test": own(smtp(refuses(b"454 "))),
    "mx-starttls-garbage.test": own(smtp(gives_noise)),
    "mx-starttls-injected.test": own(smtp(injects)),
    "mx-starttls-silent.test": own(smtp(falls_silent)),
    "mx-renegotiates.test": own(renegotiates),
    "mx-tls10.test": own(smtp(speaks_old_tls)),
    "mx-certificate-expired.test": own(certificate(EXPIRED)),
    "mx-certificate-future.test": own(certificate(NOT_YET)),
    "mx-certificate-expiring.test": own(certificate(days=6)),
    "mx-certificate-self-signed.test": own(certificate(SELF_SIGNED, sent=1)),
    "mx-certificate-wrong-name.test": own(certificate(NAME)),
    "mx-certificate-cn-only.test": own(certificate(said="CN = mx.mx-certificate-cn-only.test",
                                                   unsaid="DNS:")),
    "mx-certificate-no-intermediate.test": own(certificate(NO_ISSUER, UNVERIFIABLE, sent=1)),
    "mx-certificate-all-wrong.test": own(certificate(SELF_SIGNED, EXPIRED, NAME, sent=1)),
    "mx-alias.test": (mx("alias.mx-alias.test"), alias("alias.", "mx1.lab.test."),
                      certificate(NAME, host="alias.")),
    "mx-no-address.test": (mx("gone.mx-no-address.test", "mx1.lab.test"), rcode("gone.", "A", "NXDOMAIN"),
                           rcode("gone.", "AAAA", "NXDOMAIN")),
    "mx-one-of-three-bad.test": own(over(3, ("starttls", "plain", "starttls"))),
    "mx-one-of-three-closed.test": own(over(3, ("starttls", "starttls", "closed"))),
}

REPORTING = {
    "tlsrpt-missing.test": (rcode("_smtp._tls.", "TXT", "NXDOMAIN"), *GOOD[:2]),
    "tlsrpt-wrong-place.test": (texts("_tlsrpt.", TLSRPT), rcode("_smtp._tls.", "TXT", "NXDOMAIN")),
    "tlsrpt-no-scheme.test": (texts("_smtp._tls.", "v=TLSRPTv1; rua=reports@lab.test"),),
    "tlsrpt-no-semicolon.test": (texts("_smtp._tls.", "v=TLSRPTv1 rua=mailto:reports@lab.test"),),
    "tlsrpt-two-records.test": (texts("_smtp._tls.", TLSRPT, "v=TLSRPTv1; rua=mailto:tls@lab.test"),),
    "tlsrpt-rua-null-mx.test": (texts("_smtp._tls.", "v=TLSRPTv1; rua=mailto:reports@null-mx.test"),),
    "tlsrpt-rua-no-mail.test": (texts("_smtp._tls.", "v=TLSRPTv1; rua=mailto:reports@no-mx.test"),),
    "tlsrpt-rua-no-host.test": (texts("_smtp._tls.", "v=TLSRPTv1; rua=https://gone.lab.test/v1/tlsrpt"),
                                unresolved("gone.lab.test")),
    "tlsrpt-rua-certificate.test": (
        texts("_smtp._tls.", "v=TLSRPTv1; rua=https://mta-sts.policy-certificate-expired.test:%d/r"),
        rua_certificate("mta-sts.policy-certificate-expired.test", "expired")),
}

FAILS = "SERVFAIL"
ALL_FAIL = (rcode("", "MX", FAILS), rcode("_mta-sts.", "TXT", FAILS), rcode("_smtp._tls.", "TXT", FAILS),
            rcode("mta-sts.", "A", FAILS))

LOOKUPS = {
    "dns-servfail.test": (*ALL_FAIL, answer_of("", "MX", server="servfail", want=FAILS)),
    "dns-refused.test": (*ALL_FAIL, answer_of("", "MX", server="refused", want="REFUSED")),
    "dns-silent.test": (answer_of("", "MX", server="silent", want="none"),),
    "dns-garbage.test": (*ALL_FAIL, answer_of("", "MX", server="garbage", want="noise")),
    "sts-servfail.test": (rcode("_mta-sts.", "TXT", FAILS), mx(*LAB_MX), GOOD[2], GOOD[3]),
    "sts-silent.test": (answer_of("_mta-sts.", "TXT", server="silent", want="none"), mx(*LAB_MX), GOOD[2],
                        GOOD[3]),
    "sts-endless-cname.test": (rcode("_mta-sts.", "TXT", FAILS), mx(*LAB_MX)),
    "sts-cname-loop.test": (rcode("_mta-sts.", "TXT", FAILS), mx(*LAB_MX)),
    "policy-host-servfail.test": (rcode("mta-sts.", "A", FAILS), *GOOD[:3]),
    "mx-host-servfail.test": (mx("mx1.lab.test", "mx.mx-host-servfail.test"), rcode("mx.", "A", FAILS),
                              rcode("mx.", "AAAA", FAILS)),
    "tlsrpt-servfail.test": (rcode("_smtp._tls.", "TXT", FAILS), *GOOD[:2], GOOD[3]),
    "bogus.test": (*ALL_FAIL, secure("", "MX", False, checking=False)),
    "signatures-expired.test": (*ALL_FAIL, secure("", "MX", False, checking=False)),
}

DANE = {
    "plain.signed.test": own(secure("", "MX"), secure("mx.", "A"), rcode("_25._tcp.mx.", "TLSA", "NXDOMAIN"),
                             certificate()),
    "unsigned.signed.test": own(secure("", "MX", False), certificate()),
    "dane.signed.test": own(secure("", "MX"), secure("mx.", "A"), dane(True), certificate()),
    "dane-authority.signed.test": own(dane(True, usage="2"), certificate()),
    "dane-rolling.signed.test": own(dane(True, count=2), certificate()),
    "dane-self-signed.signed.test": own(dane(True), certificate(SELF_SIGNED, sent=1)),
    "dane-wrong.signed.test": own(dane(False), certificate()),
    "dane-no-starttls.signed.test": own(secure("_25._tcp.mx.", "TLSA"), smtp(offers_nothing)),
    "dane-unusable.signed.test": own(answer_of("_25._tcp.mx.", "TLSA", "1 1 1 "), certificate()),
    "dane-insecure.test": own(dane(True, signed=False), certificate()),
    "dane-half.signed.test": (secure("", "MX"), mx("mx.dane-insecure.test"),
                              policy(*lines("mx: mx.dane-insecure.test"))),
    "dane-servfail.signed.test": own(secure("mx.", "A"), rcode("_25._tcp.mx.", "TLSA", FAILS),
                                     certificate()),
}

SAMPLE = {
    "kestrel.example": (mx("mx1.kestrel.example", "mx2.kestrel.example"), certificate(host="mx1.kestrel.example"),
                        certificate(host="mx2.kestrel.example"),
                        policy(*lines("mx: mx1.kestrel.example", "mx: mx2.kestrel.example", max_age=86400))),
    "thistle.example": (mx("mail.thistle.example"), certificate(host="mail.thistle.example"),
                        policy(*lines("mx: mail.thistle.example", max_age=86400))),
    "lantern.example": (mx("mx1.lantern.example", "mx2.lantern.example", "mx3.lantern.example"),
                        certificate(host="mx1.lantern.example"), certificate(EXPIRED, host="mx2.lantern.example"),
                        certificate(host="mx3.lantern.example"),
                        policy(*lines("mx: mx1.lantern.example", "mx: mx2.lantern.example"))),
}

RESOLVERS = {"healthy-testing.test@" + name: (resolver(name, want),) for name, want in (
    ("servfail", FAILS), ("refused", "REFUSED"), ("silent", "none"), ("closed", "none"), ("garbage", "noise"),
    ("wrong-id", "another id"), ("truncated-flood", "flood"), ("truncated-silent", "none"))}

WANT = {**HEALTHY, **NO_MAIL, **RECORDS, **FETCHING, **TEXTS, **HOSTS, **REPORTING, **LOOKUPS, **DANE,
        **SAMPLE, **RESOLVERS}
