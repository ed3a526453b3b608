"""What an honest look at a world sees, as `stsready check --json` prints it."""
import json

import reports

# finding, and the fault of the certificate
FAULTS = {"expired": ("mx-certificate-expired", "expired"), "name": ("mx-certificate-name", "name-mismatch"),
          "untrusted": ("mx-certificate-untrusted", "incomplete-chain"), "no-starttls": ("mx-no-starttls", None)}
EXPIRING = 14  # days


def finding(code, severity, text):
    return {"code": code, "severity": severity, "text": text, "remedy": "Mend it.", "evidence": None}


def certificate_of(host, machine, when, struck, instant):
    _, begins, ends = machine.certificate(when)
    return {"names": ["other.example" if "name" in struck else host.name], "issuer": "CN=CA", "key": "EC 256",
            "not_before": instant(begins), "not_after": instant(ends), "faults": [FAULTS[kind][1] for kind in struck]}


def tell(address, struck, ends, when, findings):
    for kind in struck:
        findings.append(finding(FAULTS[kind][0], "block", "%s at %s." % (kind, address.ip)))
    if not struck and ends - when < EXPIRING:
        findings.append(finding("mx-certificate-expiring", "warn", "The certificate at %s ends soon." % address.ip))


def look_at(world, host, address, when, instant, findings):
    """One connection to one address, where one of its machines answers."""
    rng = world.sight
    if rng.random() < 0.003:
        findings.append(finding("mx-unreachable", "warn", "%s could not be reached." % address.ip))
        return {"ip": address.ip, "status": "unknown", "starttls": None, "tls_version": None, "certificate": None,
                "dane": "unknown" if world.signs else "none", "why": "timed out"}
    machine = rng.choice(address.machines)
    met = [fault for fault in machine.faults if fault.strikes(when, rng)]
    for fault in met:
        fault.checked = min(fault.checked, when)
    struck = sorted({fault.kind for fault in met})
    certificate = None
    if "no-starttls" in struck:
        struck = ["no-starttls"]
    else:
        certificate = certificate_of(host, machine, when, struck, instant)
    tell(address, struck, machine.certificate(when)[2], when, findings)
    return {"ip": address.ip, "status": "bad" if struck else "fine", "starttls": certificate is not None,
            "tls_version": "TLSv1.3" if certificate else None, "certificate": certificate,
            "dane": "fine" if world.signs else "none", "why": "no STARTTLS" if certificate is None else None}


def lost(world, when, instant):
    """Our own resolver or network was down: nothing could be told."""
    blank = {"status": "unknown", "why": "timed out"}
    return {"domain": world.domain, "at": instant(when), "mx": dict(blank, hosts=[]),
            "sts_record": dict(blank, txt=None, id=None, cname=[]),
            "policy": dict(blank, text=None, mode=None, max_age=None, mx=[], http_status=None, content_type=None,
                           certificate=None, cname=[]),
            "tlsrpt_record": dict(blank, txt=None, rua=[]), "dnssec": None,
            "findings": [finding("lookup-failed", "warn", "No answer.")]}


def look_at_policy(world, when, findings):
    """The policy as it is told, and its hosts; None: it could not be had."""
    trouble = world.policy_trouble(when)
    told = {"status": "fine", "text": None, "mode": None, "max_age": None, "mx": [], "http_status": None,
            "content_type": None, "certificate": None, "cname": [], "why": None}
    if trouble == "sts-policy-fetch-error":
        findings.append(finding("policy-unreachable", "warn", "The policy host does not answer."))
        return dict(told, status="unknown", why="timed out"), None
    if trouble is not None:
        findings.append(finding("policy-certificate", "block", "The certificate of the policy host ended."))
        return dict(told, status="bad", why="expired"), None
    listed = world.policy_served(when)
    return dict(told, text="\r\n".join(reports.policy_lines(world, listed)) + "\r\n", mode="testing",
                max_age=world.max_age * 86400, mx=listed, http_status=200, content_type="text/plain"), listed


def look_at_hosts(world, listed, when, instant, findings):
    for place, host in enumerate(world.live_hosts(when)):
        matched = listed is not None and host.name in listed
        if listed is not None and not matched:
            findings.append(finding("mx-not-in-policy", "block", "%s is not in the policy." % host.name))
            host.left_out.checked = min(host.left_out.checked, when)
        yield {"name": host.name, "preference": 10 * place, "policy_match": host.name if matched else None,
               "status": "fine", "why": None,
               "addresses": [look_at(world, host, address, when, instant, findings) for address in host.addresses],
               "tlsa": ["3 1 1 " + "ab" * 32] if world.signs else []}


def at(world, when, instant):
    """The check as an object."""
    if world.sight.random() < 0.01:
        return lost(world, when, instant)
    findings = []
    policy, listed = look_at_policy(world, when, findings)
    hosts = list(look_at_hosts(world, listed, when, instant, findings))
    # the record's id changes with the policy
    serial = str(sum(since <= when for since, _ in world.policies))
    rua = {"uri": "mailto:rua@" + world.domain, "status": "fine", "why": None, "own": False}
    return {"domain": world.domain, "at": instant(when), "mx": {"status": "fine", "why": None, "hosts": hosts},
            "sts_record": {"status": "fine", "txt": "v=STSv1; id=%s;" % serial, "id": serial, "cname": [], "why": None},
            "policy": policy,
            "tlsrpt_record": {"status": "fine", "txt": "v=TLSRPTv1; rua=" + rua["uri"], "rua": [rua], "why": None},
            "dnssec": "secure" if world.signs else "insecure",
            "findings": sorted(findings, key=lambda one: one["severity"])}


def line(seen):
    return json.dumps(seen, separators=(",", ":")) + "\n"
