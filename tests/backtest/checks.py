"""What an honest look at a world sees, as `stsready check --json` prints it."""
import json

import reports

CODES = {"expired": "mx-certificate-expired", "name": "mx-certificate-name", "untrusted": "mx-certificate-untrusted",
         "no-starttls": "mx-no-starttls"}


def finding(code, severity, text):
    return {"code": code, "severity": severity, "text": text, "remedy": "Mend it.", "evidence": None}


def look_at(world, address, when, instant, findings):
    """One connection to one address."""
    rng = world.rng
    if rng.random() < 0.003:
        findings.append(finding("mx-unreachable", "warn", "%s could not be reached." % address.ip))
        return {"ip": address.ip, "status": "unknown", "starttls": None, "tls_version": None, "certificate": None,
                "dane": "none", "why": "timed out"}
    struck = [fault.kind for fault in address.faults if fault.strikes(when, rng)]
    for kind in struck:
        findings.append(finding(CODES[kind], "block", "%s at %s." % (kind, address.ip)))
    certificate = None
    since = address.certificate_since(when)
    if "no-starttls" not in struck:
        certificate = {"names": [address.host.name], "issuer": "CN=CA", "key": "EC 256", "not_before": instant(since),
                       "not_after": instant(since + 90), "faults": struck}
    return {"ip": address.ip, "status": "bad" if struck else "fine", "starttls": "no-starttls" not in struck,
            "tls_version": "TLSv1.3" if certificate else None, "certificate": certificate, "dane": "none", "why": None}


def lost(world, when, instant):
    """Our own resolver or network was down: nothing could be told."""
    blank = {"status": "unknown", "why": "timed out"}
    return {"domain": world.domain, "at": instant(when), "mx": dict(blank, hosts=[]),
            "sts_record": dict(blank, txt=None, id=None, cname=[]),
            "policy": dict(blank, text=None, mode=None, max_age=None, mx=[], http_status=None, content_type=None,
                           certificate=None, cname=[]),
            "tlsrpt_record": dict(blank, txt=None, rua=[]), "dnssec": "unknown",
            "findings": [finding("lookup-failed", "warn", "No answer.")]}


def at(world, when, instant):
    """The check as an object, and whether nothing in it blocks or is unknown."""
    if world.rng.random() < 0.01:
        return lost(world, when, instant), False
    findings, policy = [], None
    if world.policy_away(when):
        findings.append(finding("policy-unreachable", "warn", "The policy host does not answer."))
    else:
        policy = world.policy_served(when)
    hosts = []
    for place, host in enumerate(world.live_hosts(when)):
        addresses = [look_at(world, address, when, instant, findings) for address in host.addresses]
        listed = policy is not None and host.name in policy
        if policy is not None and not listed:
            findings.append(finding("mx-not-in-policy", "block", "%s is not in the policy." % host.name))
        hosts.append({"name": host.name, "preference": 10 * place, "policy_match": host.name if listed else None,
                      "status": "fine", "why": None, "addresses": addresses, "tlsa": []})
    text = None if policy is None else "\r\n".join(reports.policy_lines(policy)) + "\r\n"
    seen = {"domain": world.domain, "at": instant(when), "mx": {"status": "fine", "why": None, "hosts": hosts},
            "sts_record": {"status": "fine", "txt": None, "id": "1", "cname": [], "why": None},
            "policy": {"status": "unknown" if policy is None else "fine", "text": text,
                       "mode": None if policy is None else "testing", "max_age": reports.MAX_AGE, "mx": policy or [],
                       "http_status": 200, "content_type": "text/plain", "certificate": None, "cname": [], "why": None},
            "tlsrpt_record": {"status": "fine", "txt": None, "rua": [], "why": None}, "dnssec": "insecure",
            "findings": findings}
    return seen, not findings


def line(seen):
    return json.dumps(seen, separators=(",", ":")) + "\n"
